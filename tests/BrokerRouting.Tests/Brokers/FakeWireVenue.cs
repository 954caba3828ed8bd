using AlgoStack.BrokerRouting.Brokers;
using Microsoft.AspNetCore.Http;

namespace AlgoStack.BrokerRouting.Tests.Brokers;

/// <summary>What a venue does to the next request that changes something, or that asks where the name says so.</summary>
public enum VenueFault
{
    None,

    /// <summary>Does what was asked, and ends the connection.</summary>
    AcceptThenDrop,

    /// <summary>Does what was asked, and says 503.</summary>
    AcceptThenServerError,

    /// <summary>Does what was asked, and answers a page.</summary>
    AcceptThenHtml,

    /// <summary>Does what was asked, and answers half of it.</summary>
    AcceptThenGarbage,

    /// <summary>Does what was asked, and answers without end.</summary>
    AcceptThenTenMegabytes,

    /// <summary>Does what was asked, and says nothing.</summary>
    AcceptThenHang,
    RateLimited,
    RateLimitedFor7Seconds,

    /// <summary>Says 503 to the next question.</summary>
    AwayOnce,

    /// <summary>Answers the next question with a quantity of 20 places.</summary>
    TwentyPlaces,

    /// <summary>Answers the next question with a page.</summary>
    HtmlOnce,
}

/// <summary>A venue on this machine that speaks as the real one does, as far as the contract of brokers goes.</summary>
internal abstract class FakeWireVenue : FakeVenue
{
    private int _fault;

    public VenueFault Fault
    {
        get => (VenueFault)Volatile.Read(ref _fault);
        set => Volatile.Write(ref _fault, (int)value);
    }

    /// <summary>How often an order of this id came in.</summary>
    public abstract int Received(string clientId);

    /// <summary>Ends every stream.</summary>
    public abstract void DropStreams();

    public override IBroker Connect(TimeProvider clock) => Connect(clock, withWrongKey: false);

    public abstract IBroker Connect(TimeProvider clock, bool withWrongKey);

    /// <summary>The adapter, for an address where nobody is.</summary>
    public abstract IBroker ConnectToNobody(TimeProvider clock);

    /// <summary>What the venue says with a 503 when it has broken.</summary>
    protected abstract string Broken { get; }

    /// <summary>What the venue says with a 429.</summary>
    protected abstract string TooMany { get; }

    /// <summary>How the venue says, in JSON, how much of an order has traded that has not yet: name and value.</summary>
    protected abstract (string Name, string Zero) NothingFilled { get; }

    /// <summary>Answers, as a fault has it that meets requests before anything is done; false where it does not.</summary>
    protected async Task<bool> RefusesAsync(HttpContext context, VenueFault fault)
    {
        if (fault == VenueFault.RateLimitedFor7Seconds) context.Response.Headers.RetryAfter = "7";
        (int Status, string Body)? answer = fault switch
        {
            VenueFault.RateLimited or VenueFault.RateLimitedFor7Seconds => (429, TooMany),
            VenueFault.AwayOnce => (503, ""),
            VenueFault.HtmlOnce => (200, "<html>"),
            _ => null,
        };
        if (answer is var (status, body)) await SayAsync(context, status, body);
        return answer is not null;
    }

    /// <summary>Answers what was done, as the fault lets it.</summary>
    protected Task AnswerAsync(HttpContext context, VenueFault fault, int status, string answer)
    {
        switch (fault)
        {
            case VenueFault.AcceptThenDrop:
                context.Abort();
                return Task.CompletedTask;
            case VenueFault.AcceptThenServerError:
                return SayAsync(context, 503, Broken);
            case VenueFault.AcceptThenHtml:
                return SayAsync(context, 200, "<html><body>Back soon</body></html>");
            case VenueFault.AcceptThenGarbage:
                return SayAsync(context, status, answer[..(answer.Length / 2)]);
            case VenueFault.AcceptThenTenMegabytes:
                return SayAsync(context, status, answer.PadRight(10 << 20));
            case VenueFault.AcceptThenHang:
                return HangAsync(context);
            case VenueFault.TwentyPlaces:
                var (name, zero) = NothingFilled;
                return SayAsync(context, status, answer.Replace($"\"{name}\":\"{zero}\"", $"\"{name}\":\"0.12345678901234567891\"", StringComparison.Ordinal));
            default:
                return SayAsync(context, status, answer);
        }
    }

    protected static async Task SayAsync(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        // A 204 has no body, not even an empty one.
        if (body.Length > 0) await context.Response.WriteAsync(body, context.RequestAborted);
        await context.Response.CompleteAsync();
    }

    private static async Task HangAsync(HttpContext context) =>
        await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>Takes a fault, once.</summary>
    protected VenueFault TakeFault(bool isQuestion)
    {
        var fault = Fault;
        if (fault == VenueFault.None || isQuestion != fault >= VenueFault.AwayOnce) return VenueFault.None;

        Fault = VenueFault.None;
        return fault;
    }
}

using AlgoStack.BrokerRouting.Brokers;

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
internal abstract class FakeVenue : IAsyncDisposable
{
    public const decimal Price = 100;

    private int _fault;

    /// <summary>One that there is.</summary>
    public abstract string Symbol { get; }

    public VenueFault Fault
    {
        get => (VenueFault)Volatile.Read(ref _fault);
        set => Volatile.Write(ref _fault, (int)value);
    }

    /// <summary>How often an order of this id came in.</summary>
    public abstract int Received(string clientId);

    /// <summary>Trades part of an order, and tells who listens.</summary>
    public abstract Task FillAsync(string clientId, decimal quantity);

    /// <summary>Ends every stream.</summary>
    public abstract void DropStreams();

    public abstract IBroker Connect(TimeProvider clock, bool withWrongKey = false);

    /// <summary>The adapter, for an address where nobody is.</summary>
    public abstract IBroker ConnectToNobody(TimeProvider clock);

    public abstract ValueTask DisposeAsync();

    /// <summary>Takes a fault, once.</summary>
    protected VenueFault TakeFault(bool isQuestion)
    {
        var fault = Fault;
        if (fault == VenueFault.None || isQuestion != fault >= VenueFault.AwayOnce) return VenueFault.None;

        Fault = VenueFault.None;
        return fault;
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Mime;
using AlgoStack.VenueSim.Api;
using AlgoStack.VenueSim.Books;
using AlgoStack.VenueSim.Records;

namespace AlgoStack.VenueSim.Faults;

/// <summary>Stands before every call of the trading protocol: keys, the rate limit, and what the faults make of the answer.</summary>
internal sealed class FaultGate(Venue venue, VenueOptions options, TimeProvider time)
{
    private const int UsualRequestsPerMinute = 200;
    private const string Page = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><h1>Please wait</h1></body></html>";

    private readonly ConcurrentDictionary<string, int> _attempts = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private long _minute;
    private int _used;

    /// <param name="key">What the request is about; with the number of the attempt it draws the faults.</param>
    public async Task RunAsync(HttpContext context, string key, Func<VenueBook, Reply> work)
    {
        var faults = venue.Faults;
        if (faults.ClockSkewMs != 0)
            context.Response.Headers.Date = time.GetUtcNow().AddMilliseconds(faults.ClockSkewMs).ToString("R", CultureInfo.InvariantCulture);
        var subject = $"{context.Request.Method} {key}";
        subject = string.Create(CultureInfo.InvariantCulture, $"{subject} {_attempts.AddOrUpdate(subject, 1, (_, n) => n + 1)}");

        if ((NotAuthorized(context, faults) ?? TooMany(context, faults, subject)) is { } refusal)
        {
            await WriteAsync(context, refusal);
            return;
        }

        var fault = faults.OnReads || !HttpMethods.IsGet(context.Request.Method) ? faults.AnswerFaultOf(subject) : AnswerFault.None;
        var reply = fault is AnswerFault.DropBeforeAccepting or AnswerFault.ErrorBeforeAccepting ? null : await venue.DoAsync(work);

        if (faults.Chooses(faults.EventBeforeAnswer, "event_before_answer", subject)) await Task.Delay(faults.EventLeadMs, context.RequestAborted);
        if (faults.Chooses(faults.SlowAnswer, "slow_answer", subject)) await Task.Delay(faults.SlowMs, context.RequestAborted);
        await AnswerAsync(context, fault, reply, faults, subject);
    }

    private static async Task AnswerAsync(HttpContext context, AnswerFault fault, Reply? reply, FaultSettings faults, string subject)
    {
        switch (fault)
        {
            case AnswerFault.DropBeforeAccepting or AnswerFault.AcceptThenDrop:
                await Task.Delay(faults.DropAfterMs, context.RequestAborted);
                context.Abort();
                break;
            case AnswerFault.ErrorBeforeAccepting or AnswerFault.AcceptThenError:
                var status = faults.Draw("status", subject) switch { < 0.25 => 500, < 0.5 => 502, < 0.75 => 503, _ => 504 };
                if (status == 500) await WriteAsync(context, Reply.Error(status, 50010000, "internal server error occurred"));
                else await WritePageAsync(context, status);
                break;
            case AnswerFault.Garbage:
                await WritePageAsync(context, StatusCodes.Status200OK);
                break;
            default:
                await WriteAsync(context, reply!);
                break;
        }
    }

    private Reply? NotAuthorized(HttpContext context, FaultSettings faults)
    {
        string? key = context.Request.Headers["APCA-API-KEY-ID"];
        string? secret = context.Request.Headers["APCA-API-SECRET-KEY"];
        if (key is null || secret is null || faults.KeyExpired)
            return Reply.Error(StatusCodes.Status401Unauthorized, Reply.NotAuthorized, "request is not authorized");

        return options.Knows(key, secret) ? null : new Reply(StatusCodes.Status403Forbidden, new { message = "forbidden." });
    }

    private Reply? TooMany(HttpContext context, FaultSettings faults, string subject)
    {
        var limit = faults.RequestsPerMinute ?? UsualRequestsPerMinute;
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var remaining = faults.RequestsPerMinute is { } most ? Take(now / 60, most) : limit;
        var isOver = remaining < 0 || faults.Chooses(faults.TooManyRequests, "too_many_requests", subject);
        if (isOver || faults.RequestsPerMinute is not null)
        {
            var headers = context.Response.Headers;
            headers["X-Ratelimit-Limit"] = limit.ToString(CultureInfo.InvariantCulture);
            headers["X-Ratelimit-Remaining"] = (isOver ? 0 : remaining).ToString(CultureInfo.InvariantCulture);
            headers["X-Ratelimit-Reset"] = (((now / 60) + 1) * 60).ToString(CultureInfo.InvariantCulture);
            if (isOver && faults.RetryAfterSeconds is { } seconds) headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return isOver ? Reply.Error(StatusCodes.Status429TooManyRequests, Reply.TooManyRequestsCode, "rate limit exceeded") : null;
    }

    /// <returns>How many more the minute allows; negative when this is one too many.</returns>
    private int Take(long minute, int most)
    {
        lock (_gate)
        {
            if (minute != _minute) (_minute, _used) = (minute, 0);
            return most - ++_used;
        }
    }

    private static Task WritePageAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(Page, context.RequestAborted);
    }

    private static Task WriteAsync(HttpContext context, Reply reply)
    {
        context.Response.StatusCode = reply.Status;
        return reply.Body is null
            ? Task.CompletedTask
            : context.Response.WriteAsJsonAsync(reply.Body, reply.Body.GetType(), VenueJson.Wire, MediaTypeNames.Application.Json, context.RequestAborted);
    }
}

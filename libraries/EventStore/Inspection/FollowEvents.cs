using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using AlgoStack.EventStore.Streams;
using AlgoStack.EventStore.Subscriptions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AlgoStack.EventStore.Inspection;

/// <summary>
/// <c>GET /store/events/follow?stream=&amp;type=&amp;correlation=&amp;after=</c>: events as they are committed, in the order of the
/// log, as server-sent events. <c>stored</c> carries an <see cref="EventView"/>, its id is the sequence number, and who
/// connects again with <c>Last-Event-ID</c> misses none. Without <c>after</c> it begins now. <c>waiting</c>, at least every
/// 15 s, says that the line still stands.
/// </summary>
internal sealed class FollowEvents(EventLog log, EventDaemon daemon, IHostApplicationLifetime lifetime)
{
    private const int MostFollowers = 20;
    private const int PageSize = 200;

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private int _followers;

    public static void Map(IEndpointRouteBuilder store)
    {
        var follow = ActivatorUtilities.CreateInstance<FollowEvents>(store.ServiceProvider);
        store.MapGet("/events/follow", follow.Handle)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    private Results<ServerSentEventsResult<EventView?>, ProblemHttpResult> Handle(
        HttpContext context, string? stream, string? type, string? correlation, long? after)
    {
        if (Volatile.Read(ref _followers) >= MostFollowers)
            return Refusal.Of(StatusCodes.Status503ServiceUnavailable, "too_many_followers", $"{MostFollowers} follow the log already.");

        var filter = new EventFilter(stream, type, correlation, null, null, null, null);
        if (filter.Fault(log.StreamIdentity) is { } fault) return Refusal.Of(StatusCodes.Status400BadRequest, "filter_invalid", fault);
        if (long.TryParse(context.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var last)) after = last;

        context.Response.Headers["X-Accel-Buffering"] = "no"; // nginx would hold events back
        return TypedResults.ServerSentEvents(FollowAsync(filter, after, context.RequestAborted));
    }

    private async IAsyncEnumerable<SseItem<EventView?>> FollowAsync(
        EventFilter filter, long? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        Interlocked.Increment(ref _followers);
        try
        {
            // Not the mark as it is known here, which may be behind what the caller has seen committed.
            await daemon.Mark.ReadAsync(cancellationToken);
            var position = after ?? daemon.Mark.Value;
            yield return Waiting();
            while (await MarkAsync(position, end.Token) is { } through)
            {
                if (through <= position) yield return Waiting();

                while (position < through)
                {
                    var (events, next) = await EventQuery.ReadAsync(
                        log, filter with { FromSequence = position + 1, ToSequence = through }, "seq_id", PageSize, cancellationToken);
                    foreach (var e in events)
                        yield return new SseItem<EventView?>(e, "stored") { EventId = e.Sequence.ToString(CultureInfo.InvariantCulture) };

                    position = next is null ? through : events[^1].Sequence;
                }
            }
        }
        finally
        {
            Interlocked.Decrement(ref _followers);
        }
    }

    /// <summary>Null when the caller has gone, or the service goes.</summary>
    private async Task<long?> MarkAsync(long position, CancellationToken end)
    {
        try
        {
            return await daemon.Mark.WaitBeyondAsync(position, Heartbeat, end);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            return null;
        }
    }

    private static SseItem<EventView?> Waiting() => new(null, "waiting");
}

using AlgoStack.EventStore.Streams;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace AlgoStack.EventStore.Inspection;

/// <summary>
/// <c>GET /store/events?stream=&amp;type=&amp;correlation=&amp;fromSequence=&amp;toSequence=&amp;from=&amp;to=&amp;order=newest|oldest&amp;limit=</c>.
/// <c>GET /store/stream?id=&amp;fromVersion=&amp;limit=</c>: one stream from the oldest event on; the id as a value, since it may hold
/// what a path cannot.
/// </summary>
internal static class ListEvents
{
    private const int DefaultLimit = 100;

    public static void Map(IEndpointRouteBuilder store)
    {
        store.MapGet("/events", ListAsync)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        store.MapGet("/stream", TimelineAsync)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Results<Ok<EventPage>, ProblemHttpResult>> ListAsync(
        EventLog log,
        string? stream,
        string? type,
        string? correlation,
        long? fromSequence,
        long? toSequence,
        DateTimeOffset? from,
        DateTimeOffset? to,
        string? order,
        int? limit,
        CancellationToken cancellationToken)
    {
        if (order is not (null or "newest" or "oldest"))
            return Refusal.Of(StatusCodes.Status400BadRequest, "order_invalid", $"Order: expected newest or oldest, found '{order}'.");
        if (fromSequence > toSequence)
            return Refusal.Of(StatusCodes.Status400BadRequest, "range_invalid", $"Sequence: expected from not beyond to, found {fromSequence} and {toSequence}.");
        if (from > to)
            return Refusal.Of(StatusCodes.Status400BadRequest, "range_invalid", $"Time: expected from not beyond to, found {from:O} and {to:O}.");

        var filter = new EventFilter(stream, type, correlation, fromSequence, toSequence, from, to);
        if (filter.Fault(log.StreamIdentity) is { } fault) return Refusal.Of(StatusCodes.Status400BadRequest, "filter_invalid", fault);

        try
        {
            var (events, next) = await EventQuery.ReadAsync(
                log, filter, order == "oldest" ? "seq_id" : "seq_id desc", Math.Clamp(limit ?? DefaultLimit, 1, EventQuery.MostEvents), cancellationToken);
            return TypedResults.Ok(new EventPage(events, next?.Sequence));
        }
        catch (TimeoutException e)
        {
            return Refusal.Of(StatusCodes.Status503ServiceUnavailable, "query_too_slow", e.Message);
        }
    }

    private static async Task<Results<Ok<StreamView>, ProblemHttpResult>> TimelineAsync(
        EventLog log, string? id, long? fromVersion, int? limit, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(id)) return Refusal.Of(StatusCodes.Status400BadRequest, "id_missing", "Id: expected a stream's, found none.");
        var filter = new EventFilter(id, null, null, null, null, null, null);
        if (filter.Fault(log.StreamIdentity) is { } fault) return Refusal.Of(StatusCodes.Status400BadRequest, "id_invalid", fault);
        if (await log.OpenSession().FetchStreamStateAsync(id, cancellationToken) is not { } state)
            return Refusal.Of(StatusCodes.Status404NotFound, "stream_not_found", $"There is no stream {id}.");

        var (events, next) = await EventQuery.ReadAsync(
            log, filter, "version", Math.Clamp(limit ?? DefaultLimit, 1, EventQuery.MostEvents), cancellationToken, fromVersion ?? 1);
        return TypedResults.Ok(new StreamView(state.Id, state.Version, state.Created, state.LastAppended, state.IsArchived, events, next?.Version));
    }
}

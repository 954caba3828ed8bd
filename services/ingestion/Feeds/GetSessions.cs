using AlgoStack.Contracts.MarketData;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Ingestion.Tape;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Ingestion.Feeds;

/// <summary><c>GET /sessions…</c>: where sessions stand, and what they announced.</summary>
internal static class GetSessions
{
    public static Task<IReadOnlyList<SessionStatus>> ListAsync(SessionStore sessions, CancellationToken cancellationToken) =>
        sessions.ListAsync(cancellationToken);

    public static async Task<Results<Ok<SessionStatus>, ProblemHttpResult>> GetAsync(
        string id, SessionStore sessions, CancellationToken cancellationToken) =>
        await sessions.FindAsync(id, cancellationToken) is { } session ? TypedResults.Ok(session) : UnknownSession(id);

    /// <summary>Heads of batches, both ends included.</summary>
    public static async Task<Results<Ok<IReadOnlyList<BatchHead>>, ProblemHttpResult>> HeadsAsync(
        string id,
        SessionStore sessions,
        BatchReader reader,
        CancellationToken cancellationToken,
        long from = 1,
        long to = long.MaxValue,
        int partition = 0) =>
        await sessions.FindAsync(id, cancellationToken) is null
            ? UnknownSession(id)
            : TypedResults.Ok(await reader.HeadsAsync(id, partition, from, to, cancellationToken));

    /// <summary>One batch as it was announced.</summary>
    public static async Task<Results<Ok<BarsClosed>, ProblemHttpResult>> BatchAsync(
        string id, long sequence, BatchReader reader, CancellationToken cancellationToken, int partition = 0)
    {
        await foreach (var batch in reader.ReadAsync(id, partition, sequence, sequence, cancellationToken)) return TypedResults.Ok(batch);

        return Problem.NotFound("batch_unknown", $"Session {id}: no batch {sequence} in partition {partition}.");
    }

    /// <summary>The bars of batches, both ends included, one block a batch.</summary>
    public static async Task<IResult> BarsAsync(
        string id,
        SessionStore sessions,
        BatchReader reader,
        CancellationToken cancellationToken,
        long from = 1,
        long to = long.MaxValue,
        int partition = 0)
    {
        if (await sessions.FindAsync(id, cancellationToken) is null) return UnknownSession(id);

        return TypedResults.Stream(
            async body =>
            {
                await foreach (var batch in reader.ReadAsync(id, partition, from, to, cancellationToken))
                {
                    await batch.Bars.WriteAsync(body, cancellationToken);
                }
            },
            BarColumns.MediaType);
    }

    private static ProblemHttpResult UnknownSession(string id) => Problem.NotFound("session_unknown", $"No session '{id}'.");
}

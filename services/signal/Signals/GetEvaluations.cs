using System.Runtime.CompilerServices;
using AlgoStack.Contracts.Signals;
using AlgoStack.EventStore.Streams;

namespace AlgoStack.Signal.Signals;

/// <summary>
/// <c>GET /sessions/{id}/evaluations?partition=&amp;from=&amp;to=</c>: what was published, from the log, for who missed it
/// or checks it. A stream's version is the batch's sequence.
/// </summary>
public static class GetEvaluations
{
    private const int PageSize = 500;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(
        "/sessions/{id}/evaluations",
        (string id, int? partition, long? from, long? to, EventLog log, CancellationToken cancellationToken) =>
            ReadAsync(log, BatchEvaluated.StreamOf(id, partition ?? 0), from ?? 1, to ?? long.MaxValue, cancellationToken));

    private static async IAsyncEnumerable<BarsEvaluated> ReadAsync(
        EventLog log, string stream, long from, long to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (from <= to)
        {
            var page = await log.OpenSession().FetchStreamAsync(
                stream, Math.Min(to, from + PageSize - 1), fromVersion: from, cancellationToken: cancellationToken);
            foreach (var stored in page) yield return SignalWording.ToContract((BatchEvaluated)stored.Data);
            if (page.Count < PageSize) yield break;
            from += PageSize;
        }
    }
}

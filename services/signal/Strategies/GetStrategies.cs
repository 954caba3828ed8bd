using AlgoStack.Contracts.Signals;
using AlgoStack.EventStore.Streams;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Strategies;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Signal.Strategies;

/// <summary>
/// <c>GET /strategies</c>: every strategy there is, with its parameters. <c>GET /sessions/{id}/strategies?partition=</c>: those
/// that a session runs.
/// </summary>
public static class GetStrategies
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/strategies", () => StrategyCatalog.All.Select(Told));
        routes.MapGet("/sessions/{id}/strategies", ReadAsync).ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Results<Ok<IReadOnlyList<StrategyChoice>>, ProblemHttpResult>> ReadAsync(
        string id, int? partition, EventLog log, CancellationToken cancellationToken)
    {
        var stream = await log.OpenSession().FetchStreamAsync(StrategiesChosen.StreamOf(id, partition ?? 0), cancellationToken: cancellationToken);
        return stream.Count == 0
            ? Problem.NotFound("session_unknown", $"Session {id} has evaluated nothing.")
            : TypedResults.Ok(((StrategiesChosen)stream[0].Data).Strategies);
    }

    private static StrategyView Told(StrategyEntry entry) => new(
        entry.Name,
        entry.Schema.Meaning,
        entry.Schema.Kind.ToString(),
        entry.IsOfPair,
        [.. entry.Schema.Parameters.Select(p => new StrategyParameter(p.Name, p.IsWhole, p.Least, p.Most, p.Default, p.Meaning))]);
}

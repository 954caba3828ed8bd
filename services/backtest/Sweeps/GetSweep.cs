using System.Text.Json;
using System.Text.Json.Serialization;
using AlgoStack.Backtesting.Sweeps;
using AlgoStack.Contracts.Backtests;
using AlgoStack.EventStore.Streams;
using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Backtest.Sweeps;

/// <summary>
/// <c>GET /api/backtest/sweeps</c>: the newest first. <c>GET /api/backtest/sweeps/{id}</c>: how far one is, and what it came
/// to. <c>GET /api/backtest/sweeps/{id}/outcomes?after=&amp;limit=&amp;days=</c>: what came of its combinations, in the order in
/// which parts finished; <c>after</c> is <c>next</c> of the page before, <c>days=true</c> has the daily returns too.
/// </summary>
public static class GetSweep
{
    private const int DefaultLimit = 100;
    private const int MostRows = 1_000;

    /// <summary>As a sweep's journal has them.</summary>
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/backtest/sweeps", ListAsync);
        routes.MapGet("/api/backtest/sweeps/{id}", ReadAsync).ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapGet("/api/backtest/sweeps/{id}/outcomes", ReadOutcomesAsync).Produces<SweepOutcomes>().ProducesProblem(StatusCodes.Status404NotFound);
    }

    public static ProblemHttpResult Unknown(string id) => Problem.NotFound("sweep_unknown", $"There is no sweep {id}.");

    private static Task<IReadOnlyList<SweepView>> ListAsync(
        SweepList sweeps, EventLog log, CancellationToken cancellationToken, int limit = DefaultLimit) =>
        sweeps.ReadAsync(log, Math.Clamp(limit, 1, MostRows), cancellationToken);

    private static async Task<Results<Ok<SweepView>, ProblemHttpResult>> ReadAsync(
        string id, SweepList sweeps, CancellationToken cancellationToken) =>
        await sweeps.FindAsync(id, cancellationToken) is { } sweep ? TypedResults.Ok(sweep) : Unknown(id);

    /// <param name="after">A version of the stream.</param>
    /// <param name="limit">Combinations, in whole parts: a page has one part at least.</param>
    private static async Task<IResult> ReadOutcomesAsync(
        string id, SweepList sweeps, EventLog log, CancellationToken cancellationToken, long after = 0, int limit = DefaultLimit, bool days = false)
    {
        if (await sweeps.FindAsync(id, cancellationToken) is not { } sweep) return Unknown(id);

        var parts = Math.Max(1, Math.Clamp(limit, 1, MostRows) / sweep.PartSize);
        after = Math.Clamp(after, 0, int.MaxValue);
        var events = await log.OpenSession().FetchStreamAsync(
            SweepStarted.StreamOf(id), version: after + parts, fromVersion: after + 1, cancellationToken: cancellationToken);
        var outcomes = events.Select(e => e.Data).OfType<SweepPartFinished>().SelectMany(p => p.Outcomes);
        return Results.Json(
            new SweepOutcomes([.. days ? outcomes : outcomes.Select(WithoutDays)], events.Count == 0 ? after : events[^1].Version), Json);
    }

    private static SweepOutcome WithoutDays(SweepOutcome outcome) =>
        outcome.Figures is { } figures ? outcome with { Figures = figures with { Days = null } } : outcome;

    /// <param name="Next">The same again where there is no more yet.</param>
    private sealed record SweepOutcomes(IReadOnlyList<SweepOutcome> Outcomes, long Next);
}

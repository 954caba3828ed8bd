using AlgoStack.Backtest.Backtests;
using AlgoStack.Backtesting;
using AlgoStack.Backtesting.Sweeps;
using AlgoStack.Contracts.Backtests;
using AlgoStack.EventStore.Streams;
using AlgoStack.ServiceDefaults.Idempotency;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Trading.MarketData;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Backtest.Sweeps;

/// <summary>
/// <c>POST /api/backtest/sweeps</c>: begins a sweep over bars of the tape. They are read before it is answered, so that
/// every worker can tell whether it has the same.
/// </summary>
public static class BeginSweep
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/backtest/sweeps", HandleAsync).RequireRateLimiting(Limits.Expensive).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Accepted<SweepView>, ProblemHttpResult>> HandleAsync(
        StartSweep request, IdempotencyKey? key, SweepData data, SweepList sweeps, EventLog log, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (request is not { Strategy: not null, Grid: not null, Measure: not null, Timeframe: not null })
            return Problem.Invalid("sweep_invalid", "Expected strategy, grid, measure and timeframe as text, found null.");
        if (request.Instruments is not { Count: > 0 }) return Problem.Invalid("data_missing", "Expected instruments and timeframe, found no instruments.");
        if (request.From > request.To)
            return Problem.Invalid("range_invalid", $"Range: expected from before to, found {request.From:O} and {request.To:O}.");

        SweepPlan plan;
        BarSeries bars;
        try
        {
            Measure.Find(request.Measure);
            plan = SweepPlans.Of(request);
            bars = await data.ReadAsync(request, cancellationToken);
            Sweep.ThrowUnlessOneCurrency(bars);
            SweepPlans.ThrowIfTooLarge(plan, bars);
        }
        catch (TooManyCombinationsException e)
        {
            return Problem.Refused("sweep_too_large", e.Message);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            return Problem.Invalid("sweep_invalid", e.Message);
        }
        catch (NoDataException e)
        {
            return Problem.NotFound("data_unknown", e.Message);
        }

        var now = clock.GetUtcNow();
        var started = new SweepStarted(
            (key?.Id ?? Guid.CreateVersion7(now)).ToString("n"),
            request,
            bars.Count,
            bars.CloseMs[0],
            bars.CloseMs[^1],
            DataHash.Of(bars),
            plan.Hash,
            plan.Combinations.Parameters.Count,
            plan.Combinations.LeftOut,
            SweepPlans.PartSize(plan, bars),
            now);
        var path = $"/api/backtest/sweeps/{started.SweepId}";
        try
        {
            var session = log.OpenSession();
            session.StartStream(SweepStarted.StreamOf(started.SweepId), started);
            await session.SaveChangesAsync(cancellationToken);
        }
        catch (StreamExistsException)
        {
            // Begun by the same request already, whose answer got lost.
            return TypedResults.Accepted(path, (await sweeps.FindAsync(started.SweepId, cancellationToken))!);
        }

        return TypedResults.Accepted(path, SweepList.Begun(started));
    }
}

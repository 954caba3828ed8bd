using AlgoStack.Contracts.Backtests;
using AlgoStack.EventStore.Streams;
using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Backtest.Backtests;

/// <summary><c>DELETE /api/backtest/{id}</c>: cancels a backtest that waits or runs.</summary>
public static class CancelBacktest
{
    /// <summary>A run that notes something at the same instant is tried again after; one notes about once a second.</summary>
    private const int MostTries = 10;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapDelete("/api/backtest/{id}", HandleAsync)
        .ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<BacktestView>, ProblemHttpResult>> HandleAsync(
        string id, BacktestTable backtests, EventLog log, BacktestQueue queue, TimeProvider clock, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            var backtest = await backtests.FindAsync(id, cancellationToken);
            if (backtest is null) return GetBacktest.Unknown(id);
            if (backtest.HasEnded)
                return Problem.Conflict("backtest_ended", $"Backtest {id}: expected one that waits or runs, found one that has {backtest.View.State}.");

            try
            {
                var session = log.OpenSession();
                session.Append(BacktestStarted.StreamOf(id), backtest.Version, [new BacktestCanceled(id, clock.GetUtcNow())]);
                await session.SaveChangesAsync(cancellationToken);
            }
            catch (ConcurrencyException)
            {
                continue;
            }

            queue.Stop(id);
            return TypedResults.Ok((await backtests.FindAsync(id, cancellationToken))!.View);
        }

        return Problem.Unavailable("backtest_busy", $"Backtest {id} moves on too fast to be canceled; try again.");
    }
}

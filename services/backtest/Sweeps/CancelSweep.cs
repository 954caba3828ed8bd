using AlgoStack.Contracts.Backtests;
using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Backtest.Sweeps;

/// <summary>
/// <c>DELETE /api/backtest/sweeps/{id}</c>: ends a sweep. What is at work is finished, what waits is dropped as it comes.
/// </summary>
public static class CancelSweep
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapDelete("/api/backtest/sweeps/{id}", HandleAsync)
        .ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<SweepView>, ProblemHttpResult>> HandleAsync(
        string id, SweepList sweeps, EndSweep end, CancellationToken cancellationToken)
    {
        if (await sweeps.FindAsync(id, cancellationToken) is null) return GetSweep.Unknown(id);

        var ended = await end.CancelAsync(id, cancellationToken);
        var sweep = (await sweeps.FindAsync(id, cancellationToken))!;
        return ended || sweep.State == SweepList.Canceled
            ? TypedResults.Ok(sweep)
            : Problem.Conflict("sweep_ended", $"Sweep {id} is {sweep.State} already.");
    }
}

using AlgoStack.Contracts.Backtests;
using AlgoStack.ServiceDefaults.Idempotency;
using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Backtest.Backtests;

/// <summary><c>POST /api/backtest/replay</c>: replays a session's bars, or instruments over a range, through the engines.</summary>
public static class StartReplay
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/api/backtest/replay", HandleAsync).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Accepted<BacktestView>, ProblemHttpResult>> HandleAsync(
        StartBacktest request, IdempotencyKey? key, AcceptBacktest accept, CancellationToken cancellationToken)
    {
        if (request.SessionId is null && request.Instruments is not { Count: > 0 })
        {
            return Problem.Invalid("data_missing", "Expected sessionId, or instruments and timeframe; found neither.");
        }

        if (!ReplayPace.TryParse(request.Speed, out _))
        {
            return Problem.Invalid("speed_invalid", $"Speed: expected 1x to 1000x or max, found '{request.Speed}'.");
        }

        if (request.From > request.To)
        {
            return Problem.Invalid("range_invalid", $"Range: expected from before to, found {request.From:O} and {request.To:O}.");
        }

        return await accept.HandleAsync(request, key, cancellationToken);
    }
}

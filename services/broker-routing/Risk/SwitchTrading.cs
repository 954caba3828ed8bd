using AlgoStack.Contracts.Orders;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Trading.Risk;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.BrokerRouting.Risk;

/// <summary><c>POST /halt</c> stops all new orders, <c>POST /resume</c> allows them again; both want a reason.</summary>
public static class SwitchTrading
{
    private const int LongestReason = 500;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapPost("/halt", (HaltTrading command, TradingSwitch trading, CancellationToken cancellationToken) =>
                SwitchAsync(trading, TradingState.Halted, command.Reason, cancellationToken))
            .WithName("HaltTrading")
            .WithSummary("Stops all new orders. It survives a restart.")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        routes
            .MapPost("/resume", (ResumeTrading command, TradingSwitch trading, CancellationToken cancellationToken) =>
                SwitchAsync(trading, TradingState.Active, command.Reason, cancellationToken))
            .WithName("ResumeTrading")
            .WithSummary("Allows orders again.")
            .ProducesProblem(StatusCodes.Status400BadRequest);
    }

    private static async Task<Results<Ok<TradingSwitched>, ProblemHttpResult>> SwitchAsync(
        TradingSwitch trading, TradingState state, string? reason, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > LongestReason)
        {
            return Problem.Invalid("reason_required", $"Expected a reason of 1 to {LongestReason} characters, found {reason?.Length ?? 0}.");
        }

        return TypedResults.Ok(await trading.SwitchAsync(state, reason, cancellationToken));
    }
}

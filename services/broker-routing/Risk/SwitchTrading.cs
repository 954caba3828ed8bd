using AlgoStack.Contracts.Orders;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Trading.Risk;

namespace AlgoStack.BrokerRouting.Risk;

/// <summary><c>POST /halt</c> stops all new orders, <c>POST /resume</c> allows them again; both want a reason.</summary>
public static class SwitchTrading
{
    private const int LongestReason = 500;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/halt", (HaltTrading command, TradingSwitch trading, CancellationToken cancellationToken) =>
            SwitchAsync(trading, TradingState.Halted, command.Reason, cancellationToken));
        routes.MapPost("/resume", (ResumeTrading command, TradingSwitch trading, CancellationToken cancellationToken) =>
            SwitchAsync(trading, TradingState.Active, command.Reason, cancellationToken));
    }

    private static async Task<IResult> SwitchAsync(TradingSwitch trading, TradingState state, string? reason, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > LongestReason)
        {
            return Problem.Invalid("reason_required", $"Expected a reason of 1 to {LongestReason} characters, found {reason?.Length ?? 0}.");
        }

        return Results.Ok(await trading.SwitchAsync(state, reason, cancellationToken));
    }
}

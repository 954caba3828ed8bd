using AlgoStack.BrokerRouting.Accounts;
using AlgoStack.Contracts.Orders;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Trading.Risk;

namespace AlgoStack.BrokerRouting.Risk;

/// <summary>
/// <c>POST /halt</c> stops all new orders, <c>/reduce</c> all but those that make a position smaller, <c>/resume</c> allows them
/// again: of everybody, of an account, or of a strategy of an account. Each wants a reason. <c>GET /trading</c>: how they stand.
/// </summary>
public static class SwitchTrading
{
    private const int LongestReason = 500;
    private const int LongestName = 100;

    public static void Map(IEndpointRouteBuilder routes)
    {
        Describe(routes.MapPost("/halt", (HaltTrading command, TradingSwitch trading, AccountDesks desks) =>
                SwitchAsync(trading, desks, TradingState.Halted, command.Reason, command.Account, command.Strategy, command.Flatten ?? false)))
            .WithName("HaltTrading")
            .WithSummary("Stops all new orders; with flatten it takes back what works and closes what is held, too. It survives a restart.");
        Describe(routes.MapPost("/reduce", (ReduceTrading command, TradingSwitch trading, AccountDesks desks) =>
                SwitchAsync(trading, desks, TradingState.Reducing, command.Reason, command.Account, command.Strategy)))
            .WithName("ReduceTrading")
            .WithSummary("Allows only orders that make a position smaller. It survives a restart.");
        Describe(routes.MapPost("/resume", (ResumeTrading command, TradingSwitch trading, AccountDesks desks) =>
                SwitchAsync(trading, desks, TradingState.Active, command.Reason, command.Account, command.Strategy)))
            .WithName("ResumeTrading")
            .WithSummary("Allows orders again.");
        routes
            .MapGet("/trading", (TradingSwitch trading) => trading.All.Select(ViewOf).ToList())
            .WithName("GetTrading")
            .WithSummary("Every switch that was thrown as it stands, everybody's first.");
    }

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder endpoint) => endpoint
        .Produces<TradingSwitchView>()
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<IResult> SwitchAsync(
        TradingSwitch trading, AccountDesks desks, TradingState state, string? reason, string? account, string? strategy, bool flatten = false)
    {
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > LongestReason)
            return Problem.Invalid("reason_required", $"Expected a reason of 1 to {LongestReason} characters, found {reason?.Length ?? 0}.");
        if (strategy is not null && account is null) return Problem.Invalid("account_required", "Expected the account whose strategy is meant, found none.");
        if (strategy is { Length: 0 or > LongestName }) return Problem.Invalid("strategy_invalid", $"Expected a name of 1 to {LongestName} characters, found {strategy.Length}.");
        if (account is not null && desks.Find(account) is null) return AccountDesks.NotFound(account);

        return Results.Ok(ViewOf(await trading.SwitchAsync(state, reason, account, strategy, flatten)));
    }

    private static TradingSwitchView ViewOf(TradingSwitched switched) =>
        new(switched.State, switched.Reason, switched.At, switched.Account, switched.Strategy, switched.FlatteningId is not null);
}

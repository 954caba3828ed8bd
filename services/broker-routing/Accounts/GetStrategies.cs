using AlgoStack.Contracts.Portfolio;

namespace AlgoStack.BrokerRouting.Accounts;

/// <summary><c>GET /accounts/{account}/strategies</c>: where each strategy stands in each instrument that it has had a signal for.</summary>
public static class GetStrategies
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/accounts/{account}/strategies", ReadAsync)
        .WithName("GetAccountStrategies")
        .WithSummary("Where each strategy of an account stands in each instrument that it has had a signal for.")
        .Produces<IReadOnlyList<StrategyStanding>>()
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> ReadAsync(string account, AccountDesks desks, CancellationToken cancellationToken)
    {
        if (desks.Find(account) is not { } desk) return AccountDesks.NotFound(account);

        var strategies = await desk.AskAsync((engine, _) => engine.Strategies.ToList(), null, cancellationToken);
        var trading = desks.StrategiesOf(desk);
        return Results.Ok(strategies
            .OrderBy(s => s.Strategy, StringComparer.Ordinal).ThenBy(s => s.Instrument)
            .Select(s => new StrategyStanding(
                s.Strategy,
                s.Instrument.Value,
                trading.Contains(s.Strategy),
                s.Direction.ToString(),
                s.Held,
                s.Target,
                s.Stop,
                s.ExpiryBars,
                s.BarsHeld,
                s.SignalId?.Value,
                s.SignalAt,
                s.At)));
    }
}

using AlgoStack.BrokerRouting.Accounts;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.BrokerRouting.Portfolios;

/// <summary>
/// <c>GET /corporate-actions</c>: the splits and dividends that the accounts of this process were told of, the newest ex-date
/// first, each once. An account that is down is passed over.
/// </summary>
public static class GetCorporateActions
{
    private const int MostRows = 1_000;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/corporate-actions", ReadAsync)
        .WithName("GetCorporateActions")
        .WithSummary("The splits and dividends that accounts were told of, the newest ex-date first.")
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IReadOnlyList<CorporateActionTerms>> ReadAsync(AccountDesks desks, CancellationToken cancellationToken)
    {
        var told = new Dictionary<string, CorporateAction>(StringComparer.Ordinal);
        foreach (var desk in desks.All.Where(d => d.DownBecause is null).OrderBy(d => d.Account, StringComparer.Ordinal))
        {
            foreach (var action in await desk.AskAsync((engine, _) => engine.Actions.ToList(), null, cancellationToken)) told.TryAdd(action.Id, action);
        }

        return [.. told.Values.OrderByDescending(a => a.ExMs).ThenBy(a => a.Id, StringComparer.Ordinal).Take(MostRows).Select(TermsOf)];
    }

    private static CorporateActionTerms TermsOf(CorporateAction action)
    {
        var (split, dividend) = (action as Split, action as CashDividend);
        return new CorporateActionTerms(
            action.Id,
            action.Instrument.Value,
            split is null ? "dividend" : "split",
            DateTimeOffset.FromUnixTimeMilliseconds(action.ExMs),
            split?.New,
            split?.Old,
            dividend?.Amount);
    }
}

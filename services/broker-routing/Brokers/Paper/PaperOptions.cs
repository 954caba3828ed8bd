using AlgoStack.Simulation;
using AlgoStack.Simulation.Venue;

namespace AlgoStack.BrokerRouting.Brokers.Paper;

/// <summary>
/// What a paper account begins with and what trading costs: <c>Cash:USD</c> and so on (100,000 USD where none is named),
/// <c>CommissionPercent</c> of what is traded (0.05) and <c>Participation</c>, the most of a bar's volume that it can trade, above 0
/// to 1 (all it wants, even of a bar without volume).
/// </summary>
internal sealed record PaperOptions(IReadOnlyDictionary<string, decimal> Cash, VenueModel Model)
{
    private const decimal MostCash = 1e15m;
    private const decimal MostPercent = 100;
    private const decimal LeastParticipation = 0.000001m;

    public static PaperOptions Read(BrokerSettings settings)
    {
        var cash = settings.Names("Cash").ToDictionary(
            currency => currency.ToUpperInvariant(),
            currency => settings.Amount($"Cash:{currency}", 0, MostCash) ?? 0,
            StringComparer.Ordinal);
        if (cash.Count == 0) cash.Add("USD", TradingSettings.PaperBalance);

        var commission = settings.Amount("CommissionPercent", 0, MostPercent) is { } percent
            ? new CommissionModel.Percent(percent)
            : VenueModel.Paper.Commission;
        var participation = (double?)settings.Amount("Participation", LeastParticipation, 1);
        return new PaperOptions(cash, VenueModel.Paper with { Commission = commission, Participation = participation });
    }
}

namespace AlgoStack.Strategies;

/// <summary>The one list of strategies there are: what is not here cannot be configured.</summary>
public static class StrategyCatalog
{
    /// <summary>In the order of their names.</summary>
    public static IReadOnlyList<StrategyEntry> All { get; } =
    [
        StrategyEntry.Of<BandReversion>(),
        StrategyEntry.Of<BollingerSqueeze>(),
        StrategyEntry.Of<BuyAndHold>(),
        StrategyEntry.Of<DonchianBreakout>(),
        StrategyEntry.Of<EmaCross>(),
        StrategyEntry.Of<Ensemble>(),
        StrategyEntry.Of<MacdCross>(),
        StrategyEntry.Of<MacdDivergence>(),
        StrategyEntry.Of<MfiReversion>(),
        StrategyEntry.OfPair<Pairs>(),
        StrategyEntry.Of<RsiReversion>(),
        StrategyEntry.Of<SmaCross>(),
        StrategyEntry.Of<TrendPullback>(),
        StrategyEntry.Of<Vwap>(),
    ];

    /// <summary>What runs where nothing else is configured: each with its usual parameters, on every instrument.</summary>
    public static IReadOnlyList<ConfiguredStrategy> Usual { get; } = [Find("band-reversion").Configure(), Find("ema-cross").Configure()];

    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static StrategyEntry Find(string name) =>
        All.FirstOrDefault(entry => entry.Name == name)
        ?? throw new ArgumentException(
            $"Strategy: expected one of {string.Join(", ", All.Select(e => e.Name))}, found '{name}'.", paramName: null);
}

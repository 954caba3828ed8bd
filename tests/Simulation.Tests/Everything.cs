using AlgoStack.Simulation.Venue;
using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Simulation.Tests;

/// <summary>All there is to get wrong: every strategy, and a venue with every cost and delay.</summary>
internal static class Everything
{
    public static TradingSettings Settings { get; } = new("paper")
    {
        Venue = new VenueModel(
            new CommissionModel.Tiered([(0, 0.01m), (1_000, 0.005m)]), new SlippageModel.SquareRoot(1), TimeSpan.FromSeconds(1), Participation: 0.1),
    };

    /// <summary>Each strategy with its usual parameters; those of a pair where there are two instruments.</summary>
    public static IReadOnlyList<ConfiguredStrategy> Strategies(IReadOnlyList<Instrument> instruments) =>
    [
        .. StrategyCatalog.All
            .Where(entry => !entry.IsOfPair || instruments.Count > 1)
            .Select(entry => entry.IsOfPair ? entry.Configure("", instruments[0].Id, instruments[1].Id) : entry.Configure()),
    ];

    public static BacktestRun Run(BarSeries bars)
    {
        var run = new BacktestRun(Settings, bars.Timeframe, Strategies(bars.Instruments));
        run.Run(bars, 0, bars.Count);
        return run;
    }
}

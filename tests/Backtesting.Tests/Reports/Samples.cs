using AlgoStack.BarFiles;
using AlgoStack.Simulation;
using AlgoStack.Strategies;
using AlgoStack.Testing;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Performance;

namespace AlgoStack.Backtesting.Tests.Reports;

/// <summary>Runs to make reports of.</summary>
internal static class Samples
{
    public const long StartMs = 1_704_067_200_000; // 2024-01-01T00:00:00Z

    private static readonly Lazy<BarSeries> LazyIndex =
        new(() => BarFile.Read(Path.Combine(Repository.Root, "data", "sp500-2000", "sp500-2000.csv")));

    private static readonly Lazy<BacktestResult> LazyIndexResult = new(() => Run(Index, "S&P 500"));

    public static BarSeries Index => LazyIndex.Value;

    /// <summary>The usual strategies over twenty years of an index.</summary>
    public static BacktestResult IndexResult => LazyIndexResult.Value;

    public static BacktestResult Run(BarSeries bars, string name) =>
        Backtester.Run(bars, name, new BacktestPlan(StrategyCatalog.Usual, new TradingSettings(BacktestPlan.Account)));

    /// <summary>Hours of instruments that rise and fall, each after its own clock.</summary>
    public static BarSeries Waves(int hours, params string[] instruments)
    {
        var ids = instruments.Select(name => new InstrumentId(name)).Order().ToList();
        var rows = Enumerable.Range(0, hours * ids.Count).ToList();
        double Price(int hour, int instrument) => 100 + (10 * Math.Sin(hour / (20.0 + instrument))) + (4 * Math.Sin(hour / 3.0));
        var open = rows.Select(row => Price(row / ids.Count, row % ids.Count)).ToArray();
        var close = rows.Select(row => Price((row / ids.Count) + 1, row % ids.Count)).ToArray();
        return new BarSeries(
            Timeframe.Hour,
            [.. ids.Select(InstrumentNaming.Describe)],
            [.. rows.Select(row => row % ids.Count)],
            [.. rows.Select(row => StartMs + (((row / ids.Count) + 1) * 3_600_000L))],
            open,
            [.. open.Zip(close, (a, b) => Math.Max(a, b) + 0.5)],
            [.. open.Zip(close, (a, b) => Math.Min(a, b) - 0.5)],
            close,
            [.. rows.Select(_ => 1_000.0)]);
    }

    public static RoundTrip Trade(string instrument, decimal entry, decimal exit, OrderSide side = OrderSide.Buy) => new(
        new InstrumentId(instrument),
        side,
        3,
        entry,
        exit,
        0.05m,
        ((side is OrderSide.Buy ? exit - entry : entry - exit) * 3) - 0.05m,
        StartMs,
        StartMs + 86_399_999);
}

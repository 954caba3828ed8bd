using AlgoStack.Simulation;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Performance;

namespace AlgoStack.Backtesting;

/// <summary>Runs one plan over a series of bars.</summary>
public static class Backtester
{
    /// <summary>Points of a curve, about: enough for a screen.</summary>
    private const int Points = 1_000;

    /// <param name="name">Of the data, as a person calls it.</param>
    /// <param name="progress">Hears now and then how many bars are done.</param>
    /// <exception cref="ArgumentException">No bars, or strategies that cannot run together.</exception>
    public static BacktestResult Run(
        BarSeries bars, string name, BacktestPlan plan, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        if (bars.Count == 0) throw new ArgumentException($"{name}: expected bars, found none.", nameof(bars));

        using var run = new BacktestRun(plan.Settings, bars.Timeframe, plan.Strategies);
        var curves = new List<List<CurvePoint>>();
        var trades = new List<RoundTrip>();
        var (signals, marginCalls) = (0L, 0L);
        var step = Math.Max(1, bars.Count / Points);
        for (var from = 0; from < bars.Count;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var last = BacktestRun.EndOfInstant(bars, Math.Min(from + step, bars.Count) - 1, bars.Count);
            run.Run(bars, from, last);
            from = last;

            signals += run.Signals.Count;
            marginCalls += run.Session.MarginCalls.Count;
            trades.AddRange(run.Trades);
            run.ClearEvents();
            AddPoints(curves, run.Session, bars.CloseMs[from - 1]);
            progress?.Report(from);
        }

        return Result(run, bars, name, plan, signals, curves, trades) with { MarginCalls = marginCalls };
    }

    /// <summary>What a run has come to.</summary>
    /// <param name="bars">All that it went through.</param>
    /// <param name="curves">One for each of the run's currencies, in their order.</param>
    public static BacktestResult Result(
        BacktestRun run,
        BarSeries bars,
        string name,
        BacktestPlan plan,
        long signals,
        IReadOnlyList<IReadOnlyList<CurvePoint>> curves,
        IReadOnlyList<RoundTrip> trades) => new(
        BacktestData.Of(bars, name),
        [.. plan.Strategies.Select(s => new StrategySetting(s.Name, s.ParameterText, [.. s.Instruments.Select(i => i.Value)]))],
        plan.Models,
        signals,
        run.Session.Intents,
        run.Session.Denied,
        run.Session.Fills,
        run.Session.OrderListHash,
        [.. run.Statistics.Zip(run.DailyReturns, curves).Select(c => Currency(bars, c.First.Currency, c.First.Statistics, c.Third, c.Second.Returns))],
        trades);

    private static void AddPoints(List<List<CurvePoint>> curves, TradingSession session, long atMs)
    {
        var ledger = 0;
        foreach (var _ in session.Balances)
        {
            if (ledger == curves.Count) curves.Add([]);
            curves[ledger].Add(new CurvePoint(atMs, session.EquityEstimate(ledger)));
            ledger++;
        }
    }

    private static CurrencyResult Currency(
        BarSeries bars, string currency, PerformanceStatistics statistics, IReadOnlyList<CurvePoint> curve, DailyReturns? days) =>
        new(currency, statistics, curve, days, days is null ? null : BenchmarkStatistics.Of(days, HoldingReturns.Of(bars, currency)));
}

using AlgoStack.Simulation;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Performance;

namespace AlgoStack.Backtesting;

/// <summary>Runs one plan over a series of bars or ticks.</summary>
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
        var course = new Course(run);
        var step = Math.Max(1, bars.Count / Points);
        for (var from = 0; from < bars.Count;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var last = BacktestRun.EndOfInstant(bars, Math.Min(from + step, bars.Count) - 1, bars.Count);
            run.Run(bars, from, last);
            from = last;
            course.Take(bars.CloseMs[from - 1]);
            progress?.Report(from);
        }

        return course.Result(BacktestData.Of(bars, name), bars, plan, plan.Models);
    }

    /// <summary>The same over trades and quotes, and the bars that strategies saw of them.</summary>
    /// <param name="progress">Hears now and then how many ticks are done.</param>
    /// <exception cref="ArgumentException">Ticks that close no bar, or strategies that cannot run together.</exception>
    public static (BacktestResult Result, BarSeries Bars) Run(
        TickSeries ticks, Timeframe timeframe, string name, BacktestPlan plan, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        var bars = TickBars.Of(ticks, timeframe);
        if (bars.Count == 0) throw new ArgumentException($"{name}: expected ticks that close a bar of {timeframe}, found {ticks.Count} that close none.", nameof(ticks));

        using var run = new BacktestRun(plan.Settings, timeframe, plan.Strategies);
        var course = new Course(run);
        var step = Math.Max(1, ticks.Count / Points);
        for (var from = 0; from < ticks.Count;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var last = Math.Min(from + step, ticks.Count);
            run.Run(ticks, from, last);
            from = last;
            course.Take(ticks.TimeUs[from - 1] / 1_000);
            progress?.Report(from);
        }

        return (course.Result(BacktestData.Of(ticks, bars, name), bars, plan, plan.ModelsOfTicks), bars);
    }

    /// <summary>What a run has come to.</summary>
    /// <param name="bars">All that it went through.</param>
    /// <param name="curves">One for each of the run's currencies, in their order.</param>
    public static BacktestResult Result(
        BacktestRun run,
        BacktestData data,
        BarSeries bars,
        BacktestPlan plan,
        long signals,
        IReadOnlyList<IReadOnlyList<CurvePoint>> curves,
        IReadOnlyList<RoundTrip> trades) => new(
        data,
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

    /// <summary>What a run leaves behind as it goes.</summary>
    private sealed class Course(BacktestRun run)
    {
        private readonly List<List<CurvePoint>> _curves = [];
        private readonly List<RoundTrip> _trades = [];
        private long _signals;
        private long _marginCalls;

        public void Take(long atMs)
        {
            _signals += run.Signals.Count;
            _marginCalls += run.Session.MarginCalls.Count;
            _trades.AddRange(run.Trades);
            run.ClearEvents();
            AddPoints(_curves, run.Session, atMs);
        }

        public BacktestResult Result(BacktestData data, BarSeries bars, BacktestPlan plan, IReadOnlyDictionary<string, string> models) =>
            Backtester.Result(run, data, bars, plan, _signals, _curves, _trades) with { Models = models, MarginCalls = _marginCalls };
    }
}

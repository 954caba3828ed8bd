using AlgoStack.Backtesting.Sweeps;
using AlgoStack.Simulation;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Performance;

namespace AlgoStack.Backtesting.WalkForwards;

/// <summary>
/// Goes through history as one would have lived it: window after window, the combination that was best over the bars so
/// far is traded over those that follow. R. Pardo, Design, Testing, and Optimization of Trading Systems (1992).
/// </summary>
public static class WalkForward
{
    private const double YearMs = 365.25 * 86_400_000;

    /// <param name="name">Of the data, as a person calls it.</param>
    /// <param name="finished">Hears each window as it finishes, and how many there are.</param>
    /// <param name="threads">1 or more; null for one a core.</param>
    /// <exception cref="ArgumentException">No bars after the first in-sample window, or of two currencies.</exception>
    public static WalkForwardResult Run(
        BarSeries bars,
        string name,
        WalkForwardPlan plan,
        Action<WalkForwardWindow, int>? finished = null,
        int? threads = null,
        CancellationToken cancellationToken = default)
    {
        Sweep.ThrowUnlessOneCurrency(bars);
        var stretches = Stretches(bars, plan);
        var windows = new List<WalkForwardWindow>();
        var days = new List<DailyReturn>();
        var trades = new List<RoundTrip>();
        var areDaysKnown = true;
        foreach (var (inSample, outOfSample) in stretches)
        {
            // The choice is made from a copy that ends where the window does: there is nothing later to look at.
            var seen = Rows(bars, inSample);
            var chosen = Choose(seen, plan, threads, cancellationToken);
            using var run = new BacktestRun(plan.Sweep.Settings, bars.Timeframe, chosen is null ? [] : [plan.Sweep.Configure(chosen.Parameters)]);
            run.WarmUp(seen);
            run.Run(bars, outOfSample.From, outOfSample.To);

            windows.Add(new WalkForwardWindow(
                inSample, outOfSample, chosen?.Parameters, chosen?.Figures, chosen is null ? null : SweepFigures.Of(run, keepsDays: false)));
            trades.AddRange(run.Trades);
            areDaysKnown &= TryJoin(days, run.DailyReturns.Single().Returns);
            finished?.Invoke(windows[^1], stretches.Count);
        }

        return new WalkForwardResult(
            BacktestData.Of(bars, name),
            plan.Sweep.Strategy.Name,
            plan.Sweep.Models,
            plan.Measure.Name,
            windows,
            areDaysKnown ? CurveOf(new DailyReturns([.. days])) : null,
            trades,
            Efficiency([.. windows.Where(w => w.Parameters is not null)]));
    }

    private static List<(WindowRows InSample, WindowRows OutOfSample)> Stretches(BarSeries bars, WalkForwardPlan plan)
    {
        var stretches = new List<(WindowRows InSample, WindowRows OutOfSample)>();
        for (var from = plan.InSample.EndFrom(bars, 0); from < bars.Count;)
        {
            var to = plan.OutOfSample.EndFrom(bars, from);
            stretches.Add((Of(plan.IsAnchored ? 0 : plan.InSample.StartOf(bars, from), from), Of(from, to)));
            from = to;
        }

        return stretches.Count > 0
            ? stretches
            : throw new ArgumentException($"Walk-forward: expected bars after the first {plan.InSample} that are seen, found none in {bars.Count}.", nameof(bars));

        WindowRows Of(int from, int to) => new(from, to, bars.CloseMs[from], bars.CloseMs[to - 1]);
    }

    private static BarSeries Rows(BarSeries bars, WindowRows rows) => bars with
    {
        Instrument = bars.Instrument[rows.From..rows.To],
        CloseMs = bars.CloseMs[rows.From..rows.To],
        Open = bars.Open[rows.From..rows.To],
        High = bars.High[rows.From..rows.To],
        Low = bars.Low[rows.From..rows.To],
        Close = bars.Close[rows.From..rows.To],
        Volume = bars.Volume[rows.From..rows.To],
    };

    private static SweepOutcome? Choose(BarSeries seen, WalkForwardPlan plan, int? threads, CancellationToken cancellationToken)
    {
        using var work = new SweepWork(seen, plan.Sweep with { KeepsDays = false }, _ => { });
        return SweepResult.Ranked(work.Run(threads, cancellationToken), plan.Measure).FirstOrDefault();
    }

    /// <summary>A window may begin within the day that the one before it ended in.</summary>
    private static bool TryJoin(List<DailyReturn> days, DailyReturns? next)
    {
        if (next is null) return false;

        for (var i = 0; i < next.Count; i++)
        {
            var day = new DailyReturn(next.Days[i], next.Values[i]);
            if (days.Count > 0 && days[^1].Day == day.Day) days[^1] = day with { Value = ((1 + days[^1].Value) * (1 + day.Value)) - 1 };
            else days.Add(day);
        }

        return true;
    }

    private static WalkForwardCurve CurveOf(DailyReturns days)
    {
        var equity = new EquityStatistics(1);
        var wealth = 1.0;
        for (var i = 0; i < days.Count; i++)
        {
            wealth *= 1 + days.Values[i];
            var at = new DateTimeOffset(days.Days[i], TimeOnly.MinValue, TimeSpan.Zero);
            equity.Add(at.ToUnixTimeMilliseconds(), wealth, out _);
        }

        return new WalkForwardCurve(
            days, equity.TotalReturn, equity.AnnualReturn, equity.Sharpe, equity.Sortino, equity.MaxDrawdown, RiskStatistics.Of(equity, days));
    }

    private static double? Efficiency(WalkForwardWindow[] windows)
    {
        var seen = AnnualReturn(windows.Select(w => (w.InSample.LastMs - w.InSample.FirstMs, w.InSampleFigures!)));
        // The window's first bar adds to its return too, and that begins where the bar before it ended.
        var achieved = AnnualReturn(windows.Select(w => (w.OutOfSample.LastMs - w.InSample.LastMs, w.OutOfSampleFigures!)));
        return seen > 0 && double.IsFinite(achieved) ? achieved / seen : null;
    }

    private static double AnnualReturn(IEnumerable<(long Milliseconds, SweepFigures Figures)> windows)
    {
        var (growth, years) = (0.0, 0.0);
        foreach (var (milliseconds, figures) in windows)
        {
            growth += Math.Log(1 + figures.TotalReturn);
            years += milliseconds / YearMs;
        }

        return Math.Exp(growth / years) - 1;
    }
}

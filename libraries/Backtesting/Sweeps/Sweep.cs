using System.Diagnostics;
using AlgoStack.Simulation;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Backtesting.Sweeps;

/// <summary>Runs a strategy over one series of bars once for each combination of parameters, on all cores.</summary>
public static class Sweep
{
    /// <summary>Rows after which a combination looks up whether it is to end.</summary>
    private const int StepRows = 16_384;

    /// <param name="name">Of the data, as a person calls it.</param>
    /// <param name="journal">
    /// A file that keeps what is finished, see <see cref="SweepJournal"/>: what it has already is not run again. Null for none.
    /// </param>
    /// <param name="finished">Hears each outcome once, one at a time and in any order; those of the journal first.</param>
    /// <param name="threads">1 or more; null for one a core.</param>
    /// <exception cref="ArgumentException">No bars, or bars of two currencies, whose money is never added up.</exception>
    /// <exception cref="SweepJournalException">The journal is of another sweep, or is none.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; what had finished was told, and is in the journal.</exception>
    public static SweepResult Run(
        BarSeries bars,
        string name,
        SweepPlan plan,
        string? journal = null,
        Action<SweepOutcome>? finished = null,
        int? threads = null,
        CancellationToken cancellationToken = default)
    {
        ThrowUnlessOneCurrency(bars);
        var data = BacktestData.Of(bars, name);
        using var kept = journal is null ? null : SweepJournal.Open(journal, data.Hash, plan);
        using var work = new SweepWork(bars, plan, outcome =>
        {
            kept?.Add(outcome);
            finished?.Invoke(outcome);
        });
        foreach (var outcome in kept?.Finished ?? [])
        {
            work.Skip(outcome);
            finished?.Invoke(outcome);
        }

        return new SweepResult(data, plan.Strategy.Name, plan.Models, work.Run(threads, cancellationToken), plan.Combinations.LeftOut);
    }

    /// <summary>Runs one combination of a plan. What it throws is its outcome, and so is the limit on its time.</summary>
    /// <param name="index">Its place in the plan.</param>
    /// <param name="bars">Of one currency.</param>
    public static SweepOutcome RunOne(BarSeries bars, SweepPlan plan, int index, CancellationToken cancellationToken = default)
    {
        var parameters = plan.Combinations.Parameters[index];
        try
        {
            return new SweepOutcome(index, parameters, FiguresOf(bars, plan, parameters, cancellationToken), Error: null);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return new SweepOutcome(index, parameters, Figures: null, e is TimeoutException ? e.Message : $"{e.GetType().Name}: {e.Message}");
        }
    }

    /// <exception cref="ArgumentException">No bars, or bars of two currencies.</exception>
    public static void ThrowUnlessOneCurrency(BarSeries bars)
    {
        string[] currencies = [.. bars.Instruments.Select(i => i.Currency).Distinct(StringComparer.Ordinal)];
        if (bars.Count == 0) throw new ArgumentException("Sweep: expected bars, found none.", nameof(bars));
        if (currencies.Length > 1)
            throw new ArgumentException($"Sweep: expected instruments of one currency, found {string.Join(", ", currencies)}.", nameof(bars));
    }

    private static SweepFigures FiguresOf(BarSeries bars, SweepPlan plan, string parameters, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        using var run = new BacktestRun(plan.Settings, bars.Timeframe, [plan.Configure(parameters)]);
        for (var from = 0; from < bars.Count;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Stopwatch.GetElapsedTime(started) > plan.TimeLimit) throw new TimeoutException(plan.TookTooLong);

            var to = BacktestRun.EndOfInstant(bars, Math.Min(from + StepRows, bars.Count) - 1, bars.Count);
            run.Run(bars, from, to);
            run.ClearEvents();
            from = to;
        }

        return SweepFigures.Of(run, plan.KeepsDays);
    }
}

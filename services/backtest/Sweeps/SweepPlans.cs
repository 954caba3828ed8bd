using AlgoStack.Backtest.Backtests;
using AlgoStack.Backtesting.Sweeps;
using AlgoStack.Contracts.Backtests;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Backtest.Sweeps;

/// <summary>What the contract asks for, as the library takes it, and how it is cut up.</summary>
public static class SweepPlans
{
    /// <summary>Daily returns that one sweep may keep, over all combinations: 8 bytes each where they are assessed.</summary>
    public const long MostReturns = 20_000_000;

    /// <summary>
    /// A part is a few seconds of one core at most: so much is done again when a worker dies, and a worker that stops may
    /// finish it. Its outcomes are one event, which its daily returns make large.
    /// </summary>
    private const int MostOfPart = 64;
    private const int MostBarsOfPart = 10_000_000;
    private const int MostReturnsOfPart = 200_000;

    /// <summary>However small the sweep is, all workers are to get some of it.</summary>
    private const int LeastParts = 100;

    private const long DayMs = 86_400_000;

    /// <exception cref="ArgumentException">A grid that cannot be read, or of other parameters.</exception>
    /// <exception cref="TooManyCombinationsException">It is too large.</exception>
    /// <exception cref="FormatException">There is no such strategy, or a model is none.</exception>
    public static SweepPlan Of(StartSweep request) =>
        new SweepText(request.Strategy, request.Grid) { Random = request.Random, Seed = request.Seed, Limit = request.Limit }
            .Plan(Plans.Settings(request.Models));

    /// <exception cref="TooManyCombinationsException">They would keep more than <see cref="MostReturns"/>.</exception>
    public static void ThrowIfTooLarge(SweepPlan plan, BarSeries bars)
    {
        var (combinations, days) = (plan.Combinations.Parameters.Count, DaysOf(bars));
        if (combinations * (long)days > MostReturns)
        {
            throw new TooManyCombinationsException(FormattableString.Invariant(
                $"{plan.Strategy.Name}: expected at most {MostReturns / days:N0} combinations over {days:N0} days, found {combinations:N0}; take wider steps, a random search or fewer days."));
        }
    }

    /// <summary>How many combinations go into a part.</summary>
    public static int PartSize(SweepPlan plan, BarSeries bars)
    {
        int[] bounds = [MostOfPart, MostBarsOfPart / bars.Count, MostReturnsOfPart / DaysOf(bars), plan.Combinations.Parameters.Count / LeastParts];
        return Math.Max(1, bounds.Min());
    }

    /// <summary>The parts of a sweep, in the order of its combinations.</summary>
    public static IEnumerable<RunSweepPart> Parts(SweepStarted started)
    {
        for (var (part, from) = (0, 0); from < started.Combinations; part++, from += started.PartSize)
            yield return new RunSweepPart(started.SweepId, part, from, Math.Min(started.PartSize, started.Combinations - from));
    }

    private static int DaysOf(BarSeries bars)
    {
        var days = 0;
        for (var (row, last) = (0, long.MinValue); row < bars.Count; row++)
        {
            // A bar that closes at midnight is of the day that ends there.
            var day = (bars.CloseMs[row] - 1) / DayMs;
            if (day == last) continue;
            (days, last) = (days + 1, day);
        }

        return days;
    }
}

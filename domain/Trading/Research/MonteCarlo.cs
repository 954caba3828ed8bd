using AlgoStack.Trading.Performance;

namespace AlgoStack.Trading.Research;

/// <summary>
/// What the same kind of days in another order, some twice and some never, could have come to: paths of as many days,
/// drawn by <see cref="BlockBootstrap.Stationary"/>. A path that loses all stays at nothing.
/// </summary>
/// <param name="Paths">How many were drawn.</param>
/// <param name="TotalReturn">A fraction; -1 when all is lost.</param>
/// <param name="MaxDrawdown">From the last equity of each day, over the high before it; 0 to 1.</param>
/// <param name="Sharpe">Annualised, of the paths that have one; null when none has.</param>
public sealed record MonteCarlo(int Paths, Percentiles TotalReturn, Percentiles MaxDrawdown, Percentiles? Sharpe)
{
    /// <param name="returns">Daily, as fractions; at least one, all finite.</param>
    /// <param name="paths">1 or more.</param>
    /// <param name="meanBlock">Days, 1 or more; the cube root of the number of days is a fair start.</param>
    public static MonteCarlo Run(ReadOnlySpan<double> returns, int paths, double meanBlock, SplitMix64 random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(paths, 1);
        if (returns.IsEmpty) throw new ArgumentException("MonteCarlo: expected a return or more, found none.", nameof(returns));
        Doubles.ThrowUnlessFinite(returns, nameof(returns));

        var days = new int[returns.Length];
        var path = new double[returns.Length];
        var totals = new double[paths];
        var drawdowns = new double[paths];
        var sharpes = new List<double>(paths);
        for (var p = 0; p < paths; p++)
        {
            BlockBootstrap.Stationary(days, meanBlock, ref random);
            for (var i = 0; i < path.Length; i++) path[i] = returns[days[i]];
            (totals[p], drawdowns[p]) = Walk(path);
            if ((Moments.Of(path).Sharpe * Math.Sqrt(EquityStatistics.DaysOfYear)).OrNull() is { } sharpe) sharpes.Add(sharpe);
        }

        return new MonteCarlo(
            paths, Percentiles.Of(totals), Percentiles.Of(drawdowns), sharpes.Count == 0 ? null : Percentiles.Of([.. sharpes]));
    }

    private static (double TotalReturn, double MaxDrawdown) Walk(ReadOnlySpan<double> path)
    {
        var (wealth, high, deepest) = (1.0, 1.0, 0.0);
        foreach (var change in path)
        {
            if (change <= -1) return (-1, 1);
            wealth = DailyReturns.Grow(wealth, change);
            high = Math.Max(high, wealth);
            deepest = Math.Max(deepest, 1 - (wealth / high));
        }

        return (wealth - 1, deepest);
    }
}

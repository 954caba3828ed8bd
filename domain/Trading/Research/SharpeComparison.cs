using AlgoStack.Trading.Performance;

namespace AlgoStack.Trading.Research;

/// <summary>
/// Two strategies over the same days, and whether their Sharpe ratios differ by more than chance: the studentised
/// circular block bootstrap of O. Ledoit and M. Wolf, Robust Performance Hypothesis Testing with the Sharpe Ratio,
/// Journal of Empirical Finance 15 (2008). It allows for fat tails and for days and strategies that hang together.
/// </summary>
/// <param name="Days">Days that both have.</param>
/// <param name="First">Sharpe ratio of the first, annualised; null with fewer than two days or when no day differs.</param>
/// <param name="Second">Of the second.</param>
/// <param name="Difference">The first less the second; null when either is.</param>
/// <param name="PValue">
/// How likely a difference as great, either way, is where there is none; above 0, up to 1. Null when the difference is,
/// with fewer than two blocks, and when the difference has no error to hold it against.
/// </param>
public sealed record SharpeComparison(int Days, double? First, double? Second, double? Difference, double? PValue)
{
    // One strategy at two sizes has two ratios that differ by rounding alone.
    private const double Rounding = 1e-12;

    /// <param name="block">Days of a block, 1 or more; the cube root of the number of days is a fair start.</param>
    /// <param name="draws">1 or more; the least p-value is 1 / (draws + 1).</param>
    public static SharpeComparison Of(DailyReturns first, DailyReturns second, int block, int draws, SplitMix64 random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(block, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 1);
        var (one, two) = DailyReturns.OnSameDays(first, second);
        var annual = Math.Sqrt(EquityStatistics.DaysOfYear);
        var (sharpe, other) = (Moments.Of(one).Sharpe * annual, Moments.Of(two).Sharpe * annual);
        return new SharpeComparison(one.Length, sharpe, other, sharpe - other, PValueOf(one, two, block, draws, random));
    }

    private static double? PValueOf(double[] one, double[] two, int block, int draws, SplitMix64 random)
    {
        var influences = new double[one.Length];
        if (one.Length < 2 * block || DifferenceOf(one, two, influences) is not { } difference) return null;
        if (Math.Abs(difference) <= Rounding) return 1;

        var error = Math.Sqrt(LongRunVariance(influences, block) / one.Length);
        if (!(error > 0 && double.IsFinite(error))) return null;

        // The bootstrap world has the difference that was measured, so that is what its differences are held against.
        var days = new int[one.Length / block * block];
        var (drawnOne, drawnTwo) = (new double[days.Length], new double[days.Length]);
        var asGreat = 0;
        for (var draw = 0; draw < draws; draw++)
        {
            BlockBootstrap.Circular(days, one.Length, block, ref random);
            for (var i = 0; i < days.Length; i++) (drawnOne[i], drawnTwo[i]) = (one[days[i]], two[days[i]]);

            var drawnInfluences = influences.AsSpan(0, days.Length);
            var drawn = DifferenceOf(drawnOne, drawnTwo, drawnInfluences);
            var drawnError = Math.Sqrt(BlockVariance(drawnInfluences, block) / days.Length);

            // What cannot be told, as days drawn that do not differ, counts against the difference.
            var isSmaller = drawn is { } value && Math.Abs(value - difference) / drawnError < Math.Abs(difference) / error;
            if (!isSmaller) asGreat++;
        }

        return (asGreat + 1.0) / (draws + 1);
    }

    /// <summary>
    /// The difference of the ratios a period, and what each day adds to its error: with z the day's standardised return
    /// and s the ratio, z - s (z² - 1) / 2 of the first less that of the second: the paper's gradient times its moments.
    /// </summary>
    private static double? DifferenceOf(ReadOnlySpan<double> one, ReadOnlySpan<double> two, Span<double> influences)
    {
        var (first, second) = (Moments.Of(one), Moments.Of(two));
        if (first.Sharpe is null || second.Sharpe is null) return null;

        // Over n, as the paper has it.
        var part = Math.Sqrt((one.Length - 1.0) / one.Length);
        var (deviation, otherDeviation) = (Math.Sqrt(first.Variance) * part, Math.Sqrt(second.Variance) * part);
        var (sharpe, other) = (first.Mean / deviation, second.Mean / otherDeviation);
        for (var i = 0; i < one.Length; i++)
        {
            influences[i] = InfluenceOf((one[i] - first.Mean) / deviation, sharpe)
                - InfluenceOf((two[i] - second.Mean) / otherDeviation, other);
        }

        return sharpe - other;
    }

    private static double InfluenceOf(double z, double sharpe) => z - (sharpe * ((z * z) - 1) / 2);

    // W. K. Newey and K. D. West, A Simple, Positive Semi-Definite, Heteroskedasticity and Autocorrelation Consistent
    // Covariance Matrix, Econometrica 55 (1987).
    private static double LongRunVariance(ReadOnlySpan<double> influences, int block)
    {
        var sum = 0.0;
        for (var lag = 0; lag < block; lag++)
        {
            var products = 0.0;
            for (var i = lag; i < influences.Length; i++) products += influences[i] * influences[i - lag];
            sum += (lag == 0 ? 1 : 2 * (1 - ((double)lag / block))) * products;
        }

        return sum / influences.Length;
    }

    private static double BlockVariance(ReadOnlySpan<double> influences, int block)
    {
        var squares = 0.0;
        for (var from = 0; from < influences.Length; from += block)
        {
            var sum = 0.0;
            foreach (var influence in influences.Slice(from, block)) sum += influence;
            squares += sum * sum;
        }

        return squares / influences.Length;
    }
}

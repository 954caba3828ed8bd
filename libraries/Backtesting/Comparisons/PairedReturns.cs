using AlgoStack.Trading.Performance;
using AlgoStack.Trading.Research;

namespace AlgoStack.Backtesting.Comparisons;

/// <summary>
/// Whether two strategies made different returns on the same days by more than chance: the daily differences are drawn
/// anew, day with day, by the stationary bootstrap (D. N. Politis and J. P. Romano, Journal of the American Statistical
/// Association 89, 1994), and held against none as by P. Hall and S. R. Wilson, Two Guidelines for Bootstrap Hypothesis
/// Testing, Biometrics 47 (1991).
/// </summary>
/// <param name="Days">Days that both have.</param>
/// <param name="Difference">The mean daily return of the first less that of the second, times 252.</param>
/// <param name="Draws">Where the difference lay in the draws, times 252: 5 to 95 in 100 are its confidence of 90 %.</param>
/// <param name="PValue">How likely a difference as great, either way, is where there is none; above 0, up to 1.</param>
public sealed record PairedReturns(int Days, double Difference, Percentiles Draws, double PValue)
{
    /// <param name="meanBlock">Days, 1 or more; the cube root of the number of days is a fair start.</param>
    /// <param name="draws">1 or more; the least p-value is 1 / (draws + 1).</param>
    /// <returns>Null with no day that both have.</returns>
    public static PairedReturns? Of(DailyReturns first, DailyReturns second, double meanBlock, int draws, SplitMix64 random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 1);
        var (one, two) = DailyReturns.OnSameDays(first, second);
        if (one.Length == 0) return null;

        double[] differences = [.. one.Zip(two, (a, b) => a - b)];
        var difference = differences.Average();
        var days = new int[differences.Length];
        var means = new double[draws];
        var asGreat = 0;
        for (var draw = 0; draw < draws; draw++)
        {
            BlockBootstrap.Stationary(days, meanBlock, ref random);
            var sum = 0.0;
            foreach (var day in days) sum += differences[day];
            var mean = sum / days.Length;
            means[draw] = mean * EquityStatistics.DaysOfYear;

            // In the draws the difference is the one that was measured: what is beyond it is chance.
            if (Math.Abs(mean - difference) >= Math.Abs(difference)) asGreat++;
        }

        return new PairedReturns(
            one.Length, difference * EquityStatistics.DaysOfYear, Percentiles.Of(means), (asGreat + 1.0) / (draws + 1));
    }
}

namespace AlgoStack.Trading.Performance;

/// <summary>
/// How daily returns went with those of a benchmark, over the days that both have; risk-free rate zero. Null: cannot be
/// known, as with fewer than two days.
/// </summary>
/// <param name="Days">Days that both have.</param>
/// <param name="Alpha">
/// The mean daily return that beta does not explain, times 252. Null when beta is. M. C. Jensen, The Performance of
/// Mutual Funds in the Period 1945–1964, Journal of Finance 23 (1968).
/// </param>
/// <param name="Beta">
/// Covariance over the benchmark's variance; null when no day of the benchmark differs. W. F. Sharpe, Capital Asset
/// Prices, Journal of Finance 19 (1964).
/// </param>
/// <param name="Correlation">Pearson's, -1 to 1; null when no day of either differs.</param>
/// <param name="TrackingError">Sample standard deviation of the daily difference, annualised.</param>
/// <param name="InformationRatio">
/// Mean daily difference over its sample standard deviation, annualised; null when no day differs from another. T. H. Goodwin,
/// The Information Ratio, Financial Analysts Journal 54 (1998).
/// </param>
public sealed record BenchmarkStatistics(
    int Days,
    double? Alpha,
    double? Beta,
    double? Correlation,
    double? TrackingError,
    double? InformationRatio)
{
    public static BenchmarkStatistics Of(DailyReturns returns, DailyReturns benchmark)
    {
        var (own, other) = DailyReturns.OnSameDays(returns, benchmark);
        var (ownMoments, otherMoments) = (Moments.Of(own), Moments.Of(other));
        var difference = Moments.Of([.. own.Zip(other, (a, b) => a - b)]);
        var covariance = own.Zip(other, (a, b) => (a - ownMoments.Mean) * (b - otherMoments.Mean)).Sum() / (own.Length - 1);

        var beta = otherMoments.Deviation > 0 ? (covariance / otherMoments.Variance).OrNull() : null;
        var alpha = (ownMoments.Mean - (beta * otherMoments.Mean)) * EquityStatistics.DaysOfYear;
        var correlation = ownMoments.Deviation is > 0 and var ownDeviation && otherMoments.Deviation is > 0 and var otherDeviation
            ? Math.Clamp(covariance / ownDeviation / otherDeviation, -1, 1).OrNull()
            : null;
        var annual = Math.Sqrt(EquityStatistics.DaysOfYear);
        return new BenchmarkStatistics(
            own.Length,
            alpha.OrNull(),
            beta,
            correlation,
            (difference.Deviation * annual).OrNull(),
            (difference.Sharpe * annual).OrNull());
    }
}

namespace AlgoStack.Trading.Performance;

/// <summary>A Sharpe ratio a period, not annualised, and what its certainty hangs on.</summary>
/// <param name="Sharpe">Mean return over its sample standard deviation.</param>
/// <param name="Count">Periods it was measured over.</param>
/// <param name="Skew">Third standardised moment of the returns; 0 for a normal distribution.</param>
/// <param name="Kurtosis">Fourth standardised moment of the returns; 3 for a normal distribution.</param>
public readonly record struct SharpeEstimate(double Sharpe, int Count, double Skew, double Kurtosis)
{
    private const double EulerMascheroni = 0.577215664901532861;

    /// <summary>Null with fewer than two returns or when none differs.</summary>
    public static SharpeEstimate? Of(ReadOnlySpan<double> returns)
    {
        var moments = Moments.Of(returns);
        if (moments.Sharpe is not { } sharpe) return null;

        // Moments of the population, as the source of both probabilities has them.
        var deviation = Math.Sqrt(moments.Variance * (returns.Length - 1) / returns.Length);
        var (cubes, fourths) = (0.0, 0.0);
        foreach (var value in returns)
        {
            var z = (value - moments.Mean) / deviation;
            cubes += z * z * z;
            fourths += z * z * z * z;
        }

        return new SharpeEstimate(sharpe, returns.Length, cubes / returns.Length, fourths / returns.Length);
    }

    /// <summary>
    /// The probabilistic Sharpe ratio: how sure it is, 0 to 1, that the true ratio is above
    /// <paramref name="sharpe"/> a period. Null with fewer than two periods, or with moments that leave the estimate no
    /// error. D. H. Bailey and M. López de Prado, The Sharpe Ratio Efficient Frontier, Journal of Risk 15 (2012).
    /// </summary>
    public double? ProbabilityAbove(double sharpe)
    {
        var variance = 1 - (Skew * Sharpe) + ((Kurtosis - 1) / 4 * Sharpe * Sharpe);
        var z = (Sharpe - sharpe) * Math.Sqrt(Count - 1) / Math.Sqrt(variance);
        return Count < 2 || !double.IsFinite(z) ? null : NormalDistribution.Cumulative(z);
    }

    /// <summary>
    /// The deflated Sharpe ratio: how sure it is, 0 to 1, that the true ratio is above the best of so many
    /// <paramref name="trials"/> without merit. Null as for <see cref="ProbabilityAbove"/>. D. H. Bailey and M. López de
    /// Prado, The Deflated Sharpe Ratio, Journal of Portfolio Management 40 (2014).
    /// </summary>
    /// <inheritdoc cref="ExpectedMaximum"/>
    public double? Deflated(int trials, double variance) => ProbabilityAbove(ExpectedMaximum(trials, variance));

    /// <summary>
    /// The Sharpe ratio a period that the best of so many trials without merit is expected to show. D. H. Bailey and
    /// M. López de Prado, The Deflated Sharpe Ratio, Journal of Portfolio Management 40 (2014).
    /// </summary>
    /// <param name="trials">Independent ones, at least 1.</param>
    /// <param name="variance">Of the trials' Sharpe ratios a period, not below zero.</param>
    public static double ExpectedMaximum(int trials, double variance)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(variance);
        if (trials == 1) return 0;

        return Math.Sqrt(variance) * (
            ((1 - EulerMascheroni) * NormalDistribution.Quantile(1 - (1.0 / trials)))
            + (EulerMascheroni * NormalDistribution.Quantile(1 - (1 / (trials * Math.E)))));
    }
}

namespace AlgoStack.Trading.Performance;

/// <summary>
/// The risk an account took, from its equity curve and its daily returns; fractions, annualised where it says so. Null:
/// cannot be known.
/// </summary>
/// <param name="Volatility">See <see cref="EquityStatistics.Volatility"/>.</param>
/// <param name="DownsideDeviation">See <see cref="EquityStatistics.DownsideDeviation"/>.</param>
/// <param name="Calmar">See <see cref="EquityStatistics.Calmar"/>.</param>
/// <param name="Omega">See <see cref="EquityStatistics.Omega"/>.</param>
/// <param name="MaxDrawdownDays">See <see cref="EquityStatistics.MaxDrawdownDays"/>.</param>
/// <param name="AverageDrawdown">See <see cref="EquityStatistics.AverageDrawdown"/>.</param>
/// <param name="UlcerIndex">See <see cref="EquityStatistics.UlcerIndex"/>.</param>
/// <param name="RecoveryFactor">See <see cref="EquityStatistics.RecoveryFactor"/>.</param>
/// <param name="ValueAtRisk">
/// The mildest loss of the worst 5 % of days, above zero for a loss. Null under 20 days. C. Acerbi and D. Tasche,
/// Expected Shortfall: A Natural Coherent Alternative to Value at Risk, Economic Notes 31 (2002).
/// </param>
/// <param name="ConditionalValueAtRisk">
/// The mean loss of the worst 5 % of days. Null under 20 days. Acerbi and Tasche, as above.
/// </param>
/// <param name="TailRatio">
/// The mildest gain of the best 5 % of days over the value at risk. Null under 20 days or when the latter is no loss.
/// Quantopian, empyrical, tail_ratio (2016), with the quantiles of the value at risk.
/// </param>
/// <param name="Skew">Third standardised moment of the population; null with fewer than two days or when none differs.</param>
/// <param name="ExcessKurtosis">Fourth standardised moment of the population less 3; null as the skew.</param>
/// <param name="ProbabilisticSharpe">
/// How sure it is that the true Sharpe ratio is above zero; see <see cref="SharpeEstimate.ProbabilityAbove"/>.
/// </param>
public sealed record RiskStatistics(
    double? Volatility,
    double? DownsideDeviation,
    double? Calmar,
    double? Omega,
    double MaxDrawdownDays,
    double? AverageDrawdown,
    double? UlcerIndex,
    double? RecoveryFactor,
    double? ValueAtRisk,
    double? ConditionalValueAtRisk,
    double? TailRatio,
    double? Skew,
    double? ExcessKurtosis,
    double? ProbabilisticSharpe,
    double? BestDay,
    double? WorstDay,
    double? BestMonth,
    double? WorstMonth)
{
    private const int DaysOfATailDay = 20;

    /// <param name="returns">Null when they are no numbers; see <see cref="EquityStatistics.AreReturnsKnown"/>.</param>
    public static RiskStatistics Of(in EquityStatistics equity, DailyReturns? returns)
    {
        double[] sorted = returns is null ? [] : [.. returns.Values];
        Array.Sort(sorted);
        var tail = Tail(sorted);
        var sharpe = SharpeEstimate.Of(returns is null ? [] : returns.Values);
        var months = returns?.Months() ?? [];
        return new RiskStatistics(
            equity.Volatility,
            equity.DownsideDeviation,
            equity.Calmar,
            equity.Omega,
            equity.MaxDrawdownDays,
            equity.AverageDrawdown,
            equity.UlcerIndex,
            equity.RecoveryFactor,
            tail?.ValueAtRisk,
            tail?.ConditionalValueAtRisk,
            tail?.Ratio,
            sharpe?.Skew,
            sharpe?.Kurtosis - 3,
            sharpe?.ProbabilityAbove(0),
            sorted.Length == 0 ? null : sorted[^1],
            sorted.Length == 0 ? null : sorted[0],
            months.Count == 0 ? null : months.Max(m => m.Value),
            months.Count == 0 ? null : months.Min(m => m.Value));
    }

    private static (double ValueAtRisk, double ConditionalValueAtRisk, double? Ratio)? Tail(ReadOnlySpan<double> sorted)
    {
        var days = sorted.Length / DaysOfATailDay;
        if (days == 0) return null;

        var sum = 0.0;
        foreach (var value in sorted[..days]) sum -= value;
        var valueAtRisk = -sorted[days - 1];
        var ratio = sorted[^days] / valueAtRisk;
        return (valueAtRisk, sum / days, valueAtRisk > 0 && double.IsFinite(ratio) ? ratio : null);
    }
}

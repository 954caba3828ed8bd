using AlgoStack.Trading.Performance;

namespace AlgoStack.Trading.Research;

/// <summary>What is left of the best of many configurations once it is held against how many were tried.</summary>
/// <param name="Configurations">Each counts as a trial of its own, which is hard on those that are much alike.</param>
/// <param name="Best">The index of the one with the best Sharpe ratio.</param>
/// <param name="BestSharpe">Its ratio, annualised; null when no configuration moved.</param>
/// <param name="ExpectedSharpe">
/// What the best of as many without merit is expected to show, annualised; see <see cref="SharpeEstimate.ExpectedMaximum"/>.
/// </param>
/// <param name="DeflatedSharpe">See <see cref="SharpeEstimate.Deflated"/>; null when no configuration moved.</param>
public sealed record OverfittingReport(
    int Configurations,
    int Periods,
    int Best,
    double? BestSharpe,
    double ExpectedSharpe,
    double? DeflatedSharpe,
    CrossValidation CrossValidation)
{
    /// <summary>Of daily returns.</summary>
    /// <inheritdoc cref="CrossValidation.Of"/>
    public static OverfittingReport Of(IReadOnlyList<double[]> returns, int slices)
    {
        var crossValidation = CrossValidation.Of(returns, slices);
        var sharpes = returns.Select(configuration => Moments.Of(configuration).Sharpe).ToArray();
        var best = Array.IndexOf(sharpes, sharpes.Max());
        var variance = Moments.Of([.. sharpes.Select(sharpe => sharpe ?? 0)]).Variance;
        var annual = Math.Sqrt(EquityStatistics.DaysOfYear);
        return new OverfittingReport(
            returns.Count,
            returns[0].Length,
            best,
            sharpes[best] * annual,
            SharpeEstimate.ExpectedMaximum(returns.Count, variance) * annual,
            SharpeEstimate.Of(returns[best])?.Deflated(returns.Count, variance),
            crossValidation);
    }
}

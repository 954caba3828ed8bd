namespace AlgoStack.Strategies;

/// <summary>
/// How good a trade a signal looks, 0 to 1: the weighted mean of its confidence (a half), how well the market's regime suits
/// the strategy (three tenths) and its volume (a fifth); what is unknown has no weight.
/// </summary>
public static class SignalQuality
{
    private const double ConfidenceWeight = 0.5;
    private const double FitWeight = 0.3;
    private const double VolumeWeight = 0.2;

    public static double Of(StrategyKind kind, double confidence, in MarketContext market)
    {
        var (sum, weight) = (ConfidenceWeight * confidence, ConfidenceWeight);
        Count(FitWeight, Fit(kind, market.Regime));
        Count(VolumeWeight, market.VolumeScore);
        return sum / weight;

        void Count(double share, double value)
        {
            if (double.IsNaN(value)) return;
            sum += share * value;
            weight += share;
        }
    }

    private static double Fit(StrategyKind kind, Regime regime) => (kind, regime) switch
    {
        (StrategyKind.Neutral, _) or (_, Regime.Unknown) => double.NaN,
        (StrategyKind.TrendFollowing, Regime.Trending) or (StrategyKind.MeanReverting, Regime.Ranging) => 1,
        (StrategyKind.TrendFollowing, Regime.Volatile) or (StrategyKind.MeanReverting, Regime.Quiet) => 0.5,
        _ => 0,
    };
}

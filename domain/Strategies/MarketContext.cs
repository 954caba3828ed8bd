using AlgoStack.Trading.MarketData;

namespace AlgoStack.Strategies;

/// <summary>The market's character when a signal was raised.</summary>
public enum Regime
{
    /// <summary>Too few bars to tell.</summary>
    Unknown,
    Quiet,
    Ranging,
    Trending,
    Volatile,
}

/// <summary>Where the market leans.</summary>
public enum MarketCondition
{
    Neutral,
    Bullish,
    Bearish,
}

/// <summary>What the market was like when a signal was raised, worked out from the bars before it only then.</summary>
/// <param name="VolumeScore">
/// The bar's volume beside the mean of the 20 before it: 0.5 as usual, 1 twice as much or more, 0 none; NaN where none was
/// traded or too few bars are known.
/// </param>
public readonly record struct MarketContext(Regime Regime, MarketCondition Condition, double VolumeScore)
{
    /// <summary>Bars that are looked at, and the close before them.</summary>
    internal const int Bars = UsualBars + 1;

    private const int RecentBars = 14;
    private const int UsualBars = 50;
    private const int StraightBars = 20;
    private const int VolumeBars = 20;

    private const double VolatileFrom = 1.5;
    private const double QuietTo = 0.75;
    private const double TrendingFrom = 0.4;
    private const double LeansFrom = 0.5;

    /// <param name="bars">Oldest first.</param>
    internal static MarketContext Of(ReadOnlySpan<Bar> bars)
    {
        if (bars.Length < Bars) return new MarketContext(Regime.Unknown, MarketCondition.Neutral, double.NaN);

        var (recent, usual, mean) = (0.0, 0.0, 0.0);
        for (var i = 1; i < bars.Length; i++)
        {
            var before = bars[i - 1].Close;
            var range = Math.Max(bars[i].High, before) - Math.Min(bars[i].Low, before);
            usual += range;
            if (i >= bars.Length - RecentBars) recent += range;
            mean += bars[i].Close;
        }

        recent /= RecentBars;
        usual /= UsualBars;
        mean /= UsualBars;
        var lead = bars[^1].Close - mean;
        return new MarketContext(
            RegimeOf(recent, usual, Straightness(bars[^(StraightBars + 1)..])),
            lead > LeansFrom * recent ? MarketCondition.Bullish : lead < -LeansFrom * recent ? MarketCondition.Bearish : MarketCondition.Neutral,
            VolumeScoreOf(bars[^1].Volume, bars[^(VolumeBars + 1)..^1]));
    }

    private static Regime RegimeOf(double recentRange, double usualRange, double straightness)
    {
        if (recentRange >= VolatileFrom * usualRange && usualRange > 0) return Regime.Volatile;
        if (straightness >= TrendingFrom) return Regime.Trending;
        return recentRange <= QuietTo * usualRange ? Regime.Quiet : Regime.Ranging;
    }

    /// <summary>Kaufman's efficiency ratio, as the indicator of that name has it.</summary>
    private static double Straightness(ReadOnlySpan<Bar> bars)
    {
        var travelled = 0.0;
        for (var i = 1; i < bars.Length; i++) travelled += Math.Abs(bars[i].Close - bars[i - 1].Close);
        return travelled > 0 ? Math.Abs(bars[^1].Close - bars[0].Close) / travelled : 0;
    }

    private static double VolumeScoreOf(double volume, ReadOnlySpan<Bar> before)
    {
        var sum = 0.0;
        foreach (ref readonly var bar in before) sum += bar.Volume;
        return sum > 0 ? Math.Min(volume / (sum / before.Length) / 2, 1) : double.NaN;
    }
}

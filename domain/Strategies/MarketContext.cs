using System.Runtime.Intrinsics;
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
    public const int Bars = UsualBars + 1;

    private const int RecentBars = 14;
    private const int UsualBars = 50;
    private const int StraightBars = 20;
    private const int VolumeBars = 20;

    private const double VolatileFrom = 1.5;
    private const double QuietTo = 0.75;
    private const double TrendingFrom = 0.4;
    private const double LeansFrom = 0.5;

    /// <summary>At a row of a series of one instrument, with at least <see cref="Bars"/> - 1 rows before it.</summary>
    public static MarketContext At(BarSeries bars, int row)
    {
        var from = row + 1 - Bars;
        return Of(bars.High.AsSpan(from, Bars), bars.Low.AsSpan(from, Bars), bars.Close.AsSpan(from, Bars), bars.Volume.AsSpan(from, Bars));
    }

    /// <summary>Of columns of one length, oldest first.</summary>
    internal static MarketContext Of(ReadOnlySpan<double> high, ReadOnlySpan<double> low, ReadOnlySpan<double> close, ReadOnlySpan<double> volume)
    {
        if (close.Length < Bars) return new MarketContext(Regime.Unknown, MarketCondition.Neutral, double.NaN);

        Span<double> ranges = stackalloc double[UsualBars];
        TrueRanges(high[1..], low[1..], close, ranges);
        var recentRange = Sum(ranges[^RecentBars..]) / RecentBars;
        var usualRange = Sum(ranges) / UsualBars;
        var lead = close[^1] - (Sum(close[1..]) / UsualBars);
        return new MarketContext(
            RegimeOf(recentRange, usualRange, Straightness(close[^(StraightBars + 1)..])),
            lead > LeansFrom * recentRange ? MarketCondition.Bullish : lead < -LeansFrom * recentRange ? MarketCondition.Bearish : MarketCondition.Neutral,
            VolumeScoreOf(volume[^1], volume[^(VolumeBars + 1)..^1]));
    }

    // Four at a time, always: the widest vector there is would make other sums, and so another signal, on another processor.
    private static void TrueRanges(ReadOnlySpan<double> high, ReadOnlySpan<double> low, ReadOnlySpan<double> closeBefore, Span<double> ranges)
    {
        var i = 0;
        for (; i + 4 <= ranges.Length; i += 4)
        {
            var before = Vector256.Create(closeBefore.Slice(i, 4));
            var range = Vector256.Max(Vector256.Create(high.Slice(i, 4)), before) - Vector256.Min(Vector256.Create(low.Slice(i, 4)), before);
            range.CopyTo(ranges.Slice(i, 4));
        }

        for (; i < ranges.Length; i++) ranges[i] = Math.Max(high[i], closeBefore[i]) - Math.Min(low[i], closeBefore[i]);
    }

    private static double Sum(ReadOnlySpan<double> values)
    {
        var sums = Vector256<double>.Zero;
        var i = 0;
        for (; i + 4 <= values.Length; i += 4) sums += Vector256.Create(values.Slice(i, 4));
        var sum = sums[0] + sums[1] + sums[2] + sums[3];
        for (; i < values.Length; i++) sum += values[i];
        return sum;
    }

    private static Regime RegimeOf(double recentRange, double usualRange, double straightness)
    {
        if (recentRange >= VolatileFrom * usualRange && usualRange > 0) return Regime.Volatile;
        if (straightness >= TrendingFrom) return Regime.Trending;
        return recentRange <= QuietTo * usualRange ? Regime.Quiet : Regime.Ranging;
    }

    /// <summary>Kaufman's efficiency ratio, as the indicator of that name has it.</summary>
    private static double Straightness(ReadOnlySpan<double> close)
    {
        Span<double> steps = stackalloc double[StraightBars];
        for (var i = 0; i < steps.Length; i++) steps[i] = Math.Abs(close[i + 1] - close[i]);
        return Sum(steps) is > 0 and var travelled ? Math.Abs(close[^1] - close[0]) / travelled : 0;
    }

    private static double VolumeScoreOf(double volume, ReadOnlySpan<double> before) =>
        Sum(before) is > 0 and var sum ? Math.Min(volume / (sum / before.Length) / 2, 1) : double.NaN;
}

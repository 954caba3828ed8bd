using AlgoStack.Trading.MarketData;

namespace AlgoStack.Indicators;

/// <summary>What several indicators ask of a bar.</summary>
internal static class BarMeasures
{
    /// <summary>Whether high, low and close are numbers: their sum is finite only where each of them is.</summary>
    public static bool HasPrices(this in Bar bar) => double.IsFinite(bar.High + bar.Low + bar.Close);

    public static bool HasPricesAndVolume(this in Bar bar) => double.IsFinite(bar.High + bar.Low + bar.Close + bar.Volume);

    public static double TypicalPrice(this in Bar bar) => (bar.High + bar.Low + bar.Close) / 3;

    /// <summary>How far the price went since the close before, the gap included.</summary>
    public static double TrueRange(this in Bar bar, double previousClose) =>
        Math.Max(bar.High, previousClose) - Math.Min(bar.Low, previousClose);

    /// <summary>The volume, as much of it and with the sign as the close lies above the middle of the bar; 0 without a range.</summary>
    public static double MoneyFlow(this in Bar bar)
    {
        var range = bar.High - bar.Low;
        return range > 0 ? (bar.Close - bar.Low - (bar.High - bar.Close)) / range * bar.Volume : 0;
    }
}

using AlgoStack.Trading.MarketData;

namespace AlgoStack.Indicators;

/// <summary>
/// How recent the highest high (up) and the lowest low (down) of the current bar and the <c>length</c> before it are, 100
/// (now) to 0 (<c>length</c> bars ago); of equal extremes the earliest counts. Tushar Chande, A Time Price Oscillator,
/// Technical Analysis of Stocks and Commodities, 1995.
/// </summary>
public struct Aroon : IIndicator
{
    private RollingPeak _high;
    private RollingPeak _low;

    public Aroon(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        _high = new RollingPeak(length + 1);
        _low = new RollingPeak(length + 1);
    }

    /// <summary>Bars needed before there is a first value: one more than the length.</summary>
    public readonly int WarmUp => _high.Length;

    public readonly bool IsWarm => _high.IsFull;

    /// <summary>NaN until warm, as are all that follow.</summary>
    public readonly double Up => Recency(_high);

    public readonly double Down => Recency(_low);

    /// <summary>Up less down, -100 to 100.</summary>
    public readonly double Oscillator => Up - Down;

    public void Push(in Bar bar)
    {
        if (!double.IsFinite(bar.High + bar.Low)) return;

        _high.Push(bar.High);
        _low.Push(-bar.Low);
    }

    private static double Recency(in RollingPeak peak)
    {
        var length = peak.Length - 1;
        return peak.IsFull ? (double)(length - peak.Age) / length * 100 : double.NaN;
    }
}

using AlgoStack.Trading.MarketData;

namespace AlgoStack.Indicators;

/// <summary>
/// Average true range: Wilder's average of how far the price went in a bar, the gap from the close before included. In
/// units of the price. J. Welles Wilder, New Concepts in Technical Trading Systems, 1978.
/// </summary>
public struct Atr : IIndicator
{
    private WilderAverage _average;
    private double _previousClose;

    public Atr(int length)
    {
        _average = new WilderAverage(length);
        _previousClose = double.NaN;
    }

    /// <summary>Bars needed before there is a first value: one more than the length, for the first close before.</summary>
    public readonly int WarmUp => _average.WarmUp + 1;

    public readonly bool IsWarm => _average.IsWarm;

    /// <summary>NaN until warm.</summary>
    public readonly double Value => _average.Value;

    public double Push(in Bar bar)
    {
        if (!bar.HasPrices()) return Value;

        var previous = _previousClose;
        _previousClose = bar.Close;
        return double.IsNaN(previous) ? Value : _average.Push(bar.TrueRange(previous));
    }
}

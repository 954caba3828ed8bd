using AlgoStack.Trading.MarketData;

namespace AlgoStack.Indicators;

/// <summary>
/// A stop a number of average true ranges from the middle of the bar, which only ever moves with the trend, and turns it
/// round where a bar closes beyond it. The first trend is up where the bar closed at its middle or above. Olivier Seban.
/// </summary>
public struct SuperTrend : IIndicator
{
    private readonly double _width;
    private Atr _range;
    private double _upper;
    private double _lower;
    private double _previousClose;

    /// <param name="length">Of the average true range.</param>
    /// <param name="width">Of the stop from the middle of the bar, in average true ranges.</param>
    public SuperTrend(int length, double width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        _range = new Atr(length);
        _width = width;
        Value = double.NaN;
    }

    /// <summary>Bars needed before there is a first value.</summary>
    public readonly int WarmUp => _range.WarmUp;

    public readonly bool IsWarm => _range.IsWarm;

    /// <summary>The stop: below the price in an upward trend, above it in a downward one. NaN until warm.</summary>
    public double Value { get; private set; }

    /// <summary>Whether the trend is up. Says nothing until warm.</summary>
    public bool IsRising { get; private set; }

    public double Push(in Bar bar)
    {
        if (!bar.HasPrices()) return Value;

        var isFirst = !_range.IsWarm;
        var range = _range.Push(bar);
        if (!_range.IsWarm) return Value;

        var middle = (bar.High + bar.Low) / 2;
        var upper = middle + (_width * range);
        var lower = middle - (_width * range);
        if (isFirst)
        {
            _upper = upper;
            _lower = lower;
            IsRising = bar.Close >= middle;
        }
        else
        {
            // A band that the price has left behind no longer holds it.
            if (upper < _upper || _previousClose > _upper) _upper = upper;
            if (lower > _lower || _previousClose < _lower) _lower = lower;
            IsRising = IsRising ? bar.Close >= _lower : bar.Close > _upper;
        }

        _previousClose = bar.Close;
        Value = IsRising ? _lower : _upper;
        return Value;
    }
}

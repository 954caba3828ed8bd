using AlgoStack.Trading.MarketData;

namespace AlgoStack.Indicators;

/// <summary>
/// How much of the true range lay below the close, 0 to 100, over three lengths, of which the first weighs 4, the second 2
/// and the third 1; over a length without a range it is 50. Larry Williams, The Ultimate Oscillator, Technical Analysis of
/// Stocks and Commodities, 1985.
/// </summary>
public struct UltimateOscillator : IIndicator
{
    private Pressure _short;
    private Pressure _medium;
    private Pressure _long;
    private double _previousClose;

    public UltimateOscillator(int shortLength, int mediumLength, int longLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(mediumLength, shortLength);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(longLength, mediumLength);
        _short = new Pressure(shortLength);
        _medium = new Pressure(mediumLength);
        _long = new Pressure(longLength);
        _previousClose = double.NaN;
        Value = double.NaN;
    }

    /// <summary>Bars needed before there is a first value: one more than the longest length, for the first close before.</summary>
    public readonly int WarmUp => _long.Length + 1;

    public readonly bool IsWarm => _long.IsFull;

    /// <summary>NaN until warm.</summary>
    public double Value { get; private set; }

    public double Push(in Bar bar)
    {
        if (!bar.HasPrices()) return Value;

        var previous = _previousClose;
        _previousClose = bar.Close;
        if (double.IsNaN(previous)) return Value;

        var buying = bar.Close - Math.Min(bar.Low, previous);
        var range = bar.TrueRange(previous);
        _short.Push(buying, range);
        _medium.Push(buying, range);
        _long.Push(buying, range);
        if (IsWarm) Value = ((4 * _short.Share) + (2 * _medium.Share) + _long.Share) / 7 * 100;
        return Value;
    }

    private struct Pressure(int length)
    {
        private RollingSum _buying = new(length);
        private RollingSum _range = new(length);

        public readonly int Length => _range.Length;

        public readonly bool IsFull => _range.IsFull;

        public readonly double Share => _range.Value > 0 ? _buying.Value / _range.Value : 0.5;

        public void Push(double buying, double range)
        {
            _buying.Push(buying);
            _range.Push(range);
        }
    }
}

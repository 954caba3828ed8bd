using AlgoStack.Trading.MarketData;

namespace AlgoStack.Indicators;

/// <summary>
/// Directional movement: how much of the average true range reached beyond the bar before, upwards (+DI) and downwards
/// (-DI), 0 to 100; 0 where there was no range. J. Welles Wilder, New Concepts in Technical Trading Systems, 1978.
/// </summary>
public struct Dmi : IIndicator
{
    private WilderAverage _up;
    private WilderAverage _down;
    private WilderAverage _range;
    private double _high;
    private double _low;
    private double _close;

    public Dmi(int length)
    {
        _up = new WilderAverage(length);
        _down = new WilderAverage(length);
        _range = new WilderAverage(length);
        _close = double.NaN;
    }

    /// <summary>Bars needed before there is a first value: one more than the length, for the first bar before.</summary>
    public readonly int WarmUp => _range.WarmUp + 1;

    public readonly bool IsWarm => _range.IsWarm;

    /// <summary>NaN until warm.</summary>
    public readonly double Plus => _range.Value == 0 ? 0 : _up.Value / _range.Value * 100;

    /// <summary>NaN until warm.</summary>
    public readonly double Minus => _range.Value == 0 ? 0 : _down.Value / _range.Value * 100;

    /// <summary>How one-sided the movement is, 0 to 100: DX, which <see cref="Adx"/> averages. NaN until warm.</summary>
    public readonly double Index
    {
        get
        {
            var movement = _up.Value + _down.Value;
            return movement == 0 ? 0 : Math.Abs(_up.Value - _down.Value) / movement * 100;
        }
    }

    public void Push(in Bar bar)
    {
        if (!bar.HasPrices()) return;

        var up = bar.High - _high;
        var down = _low - bar.Low;
        var previous = _close;
        _high = bar.High;
        _low = bar.Low;
        _close = bar.Close;
        if (double.IsNaN(previous)) return;

        // Of a bar that reaches beyond both ends of the one before only the longer reach counts; of equal ones, neither. In
        // numbers, since a branch would have to guess which it is.
        _up.Push(Math.Max(up, 0) * (up > down ? 1 : 0));
        _down.Push(Math.Max(down, 0) * (down > up ? 1 : 0));
        _range.Push(bar.TrueRange(previous));
    }
}

namespace AlgoStack.Indicators;

/// <summary>
/// Triple exponential moving average: three times the exponential average, less three times the average of that, plus the
/// average of the average of it. Patrick Mulloy, Smoothing Data with Less Lag, Technical Analysis of Stocks and
/// Commodities, 1994.
/// </summary>
public struct Tema : IIndicator
{
    private Ema _first;
    private Ema _second;
    private Ema _third;

    public Tema(int length)
    {
        _first = new Ema(length);
        _second = new Ema(length);
        _third = new Ema(length);
    }

    /// <summary>Values needed before there is a first one: each average begins where the one before is warm.</summary>
    public readonly int WarmUp => (3 * _first.WarmUp) - 2;

    public readonly bool IsWarm => _third.IsWarm;

    /// <summary>NaN until warm.</summary>
    public readonly double Value => (3 * (_first.Value - _second.Value)) + _third.Value;

    public double Push(double value)
    {
        if (!double.IsFinite(value)) return Value;

        _third.Push(_second.Push(_first.Push(value)));
        return Value;
    }
}

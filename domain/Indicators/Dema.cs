namespace AlgoStack.Indicators;

/// <summary>
/// Double exponential moving average: twice the exponential average less the exponential average of that, which takes most
/// of its lag away. Patrick Mulloy, Smoothing Data with Faster Moving Averages, Technical Analysis of Stocks and
/// Commodities, 1994.
/// </summary>
public struct Dema : IIndicator
{
    private Ema _first;
    private Ema _second;

    public Dema(int length)
    {
        _first = new Ema(length);
        _second = new Ema(length);
    }

    /// <summary>Values needed before there is a first one: the second average begins where the first is warm.</summary>
    public readonly int WarmUp => (2 * _first.WarmUp) - 1;

    public readonly bool IsWarm => _second.IsWarm;

    /// <summary>NaN until warm.</summary>
    public readonly double Value => (2 * _first.Value) - _second.Value;

    public double Push(double value)
    {
        if (!double.IsFinite(value)) return Value;

        _second.Push(_first.Push(value));
        return Value;
    }
}

namespace AlgoStack.Indicators;

/// <summary>
/// Hull's moving average: twice the weighted average of half the length less that of the whole, weighted once more over the
/// square root of the length; half and root without their fractions. Alan Hull, How to reduce lag in a moving average, 2005.
/// </summary>
public struct Hma : IIndicator
{
    private Wma _half;
    private Wma _whole;
    private Wma _smooth;

    /// <param name="length">From 2 on.</param>
    public Hma(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 2);
        _half = new Wma(length / 2);
        _whole = new Wma(length);
        _smooth = new Wma((int)Math.Sqrt(length));
    }

    /// <summary>Values needed before there is a first one: the length, and then those of the smoothing.</summary>
    public readonly int WarmUp => _whole.WarmUp + _smooth.WarmUp - 1;

    public readonly bool IsWarm => _smooth.IsWarm;

    /// <summary>NaN until warm.</summary>
    public readonly double Value => _smooth.Value;

    public double Push(double value) =>
        double.IsFinite(value) ? _smooth.Push((2 * _half.Push(value)) - _whole.Push(value)) : Value;
}

namespace AlgoStack.Indicators;

/// <summary>
/// The slope of the straight line that fits the last <c>length</c> values best by least squares, in units of the value a bar.
/// </summary>
public struct LinearRegressionSlope : IIndicator
{
    private Wma _average;

    /// <param name="length">From 2 on.</param>
    public LinearRegressionSlope(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 2);
        _average = new Wma(length);
    }

    /// <summary>Values needed before there is a first one.</summary>
    public readonly int WarmUp => _average.WarmUp;

    public readonly bool IsWarm => _average.IsWarm;

    /// <summary>NaN until warm.</summary>
    // On a line the weighted average runs (n - 1) / 6 bars ahead of the simple one, and both are linear in the values.
    public readonly double Value => _average.AboveMean * 6 / (_average.WarmUp - 1);

    public double Push(double value)
    {
        _average.Push(value);
        return Value;
    }
}

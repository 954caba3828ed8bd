namespace AlgoStack.Indicators;

/// <summary>
/// Pearson's correlation of the last <c>length</c> pairs of values of two series, -1 to 1; 0 where one of them did not move.
/// Prices correlate by their trends: to ask whether two instruments move together, push their returns.
/// </summary>
public struct Correlation : IIndicator
{
    private RollingCovariance _covariance;

    /// <param name="length">From 2 on.</param>
    public Correlation(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 2);
        _covariance = new RollingCovariance(length);
        Value = double.NaN;
    }

    /// <summary>Pairs needed before there is a first value.</summary>
    public readonly int WarmUp => _covariance.Length;

    public readonly bool IsWarm => _covariance.IsFull;

    /// <summary>NaN until warm.</summary>
    public double Value { get; private set; }

    public double Push(double first, double second)
    {
        if (!double.IsFinite(first + second)) return Value;

        _covariance.Push(first, second);
        if (!IsWarm) return Value;

        var squares = Math.Sqrt(_covariance.FirstSquares * _covariance.SecondSquares);
        // The sums round: without the bounds two equal series could come out a hair above 1.
        Value = squares > 0 ? Math.Clamp(_covariance.Products / squares, -1, 1) : 0;
        return Value;
    }
}

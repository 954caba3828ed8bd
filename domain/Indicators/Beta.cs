namespace AlgoStack.Indicators;

/// <summary>
/// How much a series moves for a move of another by one, by least squares over the last <c>length</c> pairs of values: their
/// covariance over the variance of the other; 0 where that did not move. The beta of an instrument to a market is that of
/// their returns. William Sharpe, Capital Asset Prices, Journal of Finance, 1964.
/// </summary>
public struct Beta : IIndicator
{
    private RollingCovariance _covariance;

    /// <param name="length">From 2 on.</param>
    public Beta(int length)
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

    public double Push(double value, double market)
    {
        if (!double.IsFinite(value + market)) return Value;

        _covariance.Push(value, market);
        if (IsWarm) Value = _covariance.SecondSquares > 0 ? _covariance.Products / _covariance.SecondSquares : 0;
        return Value;
    }
}

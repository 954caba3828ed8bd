namespace AlgoStack.Indicators;

/// <summary>
/// The mean of the last <c>length</c> closes, and bands a number of population standard deviations around it.
/// John Bollinger, Bollinger on Bollinger Bands, 2001.
/// </summary>
public struct BollingerBands
{
    private readonly double _width;
    private StandardDeviation _deviation;

    /// <param name="width">Of each band from the middle, in standard deviations.</param>
    public BollingerBands(int length, double width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        _deviation = new StandardDeviation(length);
        _width = width;
    }

    /// <summary>Closes needed before there is a first value.</summary>
    public readonly int WarmUp => _deviation.WarmUp;

    public readonly bool IsWarm => _deviation.IsWarm;

    /// <summary>NaN until warm, as are all that follow.</summary>
    public readonly double Middle => _deviation.Mean;

    public readonly double Upper => _deviation.Mean + (_width * _deviation.Value);

    public readonly double Lower => _deviation.Mean - (_width * _deviation.Value);

    /// <summary>One standard deviation, in units of the price.</summary>
    public readonly double Deviation => _deviation.Value;

    public void Push(double close) => _deviation.Push(close);
}

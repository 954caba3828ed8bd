namespace AlgoStack.Indicators;

/// <summary>
/// The mean of the last <c>length</c> closes, and bands a number of population standard deviations around it.
/// John Bollinger, Bollinger on Bollinger Bands, 2001.
/// </summary>
public struct BollingerBands : IIndicator
{
    private readonly double _width;
    private StandardDeviation _deviation;
    private double _close;

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

    /// <summary>How far the bands are apart, as a share of the middle; 0 where that is 0.</summary>
    public readonly double Width => _deviation.Mean == 0 ? 0 : 2 * _width * _deviation.Value / _deviation.Mean;

    /// <summary>Where the close lies, 0 (the lower band) to 1 (the upper) and beyond; 0.5 where the bands meet.</summary>
    public readonly double PercentB => _deviation.Value == 0 ? 0.5 : 0.5 + ((_close - _deviation.Mean) / (2 * _width * _deviation.Value));

    /// <summary>The close that, in place of the newest, would have been on the lower band; NaN until warm.</summary>
    public readonly double CloseOnLower => _deviation.ValueAt(-_width, _close);

    /// <summary>The close that, in place of the newest, would have been on the middle band; NaN until warm.</summary>
    public readonly double CloseOnMiddle => _deviation.ValueAt(0, _close);

    /// <summary>The close that, in place of the newest, would have been on the upper band; NaN until warm.</summary>
    public readonly double CloseOnUpper => _deviation.ValueAt(_width, _close);

    public void Push(double close)
    {
        if (!double.IsFinite(close)) return;

        _close = close;
        _deviation.Push(close);
    }
}

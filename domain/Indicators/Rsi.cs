namespace AlgoStack.Indicators;

/// <summary>
/// Relative strength index, 0 to 100: the share of Wilder's average gain in gain and loss together. 50 where the price
/// has not moved at all. J. Welles Wilder, New Concepts in Technical Trading Systems, 1978.
/// </summary>
public struct Rsi : IIndicator
{
    private WilderAverage _gain;
    private WilderAverage _loss;
    private double _previous;
    private double _change;

    public Rsi(int length)
    {
        _gain = new WilderAverage(length);
        _loss = new WilderAverage(length);
        _previous = double.NaN;
        Value = double.NaN;
    }

    /// <summary>Closes needed before there is a first value: one more than the length, for the first change.</summary>
    public readonly int WarmUp => _gain.WarmUp + 1;

    public readonly bool IsWarm => _gain.IsWarm;

    /// <summary>NaN until warm.</summary>
    public double Value { get; private set; }

    /// <summary>Wilder's average of the rises, a fall counting as 0; NaN until warm.</summary>
    public readonly double AverageGain => _gain.Value;

    /// <summary>Wilder's average of the falls, as a positive number; NaN until warm.</summary>
    public readonly double AverageLoss => _loss.Value;

    public double Push(double close)
    {
        if (!double.IsFinite(close)) return Value;

        var previous = _previous;
        _previous = close;
        if (double.IsNaN(previous)) return Value;

        var change = close - previous;
        _change = change;
        var gain = _gain.Push(Math.Max(change, 0));
        var loss = _loss.Push(Math.Max(-change, 0));
        if (!IsWarm) return Value;

        var movement = gain + loss;
        // The share first: it is never above 1, while 100 times the gain, divided, may come out a hair above 100.
        Value = movement > 0 ? gain / movement * 100 : 50;
        return Value;
    }

    /// <summary>The close that, in place of the newest, would have made it <paramref name="value"/>; NaN until warm.</summary>
    /// <param name="value">Above 0 and below 100.</param>
    public readonly double CloseFor(double value)
    {
        var length = _gain.WarmUp;
        var gains = (_gain.Value * length) - Math.Max(_change, 0);
        var losses = (_loss.Value * length) - Math.Max(-_change, 0);
        var previous = _previous - _change;
        var fall = (gains * (100 - value) / value) - losses;
        return fall >= 0 ? previous - fall : previous + (losses * value / (100 - value)) - gains;
    }
}

namespace AlgoStack.Indicators;

/// <summary>
/// How many population standard deviations a value is from the mean of the last <c>length</c> values, itself among them; 0
/// where these are all equal.
/// </summary>
public struct ZScore : IIndicator
{
    private StandardDeviation _deviation;

    public ZScore(int length)
    {
        _deviation = new StandardDeviation(length);
        Value = double.NaN;
    }

    /// <summary>Values needed before there is a first one.</summary>
    public readonly int WarmUp => _deviation.WarmUp;

    public readonly bool IsWarm => _deviation.IsWarm;

    /// <summary>NaN until warm.</summary>
    public double Value { get; private set; }

    public double Push(double value)
    {
        if (!double.IsFinite(value)) return Value;

        var deviation = _deviation.Push(value);
        if (IsWarm) Value = deviation > 0 ? (value - _deviation.Mean) / deviation : 0;
        return Value;
    }
}

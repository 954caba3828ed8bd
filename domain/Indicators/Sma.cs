namespace AlgoStack.Indicators;

/// <summary>Simple moving average: the mean of the last <c>length</c> values.</summary>
public struct Sma
{
    private RollingWindow _window;
    private double _sum;
    private double _lost;

    public Sma(int length)
    {
        _window = new RollingWindow(length);
        Value = double.NaN;
    }

    /// <summary>Values needed before there is a first one.</summary>
    public readonly int WarmUp => _window.Length;

    public readonly bool IsWarm => _window.IsFull;

    /// <summary>NaN until warm.</summary>
    public double Value { get; private set; }

    public double Push(double value)
    {
        Add(value);
        Add(-_window.Push(value));
        if (IsWarm) Value = (_sum + _lost) / _window.Length;
        return Value;
    }

    // What a running sum rounds away is kept beside it (Neumaier's summation): otherwise a year of bars, or one that was a
    // thousand times too large, would stay in the average for ever.
    private void Add(double value)
    {
        var sum = _sum + value;
        _lost += Math.Abs(_sum) >= Math.Abs(value) ? _sum - sum + value : value - sum + _sum;
        _sum = sum;
    }
}

namespace AlgoStack.Indicators;

/// <summary>Simple moving average: the mean of the last <c>length</c> values.</summary>
public struct Sma : IIndicator
{
    private RollingWindow _window;
    private RunningSum _sum;

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
        if (!double.IsFinite(value)) return Value;

        _sum.Add(value);
        _sum.Add(-_window.Push(value));
        if (IsWarm) Value = _sum.Value / _window.Length;
        return Value;
    }
}

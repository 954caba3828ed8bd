namespace AlgoStack.Indicators;

/// <summary>
/// How straight the price went over the last <c>length</c> bars: the way made good over the way travelled, 0 (back where
/// it was) to 1 (straight). 0 where it has not moved at all. Perry Kaufman, Smarter Trading, 1995.
/// </summary>
public struct EfficiencyRatio : IIndicator
{
    private RollingWindow _closes;
    private Sma _step;
    private double _previous;

    public EfficiencyRatio(int length)
    {
        _closes = new RollingWindow(length);
        _step = new Sma(length);
        _previous = double.NaN;
        Value = double.NaN;
    }

    /// <summary>Closes needed before there is a first value: one more than the length, for the first step.</summary>
    public readonly int WarmUp => _closes.Length + 1;

    public readonly bool IsWarm => _step.IsWarm;

    /// <summary>NaN until warm.</summary>
    public double Value { get; private set; }

    public double Push(double close)
    {
        if (!double.IsFinite(close)) return Value;

        var previous = _previous;
        _previous = close;
        var first = _closes.Push(close);
        if (double.IsNaN(previous)) return Value;

        var travelled = _step.Push(Math.Abs(close - previous)) * _closes.Length;
        if (!IsWarm) return Value;

        // The sum rounds: without the bound a straight line could come out a hair above 1.
        Value = travelled > 0 ? Math.Min(Math.Abs(close - first) / travelled, 1) : 0;
        return Value;
    }
}

namespace AlgoStack.Indicators;

/// <summary>
/// The change of a triple exponential average from one value to the next, in percent of it; 0 where it was 0 before.
/// Jack Hutson, Good TRIX, Technical Analysis of Stocks and Commodities, 1983.
/// </summary>
public struct Trix : IIndicator
{
    private Ema _first;
    private Ema _second;
    private Ema _third;

    public Trix(int length)
    {
        _first = new Ema(length);
        _second = new Ema(length);
        _third = new Ema(length);
        Value = double.NaN;
    }

    /// <summary>Closes needed before there is a first value: those of the three averages, and one for the first change.</summary>
    public readonly int WarmUp => (3 * _first.WarmUp) - 1;

    public readonly bool IsWarm => !double.IsNaN(Value);

    /// <summary>In percent; NaN until warm.</summary>
    public double Value { get; private set; }

    public double Push(double close)
    {
        if (!double.IsFinite(close)) return Value;

        var before = _third.Value;
        var now = _third.Push(_second.Push(_first.Push(close)));
        if (!double.IsNaN(before)) Value = before == 0 ? 0 : (now - before) / before * 100;
        return Value;
    }
}

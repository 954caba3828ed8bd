namespace AlgoStack.Indicators;

/// <summary>Rate of change: how far the close is from the one <c>length</c> bars ago, in percent of that; 0 where that was 0.</summary>
public struct Roc : IIndicator
{
    private RollingWindow _closes;

    public Roc(int length)
    {
        _closes = new RollingWindow(length);
        Momentum = double.NaN;
        Value = double.NaN;
    }

    /// <summary>Closes needed before there is a first value: one more than the length.</summary>
    public readonly int WarmUp => _closes.Length + 1;

    public readonly bool IsWarm => !double.IsNaN(Momentum);

    /// <summary>In percent; NaN until warm.</summary>
    public double Value { get; private set; }

    /// <summary>The same in units of the price; NaN until warm.</summary>
    public double Momentum { get; private set; }

    public double Push(double close)
    {
        if (!double.IsFinite(close)) return Value;

        var hasEarlier = _closes.IsFull;
        var earlier = _closes.Push(close);
        if (!hasEarlier) return Value;

        Momentum = close - earlier;
        Value = earlier == 0 ? 0 : Momentum / earlier * 100;
        return Value;
    }
}

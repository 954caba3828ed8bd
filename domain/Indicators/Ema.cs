namespace AlgoStack.Indicators;

/// <summary>
/// Exponential moving average with the weight 2 / (length + 1), seeded with the mean of the first <c>length</c> values.
/// It never forgets: two folds agree only when they start at the same value.
/// </summary>
public struct Ema : IIndicator
{
    private readonly double _weight;
    private double _seed;
    private int _count;

    public Ema(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        WarmUp = length;
        _weight = 2.0 / (length + 1);
        Value = double.NaN;
    }

    /// <summary>Values needed before there is a first one.</summary>
    public int WarmUp { get; }

    public readonly bool IsWarm => _count >= WarmUp;

    /// <summary>The weight of the newest value, 0 to 1.</summary>
    public readonly double Weight => _weight;

    /// <summary>NaN until warm.</summary>
    public double Value { get; private set; }

    public double Push(double value)
    {
        if (!double.IsFinite(value)) return Value;

        if (IsWarm)
        {
            Value += _weight * (value - Value);
            return Value;
        }

        _seed += value;
        if (++_count == WarmUp) Value = _seed / WarmUp;
        return Value;
    }
}

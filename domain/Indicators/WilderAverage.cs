namespace AlgoStack.Indicators;

/// <summary>
/// Wilder's average (also: smoothed or modified average): an exponential one with the weight 1 / length, seeded with the
/// mean of the first <c>length</c> values. J. Welles Wilder, New Concepts in Technical Trading Systems, 1978.
/// </summary>
public struct WilderAverage : IIndicator
{
    private double _seed;
    private int _count;

    public WilderAverage(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        WarmUp = length;
        Value = double.NaN;
    }

    /// <summary>Values needed before there is a first one.</summary>
    public int WarmUp { get; }

    public readonly bool IsWarm => _count >= WarmUp;

    /// <summary>NaN until warm.</summary>
    public double Value { get; private set; }

    public double Push(double value)
    {
        if (!double.IsFinite(value)) return Value;

        if (IsWarm)
        {
            Value += (value - Value) / WarmUp;
            return Value;
        }

        _seed += value;
        if (++_count == WarmUp) Value = _seed / WarmUp;
        return Value;
    }
}

namespace AlgoStack.Indicators;

/// <summary>
/// Kaufman's adaptive moving average: an exponential one, quick where the price goes straight (<see cref="EfficiencyRatio"/>)
/// and slow where it does not. It starts at the close that completes the length. Perry Kaufman, Smarter Trading, 1995.
/// </summary>
public struct Kama : IIndicator
{
    private readonly double _fast;
    private readonly double _slow;
    private EfficiencyRatio _efficiency;
    private int _count;

    /// <param name="length">Over which the efficiency is measured.</param>
    /// <param name="fast">Length of the exponential average that it is on a straight line.</param>
    /// <param name="slow">Length of the one that it is where the price gets nowhere.</param>
    public Kama(int length, int fast, int slow)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(fast, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(slow, fast);
        _efficiency = new EfficiencyRatio(length);
        _fast = 2.0 / (fast + 1);
        _slow = 2.0 / (slow + 1);
        Value = double.NaN;
    }

    /// <summary>Closes needed before there is a first value.</summary>
    public readonly int WarmUp => _efficiency.WarmUp - 1;

    public readonly bool IsWarm => _count >= WarmUp;

    /// <summary>NaN until warm.</summary>
    public double Value { get; private set; }

    public double Push(double close)
    {
        if (!double.IsFinite(close)) return Value;

        var efficiency = _efficiency.Push(close);
        if (IsWarm)
        {
            var root = _slow + (efficiency * (_fast - _slow));
            Value += root * root * (close - Value);
            return Value;
        }

        if (++_count == WarmUp) Value = close;
        return Value;
    }
}

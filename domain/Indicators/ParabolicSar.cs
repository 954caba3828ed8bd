using AlgoStack.Trading.MarketData;

namespace AlgoStack.Indicators;

/// <summary>
/// Parabolic stop and reverse: a stop that follows a trend, faster the more often the trend makes a new extreme, and turns
/// it round where the price touches it. The first trend is up, unless the second bar reached further down than up.
/// J. Welles Wilder, New Concepts in Technical Trading Systems, 1978.
/// </summary>
public struct ParabolicSar : IIndicator
{
    private readonly double _step;
    private readonly double _most;
    private double _high;
    private double _low;
    private double _extreme;
    private double _acceleration;
    private double _next;

    /// <param name="step">What a new extreme adds to the acceleration, which starts at as much; 0.02 in the book.</param>
    /// <param name="most">The greatest acceleration, at most 1; 0.2 in the book.</param>
    public ParabolicSar(double step, double most)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(step);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, step);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(most, 1);
        _step = step;
        _most = most;
        _high = double.NaN;
        Value = double.NaN;
    }

    /// <summary>Bars needed before there is a first value: two.</summary>
    public readonly int WarmUp => 2;

    public readonly bool IsWarm => !double.IsNaN(Value);

    /// <summary>Where the stop was at this bar, or, where the bar turned the trend, where it is now. NaN until warm.</summary>
    public double Value { get; private set; }

    /// <summary>Whether the trend is up, and the stop so below the price. Says nothing until warm.</summary>
    public bool IsRising { get; private set; }

    public double Push(in Bar bar)
    {
        if (!double.IsFinite(bar.High + bar.Low)) return Value;

        if (!double.IsNaN(_high))
        {
            if (!IsWarm) Begin(bar);
            Follow(bar);
        }

        _high = bar.High;
        _low = bar.Low;
        return Value;
    }

    private void Begin(in Bar bar)
    {
        IsRising = _low - bar.Low <= Math.Max(bar.High - _high, 0);
        _next = IsRising ? _low : _high;
        _extreme = IsRising ? bar.High : bar.Low;
        _acceleration = _step;
    }

    private void Follow(in Bar bar)
    {
        Value = _next;
        if (IsRising ? bar.Low <= _next : bar.High >= _next)
        {
            IsRising = !IsRising;
            Value = Beyond(_extreme, bar);
            _extreme = IsRising ? bar.High : bar.Low;
            _acceleration = _step;
        }
        else if (IsRising ? bar.High > _extreme : bar.Low < _extreme)
        {
            _extreme = IsRising ? bar.High : bar.Low;
            _acceleration = Math.Min(_acceleration + _step, _most);
        }

        _next = Beyond(Value + (_acceleration * (_extreme - Value)), bar);
    }

    // The stop never lies within the range of this bar or the one before.
    private readonly double Beyond(double stop, in Bar bar) => IsRising
        ? Math.Min(stop, Math.Min(_low, bar.Low))
        : Math.Max(stop, Math.Max(_high, bar.High));
}

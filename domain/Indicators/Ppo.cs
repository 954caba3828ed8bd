namespace AlgoStack.Indicators;

/// <summary>
/// Percentage price oscillator: <see cref="Macd"/> in percent of the slow average, so that instruments of different prices
/// compare; 0 where that average is 0. Gerald Appel, Technical Analysis: Power Tools for Active Investors, 2005.
/// </summary>
public struct Ppo : IIndicator
{
    private Ema _fast;
    private Ema _slow;
    private Ema _signal;

    public Ppo(int fast, int slow, int signal)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(slow, fast);
        _fast = new Ema(fast);
        _slow = new Ema(slow);
        _signal = new Ema(signal);
        Line = double.NaN;
    }

    /// <summary>Closes needed before there is a first signal; the line is there from the slow average's first value on.</summary>
    public readonly int WarmUp => _slow.WarmUp + _signal.WarmUp - 1;

    public readonly bool IsWarm => _signal.IsWarm;

    /// <summary>In percent; NaN until the slow average is warm.</summary>
    public double Line { get; private set; }

    /// <summary>The exponential average of the line; NaN until warm.</summary>
    public readonly double Signal => _signal.Value;

    /// <summary>The line less its signal; NaN until warm.</summary>
    public readonly double Histogram => Line - _signal.Value;

    public void Push(double close)
    {
        if (!double.IsFinite(close)) return;

        var fast = _fast.Push(close);
        var slow = _slow.Push(close);
        Line = slow == 0 ? 0 : (fast - slow) / slow * 100;
        _signal.Push(Line);
    }
}

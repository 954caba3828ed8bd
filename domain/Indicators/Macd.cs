namespace AlgoStack.Indicators;

/// <summary>
/// Moving average convergence and divergence: a fast exponential average of the close less a slow one, and the exponential
/// average of that as its signal. In units of the price. Gerald Appel, The Moving Average Convergence-Divergence Method, 1979.
/// </summary>
public struct Macd : IIndicator
{
    private Ema _fast;
    private Ema _slow;
    private Ema _signal;

    public Macd(int fast, int slow, int signal)
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

    /// <summary>NaN until the slow average is warm.</summary>
    public double Line { get; private set; }

    /// <summary>NaN until warm.</summary>
    public readonly double Signal => _signal.Value;

    /// <summary>The line less its signal; NaN until warm.</summary>
    public readonly double Histogram => Line - _signal.Value;

    public void Push(double close)
    {
        if (!double.IsFinite(close)) return;

        Line = _fast.Push(close) - _slow.Push(close);
        _signal.Push(Line);
    }

    /// <summary>The close that, in place of the newest, would have made the histogram this; from the bar after the warm-up on.</summary>
    /// <param name="newest">The close pushed last.</param>
    public readonly double CloseFor(double histogram, double newest) =>
        newest + ((histogram - Histogram) / ((_fast.Weight - _slow.Weight) * (1 - _signal.Weight)));
}

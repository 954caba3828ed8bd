namespace AlgoStack.Indicators;

/// <summary>
/// Where the relative strength index lies in its own range of the last <c>length</c> closes, 0 to 100, smoothed; 50 where it
/// had no range. Tushar Chande and Stanley Kroll, The New Technical Trader, 1994.
/// </summary>
public struct StochasticRsi : IIndicator
{
    private Rsi _rsi;
    private Stochastic _stochastic;

    /// <param name="length">Over which the index's range is taken.</param>
    /// <param name="smoothing">Length of the simple average that makes %K of the raw value.</param>
    /// <param name="signal">Length of the simple average that makes %D of %K.</param>
    public StochasticRsi(int rsiLength, int length, int smoothing, int signal)
    {
        _rsi = new Rsi(rsiLength);
        _stochastic = new Stochastic(length, smoothing, signal);
    }

    /// <summary>Closes needed before there is a first %D; %K is there before.</summary>
    public readonly int WarmUp => _rsi.WarmUp + _stochastic.WarmUp - 1;

    public readonly bool IsWarm => _stochastic.IsWarm;

    /// <summary>Not smoothed; NaN until the length is complete.</summary>
    public readonly double Raw => _stochastic.Raw;

    /// <summary>NaN until there are enough raw values.</summary>
    public readonly double K => _stochastic.K;

    /// <summary>NaN until warm.</summary>
    public readonly double D => _stochastic.D;

    public void Push(double close)
    {
        if (!double.IsFinite(close)) return;

        var rsi = _rsi.Push(close);
        if (_rsi.IsWarm) _stochastic.Push(rsi, rsi, rsi);
    }
}

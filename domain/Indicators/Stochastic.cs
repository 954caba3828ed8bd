using AlgoStack.Trading.MarketData;

namespace AlgoStack.Indicators;

/// <summary>
/// Where the close lies in the range of the last <c>length</c> bars, 0 (the lowest low) to 100 (the highest high), smoothed;
/// 50 where there was no range. George Lane, Lane's Stochastics, Technical Analysis of Stocks and Commodities, 1984.
/// </summary>
public struct Stochastic : IIndicator
{
    private RollingRange _range;
    private RollingSum _k;
    private RollingSum _d;

    /// <param name="smoothing">Length of the simple average that makes %K of the raw value; 1 for the fast stochastic.</param>
    /// <param name="signal">Length of the simple average that makes %D of %K.</param>
    public Stochastic(int length, int smoothing, int signal)
    {
        _range = new RollingRange(length);
        _k = new RollingSum(smoothing);
        _d = new RollingSum(signal);
        Raw = double.NaN;
        K = double.NaN;
        D = double.NaN;
    }

    /// <summary>Bars needed before there is a first %D; the raw value and %K are there before.</summary>
    public readonly int WarmUp => _range.Length + _k.Length + _d.Length - 2;

    public readonly bool IsWarm => _d.IsFull;

    /// <summary>Not smoothed; NaN until the length is complete.</summary>
    public double Raw { get; private set; }

    /// <summary>NaN until there are enough raw values.</summary>
    public double K { get; private set; }

    /// <summary>NaN until warm.</summary>
    public double D { get; private set; }

    public void Push(in Bar bar)
    {
        if (bar.HasPrices()) Push(bar.High, bar.Low, bar.Close);
    }

    /// <summary>All three finite.</summary>
    internal void Push(double high, double low, double close)
    {
        _range.Push(high, low);
        if (!_range.IsFull) return;

        Raw = _range.Share(close) * 100;
        _k.Push(Raw);
        if (!_k.IsFull) return;

        K = _k.Value / _k.Length;
        _d.Push(K);
        if (_d.IsFull) D = _d.Value / _d.Length;
    }
}

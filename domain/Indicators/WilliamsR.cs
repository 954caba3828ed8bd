using AlgoStack.Trading.MarketData;

namespace AlgoStack.Indicators;

/// <summary>
/// Williams %R: how far the close is below the highest high of the last <c>length</c> bars, as a share of their range: 0 (at
/// the highest high) to -100 (at the lowest low), -50 where there was no range. Larry Williams, How I Made One Million
/// Dollars Last Year Trading Commodities, 1973.
/// </summary>
public struct WilliamsR : IIndicator
{
    private RollingRange _range;

    public WilliamsR(int length)
    {
        _range = new RollingRange(length);
        Value = double.NaN;
    }

    /// <summary>Bars needed before there is a first value.</summary>
    public readonly int WarmUp => _range.Length;

    public readonly bool IsWarm => _range.IsFull;

    /// <summary>NaN until warm.</summary>
    public double Value { get; private set; }

    public double Push(in Bar bar)
    {
        if (!bar.HasPrices()) return Value;

        _range.Push(bar.High, bar.Low);
        if (IsWarm) Value = (_range.Share(bar.Close) - 1) * 100;
        return Value;
    }
}

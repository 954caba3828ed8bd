using AlgoStack.Trading.MarketData;

namespace AlgoStack.Indicators;

/// <summary>
/// Money flow index, 0 to 100: of the typical price times volume of the last <c>length</c> bars, the share of those whose
/// price rose in those whose price moved; 50 where none did. Gene Quong and Avrum Soudack, Volume-weighted RSI: Money Flow,
/// Technical Analysis of Stocks and Commodities, 1989.
/// </summary>
public struct Mfi : IIndicator
{
    private RollingSum _rises;
    private RollingSum _falls;
    private double _previous;

    public Mfi(int length)
    {
        _rises = new RollingSum(length);
        _falls = new RollingSum(length);
        _previous = double.NaN;
        Value = double.NaN;
    }

    /// <summary>Bars needed before there is a first value: one more than the length, for the first change.</summary>
    public readonly int WarmUp => _rises.Length + 1;

    public readonly bool IsWarm => _rises.IsFull;

    /// <summary>NaN until warm.</summary>
    public double Value { get; private set; }

    public double Push(in Bar bar)
    {
        if (!bar.HasPricesAndVolume()) return Value;

        var price = bar.TypicalPrice();
        var previous = _previous;
        _previous = price;
        if (double.IsNaN(previous)) return Value;

        var flow = price * bar.Volume;
        // In numbers, since a branch would have to guess which way the price goes.
        _rises.Push(flow * (price > previous ? 1 : 0));
        _falls.Push(flow * (price < previous ? 1 : 0));
        if (!IsWarm) return Value;

        var moved = _rises.Value + _falls.Value;
        Value = moved > 0 ? _rises.Value / moved * 100 : 50;
        return Value;
    }
}

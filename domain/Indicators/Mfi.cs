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
    private double _beforePrevious;

    public Mfi(int length)
    {
        _rises = new RollingSum(length);
        _falls = new RollingSum(length);
        _previous = double.NaN;
        _beforePrevious = double.NaN;
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
        _beforePrevious = previous;
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

    /// <summary>
    /// The nearest close that, in place of the newest, would have brought it to <paramref name="value"/> or over it from where
    /// it is: it leaps where the typical price is that of the bar before. NaN until warm, and where no close would have.
    /// </summary>
    /// <param name="value">Above 0 and below 100.</param>
    /// <param name="newest">The bar pushed last.</param>
    public readonly double CloseFor(double value, in Bar newest)
    {
        if (!IsWarm || newest.Volume == 0) return double.NaN;

        var price = newest.TypicalPrice();
        var flow = price * newest.Volume;
        var rises = _rises.Value - (price > _beforePrevious ? flow : 0);
        var falls = _falls.Value - (price < _beforePrevious ? flow : 0);

        // As a rise, the bar brings it there from the first price on; as a fall, up to the second.
        var odds = value / (100 - value);
        var asRise = ((odds * falls) - rises) / newest.Volume;
        var asFall = ((rises / odds) - falls) / newest.Volume;
        if (asFall >= _beforePrevious) return double.NaN;

        var above = Math.Max(asRise, _beforePrevious);
        var others = newest.High + newest.Low;
        var isBelow = price - asFall < above - price && (3 * asFall) - others > 0;
        return (3 * (isBelow ? asFall : above)) - others;
    }
}

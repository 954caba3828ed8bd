using AlgoStack.Trading.MarketData;

namespace AlgoStack.Indicators;

/// <summary>
/// Commodity channel index: how far the typical price is from its mean of the last <c>length</c> bars, in mean absolute
/// deviations, scaled so that most values lie within 100 of 0; 0 where the price has not moved. The mean deviation is summed
/// anew every bar, since all of it changes with the mean. Donald Lambert, Commodities magazine, 1980.
/// </summary>
public struct Cci : IIndicator
{
    private const double Scale = 0.015;

    private RollingWindow _prices;

    public Cci(int length)
    {
        _prices = new RollingWindow(length);
        Value = double.NaN;
    }

    /// <summary>Bars needed before there is a first value.</summary>
    public readonly int WarmUp => _prices.Length;

    public readonly bool IsWarm => _prices.IsFull;

    /// <summary>NaN until warm.</summary>
    public double Value { get; private set; }

    public double Push(in Bar bar)
    {
        if (!bar.HasPrices()) return Value;

        var price = bar.TypicalPrice();
        _prices.Push(price);
        if (!IsWarm) return Value;

        // Measured from a price of the window, so that equal prices have a deviation of exactly nothing.
        var prices = _prices.Values;
        var sum = 0.0;
        foreach (var p in prices) sum += p - price;
        var mean = price + (sum / prices.Length);

        var deviations = 0.0;
        foreach (var p in prices) deviations += Math.Abs(p - mean);
        Value = deviations > 0 ? (price - mean) / (Scale * deviations / prices.Length) : 0;
        return Value;
    }
}

using AlgoStack.Trading.MarketData;

namespace AlgoStack.Indicators;

/// <summary>
/// The typical price of the last <c>length</c> bars, each weighted by its volume; that of the newest where none had any.
/// </summary>
public struct RollingVwap : IIndicator
{
    private RollingSum _money;
    private RollingSum _volume;

    public RollingVwap(int length)
    {
        _money = new RollingSum(length);
        _volume = new RollingSum(length);
        Value = double.NaN;
    }

    /// <summary>Bars needed before there is a first value.</summary>
    public readonly int WarmUp => _volume.Length;

    public readonly bool IsWarm => _volume.IsFull;

    /// <summary>NaN until warm.</summary>
    public double Value { get; private set; }

    public double Push(in Bar bar)
    {
        if (!bar.HasPricesAndVolume()) return Value;

        var price = bar.TypicalPrice();
        _money.Push(price * bar.Volume);
        _volume.Push(bar.Volume);
        if (IsWarm) Value = _volume.Value > 0 ? _money.Value / _volume.Value : price;
        return Value;
    }
}

using AlgoStack.Trading.MarketData;

namespace AlgoStack.Indicators;

/// <summary>
/// Of the volume of the last <c>length</c> bars, how much closed in the upper part of its bar rather than in the lower, -1
/// (all at the low) to 1 (all at the high); 0 without volume. Marc Chaikin.
/// </summary>
public struct ChaikinMoneyFlow : IIndicator
{
    private RollingSum _flow;
    private RollingSum _volume;

    public ChaikinMoneyFlow(int length)
    {
        _flow = new RollingSum(length);
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

        _flow.Push(bar.MoneyFlow());
        _volume.Push(bar.Volume);
        if (IsWarm) Value = _volume.Value > 0 ? _flow.Value / _volume.Value : 0;
        return Value;
    }
}

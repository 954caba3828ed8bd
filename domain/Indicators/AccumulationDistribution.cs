using AlgoStack.Trading.MarketData;

namespace AlgoStack.Indicators;

/// <summary>
/// Accumulation and distribution: the volume of all bars, each counted by how far it closed above the middle of its range,
/// from -1 (at the low) to 1 (at the high). In units of the instrument. Marc Chaikin.
/// </summary>
public struct AccumulationDistribution : IIndicator
{
    private RunningSum _sum;

    public AccumulationDistribution() => Value = double.NaN;

    /// <summary>Bars needed before there is a first value: one.</summary>
    public readonly int WarmUp => 1;

    public readonly bool IsWarm => !double.IsNaN(Value);

    /// <summary>NaN until warm.</summary>
    public double Value { get; private set; }

    public double Push(in Bar bar)
    {
        if (!bar.HasPricesAndVolume()) return Value;

        _sum.Add(bar.MoneyFlow());
        Value = _sum.Value;
        return Value;
    }
}

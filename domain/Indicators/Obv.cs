using AlgoStack.Trading.MarketData;

namespace AlgoStack.Indicators;

/// <summary>
/// On-balance volume: the volume of all bars that closed higher than the one before, less that of those that closed lower;
/// 0 at the first bar. In units of the instrument. Joseph Granville, New Key to Stock Market Profits, 1963.
/// </summary>
public struct Obv : IIndicator
{
    private RunningSum _sum;
    private double _previous;

    public Obv()
    {
        _previous = double.NaN;
        Value = double.NaN;
    }

    /// <summary>Bars needed before there is a first value: one.</summary>
    public readonly int WarmUp => 1;

    public readonly bool IsWarm => !double.IsNaN(_previous);

    /// <summary>NaN until warm.</summary>
    public double Value { get; private set; }

    public double Push(in Bar bar)
    {
        if (!double.IsFinite(bar.Close + bar.Volume)) return Value;

        if (bar.Close > _previous) _sum.Add(bar.Volume);
        if (bar.Close < _previous) _sum.Add(-bar.Volume);
        _previous = bar.Close;
        Value = _sum.Value;
        return Value;
    }
}

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

        // In numbers, since a branch would have to guess which way the price goes.
        var direction = (bar.Close > _previous ? 1 : 0) - (bar.Close < _previous ? 1 : 0);
        _sum.Add(direction * bar.Volume);
        _previous = bar.Close;
        Value = _sum.Value;
        return Value;
    }
}

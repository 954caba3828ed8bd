using AlgoStack.Trading.MarketData;

namespace AlgoStack.Indicators;

/// <summary>
/// The highest high and the lowest low of the <c>length</c> bars before the current one, which can so break out of them.
/// Richard Donchian's four-week rule, 1960.
/// </summary>
public struct Donchian : IIndicator
{
    private RollingRange _range;

    public Donchian(int length)
    {
        _range = new RollingRange(length);
        Upper = double.NaN;
        Lower = double.NaN;
    }

    /// <summary>Bars needed before there is a first value: one more than the length.</summary>
    public readonly int WarmUp => _range.Length + 1;

    public readonly bool IsWarm => !double.IsNaN(Upper);

    /// <summary>NaN until warm, as are all that follow.</summary>
    public double Upper { get; private set; }

    public double Lower { get; private set; }

    public readonly double Middle => (Upper + Lower) / 2;

    public void Push(in Bar bar)
    {
        if (!double.IsFinite(bar.High + bar.Low)) return;

        if (_range.IsFull)
        {
            Upper = _range.Highest;
            Lower = _range.Lowest;
        }

        _range.Push(bar.High, bar.Low);
    }
}

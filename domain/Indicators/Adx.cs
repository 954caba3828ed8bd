using AlgoStack.Trading.MarketData;

namespace AlgoStack.Indicators;

/// <summary>
/// Average directional index, 0 to 100: Wilder's average of how one-sided the directional movement is (<see cref="Dmi"/>);
/// the strength of a trend, whichever way it goes. J. Welles Wilder, New Concepts in Technical Trading Systems, 1978.
/// </summary>
public struct Adx : IIndicator
{
    private Dmi _movement;
    private WilderAverage _average;

    public Adx(int length)
    {
        _movement = new Dmi(length);
        _average = new WilderAverage(length);
    }

    /// <summary>Bars needed before there is a first value: twice the length; the two directions are there before.</summary>
    public readonly int WarmUp => _movement.WarmUp + _average.WarmUp - 1;

    public readonly bool IsWarm => _average.IsWarm;

    /// <summary>NaN until warm.</summary>
    public readonly double Value => _average.Value;

    /// <summary>+DI; NaN until the directional movement is warm.</summary>
    public readonly double Plus => _movement.Plus;

    /// <summary>-DI; NaN until the directional movement is warm.</summary>
    public readonly double Minus => _movement.Minus;

    public double Push(in Bar bar)
    {
        if (!bar.HasPrices()) return Value;

        _movement.Push(bar);
        return _average.Push(_movement.Index);
    }
}

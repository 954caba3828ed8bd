using AlgoStack.Trading.MarketData;

namespace AlgoStack.Indicators;

/// <summary>
/// The exponential average of the close, and bands a number of average true ranges around it. Chester Keltner, How to Make
/// Money in Commodities, 1960, in the form that Linda Bradford Raschke gave it.
/// </summary>
public struct Keltner : IIndicator
{
    private readonly double _width;
    private Ema _middle;
    private Atr _range;

    /// <param name="width">Of each band from the middle, in average true ranges.</param>
    /// <param name="rangeLength">Of the average true range.</param>
    public Keltner(int length, double width, int rangeLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        _middle = new Ema(length);
        _range = new Atr(rangeLength);
        _width = width;
    }

    /// <summary>Bars needed before there are bands; the middle may be there before.</summary>
    public readonly int WarmUp => Math.Max(_middle.WarmUp, _range.WarmUp);

    public readonly bool IsWarm => _middle.IsWarm && _range.IsWarm;

    /// <summary>NaN until the average is warm.</summary>
    public readonly double Middle => _middle.Value;

    /// <summary>NaN until warm.</summary>
    public readonly double Upper => _middle.Value + (_width * _range.Value);

    /// <summary>NaN until warm.</summary>
    public readonly double Lower => _middle.Value - (_width * _range.Value);

    public void Push(in Bar bar)
    {
        if (!bar.HasPrices()) return;

        _middle.Push(bar.Close);
        _range.Push(bar);
    }
}

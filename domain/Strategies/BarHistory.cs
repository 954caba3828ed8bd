using AlgoStack.Trading.MarketData;

namespace AlgoStack.Strategies;

/// <summary>The newest bars of an instrument, kept so that what a signal needs to know can be worked out when there is one.</summary>
public sealed class BarHistory
{
    // Twice what is looked at, so that the newest lie together: one copy of half of it every so many bars.
    private readonly Bar[] _bars = new Bar[2 * MarketContext.Bars];
    private int _count;

    public void Add(in Bar bar)
    {
        if (_count == _bars.Length)
        {
            _bars.AsSpan(MarketContext.Bars).CopyTo(_bars);
            _count = MarketContext.Bars;
        }

        _bars[_count++] = bar;
    }

    /// <summary>The bar added last.</summary>
    public Bar Newest => _bars[_count - 1];

    public MarketContext Context() => MarketContext.Of(_bars.AsSpan(Math.Max(0, _count - MarketContext.Bars), Math.Min(_count, MarketContext.Bars)));
}

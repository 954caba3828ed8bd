using System.Runtime.CompilerServices;

namespace AlgoStack.Trading.MarketData;

/// <summary>
/// What the ticks of one instrument have come to: the quote that stands and the bar that is open. A side of the quote stands
/// until the next tick that quotes it. Bars are of trades; until the first trade they are of the middle of bid and ask, at a
/// volume of 0.
/// </summary>
public struct TickMarket
{
    private double _open;
    private double _high;
    private double _low;
    private double _volume;
    private bool _isOpen;

    /// <summary>What stands; 0 where there was none yet.</summary>
    public double Bid { get; private set; }

    /// <summary>As <see cref="Tick.Size"/> of the quote.</summary>
    public double BidSize { get; private set; }

    /// <inheritdoc cref="Bid"/>
    public double Ask { get; private set; }

    /// <inheritdoc cref="BidSize"/>
    public double AskSize { get; private set; }

    /// <summary>How many bids there have been.</summary>
    public long Bids { get; private set; }

    /// <summary>How many asks there have been.</summary>
    public long Asks { get; private set; }

    public bool HasTraded { get; private set; }

    /// <summary>The newest price that bars are made of; 0 before the first.</summary>
    public double Last { get; private set; }

    /// <summary>Somebody wants to see each tick of it.</summary>
    public bool IsWatched { get; set; }

    internal readonly bool IsOpen => _isOpen;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void OnTrade(double price, double size)
    {
        // What quotes have made of a bar is worth nothing once there is a trade.
        if (!HasTraded)
        {
            HasTraded = true;
            _isOpen = false;
        }

        Add(price, size);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void OnQuote(double bid, double bidSize, double ask, double askSize)
    {
        if (bid > 0)
        {
            (Bid, BidSize) = (bid, bidSize);
            Bids++;
        }

        if (ask > 0)
        {
            (Ask, AskSize) = (ask, askSize);
            Asks++;
        }

        if (!HasTraded && Bid > 0 && Ask > 0) Add((Bid + Ask) / 2, 0);
    }

    internal Bar Close(long closeMs)
    {
        _isOpen = false;
        return new Bar(closeMs, _open, _high, _low, Last, _volume);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(double price, double size)
    {
        Last = price;
        if (!_isOpen)
        {
            _open = _high = _low = price;
            _volume = size;
            _isOpen = true;
            return;
        }

        if (price > _high) _high = price;
        if (price < _low) _low = price;
        _volume += size;
    }
}

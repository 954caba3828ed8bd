using AlgoStack.Trading.Orders;

namespace AlgoStack.Engine;

/// <summary>The last orders that left, each kind of them once: one is like another of the same strategy, instrument, side and so on.</summary>
internal sealed class RecentOrders
{
    public const int None = -1;

    /// <summary>So many different ones are remembered, whatever their age.</summary>
    private const int Capacity = 1_024;

    // Beside the orders, because so many hashes are looked through in a few steps.
    private readonly int[] _hashes = new int[Capacity];
    private readonly (long LeftMs, OrderIntent? Intent)[] _orders = new (long, OrderIntent?)[Capacity];
    private int _next;

    /// <summary>Where one like it is remembered, or <see cref="None"/>.</summary>
    public int Find(OrderIntent intent)
    {
        var hash = HashOf(intent);
        for (var from = 0; _hashes.AsSpan(from).IndexOf(hash) is >= 0 and var at; from += at + 1)
        {
            if (_orders[from + at].Intent is { } known && IsLike(known, intent)) return from + at;
        }

        return None;
    }

    /// <summary>Milliseconds since the order that was found left.</summary>
    public long Age(int found, long nowMs) => nowMs - _orders[found].LeftMs;

    /// <param name="found">Where one like it is remembered until now.</param>
    public void Add(OrderIntent intent, int found, long nowMs)
    {
        var hash = found == None ? HashOf(intent) : _hashes[found];
        if (found != None) (_hashes[found], _orders[found]) = (0, default);
        (_hashes[_next], _orders[_next]) = (hash, (nowMs, intent));
        _next = (_next + 1) % Capacity;
    }

    // The price that a market order was sized at is not part of what is asked for. A slice is like the one before it, and meant to be.
    private static bool IsLike(OrderIntent one, OrderIntent other) =>
        one.Side == other.Side && one.Type == other.Type && one.Quantity == other.Quantity && one.LimitPrice == other.LimitPrice &&
        one.StopPrice == other.StopPrice && one.TrailBy == other.TrailBy && one.Strategy == other.Strategy && one.Instrument == other.Instrument &&
        one.Execution == other.Execution && (one.Execution is null || one.Turn == other.Turn);

    /// <summary>Never 0, which is no order.</summary>
    private static int HashOf(OrderIntent intent)
    {
        const int Prime = 16_777_619;
        var hash = intent.Quantity.GetHashCode() ^ (intent.Side == OrderSide.Buy ? 0 : Prime);
        if (intent.LimitPrice is { } limit) hash = (hash * Prime) ^ limit.GetHashCode();
        if (intent.StopPrice is { } stop) hash = (hash * Prime) ^ ~stop.GetHashCode();
        return hash | 1;
    }
}

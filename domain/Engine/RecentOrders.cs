using AlgoStack.Trading.Orders;

namespace AlgoStack.Engine;

/// <summary>The last orders that left, each kind of them once: one is like another of the same strategy, instrument, side and so on.</summary>
internal sealed class RecentOrders
{
    /// <summary>So many different ones are remembered, whatever their age.</summary>
    public const int Capacity = 1_024;

    // Beside the orders, because so many hashes are looked through in a few steps.
    private readonly int[] _hashes = new int[Capacity];
    private readonly (long LeftMs, OrderIntent? Intent)[] _orders = new (long, OrderIntent?)[Capacity];
    private int _next;

    /// <summary>Milliseconds since one like it left; null where none is remembered.</summary>
    public long? AgeOf(OrderIntent intent, long nowMs) => Find(intent) is >= 0 and var found ? nowMs - _orders[found].LeftMs : null;

    public void Add(OrderIntent intent, long nowMs)
    {
        if (Find(intent) is >= 0 and var found) (_hashes[found], _orders[found]) = (0, default);
        (_hashes[_next], _orders[_next]) = (HashOf(intent), (nowMs, intent));
        _next = (_next + 1) % Capacity;
    }

    private int Find(OrderIntent intent)
    {
        var hash = HashOf(intent);
        for (var from = 0; _hashes.AsSpan(from).IndexOf(hash) is >= 0 and var at; from += at + 1)
        {
            if (_orders[from + at].Intent is { } known && IsLike(known, intent)) return from + at;
        }

        return -1;
    }

    // The price that a market order was sized at is not part of what is asked for.
    private static bool IsLike(OrderIntent one, OrderIntent other) =>
        one.Side == other.Side && one.Type == other.Type && one.Quantity == other.Quantity && one.LimitPrice == other.LimitPrice &&
        one.StopPrice == other.StopPrice && one.TrailBy == other.TrailBy && one.Strategy == other.Strategy && one.Instrument == other.Instrument;

    private static int HashOf(OrderIntent intent) => HashCode.Combine(
        intent.Side, intent.Type, intent.Quantity, intent.LimitPrice, intent.StopPrice, intent.TrailBy, intent.Instrument.Value.Length) | 1;
}

using AlgoStack.VenueSim.Books;
using AlgoStack.VenueSim.Faults;
using AlgoStack.VenueSim.Records;
using AlgoStack.VenueSim.Streaming;

namespace AlgoStack.VenueSim;

/// <summary>The book behind one lock. What is done to it is on the disk before the caller hears of it.</summary>
internal sealed class Venue(RecordFile file, TradeHub hub)
{
    private readonly Lock _gate = new();
    private readonly VenueBook _book = new();
    private readonly Queue<Order> _touched = new();

    /// <summary>Read without the lock: one reference, replaced whole.</summary>
    public FaultSettings Faults => _book.Faults;

    /// <summary>Reads the file, and does what a kill kept from being done.</summary>
    public void Open(decimal cash)
    {
        lock (_gate)
        {
            foreach (var line in file.Open()) _book.Apply(line);
            hub.Faults = _book.Faults;
            if (_book.Faults.IdRollback) _book.RollIdsBack();
            if (_book.Orders.Count == 0 && _book.Cash == 0) Record(new CashMoved(cash, "opening balance"));
            foreach (var order in _book.OpenOrders()) _touched.Enqueue(order);
            Settle();
        }
    }

    /// <summary>Asks or does something, then what follows from it; returns when all of it is on the disk.</summary>
    public async Task<T> DoAsync<T>(Func<VenueBook, T> work)
    {
        T result;
        Task durable;
        lock (_gate)
        {
            result = work(_book);
            Settle();
            durable = file.Durable;
        }

        await durable;
        return result;
    }

    /// <summary>Within <see cref="DoAsync{T}"/> only.</summary>
    public void Record(Line line)
    {
        var affected = Affected(line);
        var held = affected.Where(order => order.Status is OrderStatus.Held or OrderStatus.Accepted).ToHashSet();
        line = file.Append(line);
        _book.Apply(line);
        if (line is FaultsSwitched switched) hub.Faults = switched.Faults;
        if (hub.IsHeard)
            foreach (var update in TradeUpdates.Of(line, _book, held)) file.Announce(update);
        Touch(line, affected);
    }

    private IReadOnlyCollection<Order> Affected(Line line) => line switch
    {
        OrderFilled filled => [_book.ByNumber(filled.Order)],
        OrderTriggered triggered => [_book.ByNumber(triggered.Order)],
        OrderReleased released => [_book.ByNumber(released.Order)],
        OrderClosed closed => [_book.ByNumber(closed.Order)],
        PriceSet price => [.. _book.OpenOrders(price.Symbol)],
        MarketSwitched => [.. _book.OpenOrders()],
        _ => [],
    };

    private void Touch(Line line, IReadOnlyCollection<Order> affected)
    {
        if (line is OrderAccepted accepted) _touched.Enqueue(_book.ByNumber(accepted.Order.Order));
        if (line is OrderAccepted { Legs: [var leg] }) _touched.Enqueue(_book.ByNumber(leg.Order));
        if (line is OrderReplaced replaced) _touched.Enqueue(_book.ByNumber(replaced.By.Order));
        foreach (var order in affected)
        {
            _touched.Enqueue(order);
            foreach (var follower in order.Legs) _touched.Enqueue(follower);
            if (order.Other is { } other) _touched.Enqueue(other);
        }
    }

    private void Settle()
    {
        while (_touched.TryDequeue(out var order))
            while (Matching.Next(order, _book) is { } line) Record(line);
    }
}

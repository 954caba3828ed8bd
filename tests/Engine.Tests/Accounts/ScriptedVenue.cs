using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Venues;

namespace AlgoStack.Engine.Tests.Accounts;

/// <summary>
/// A venue of the plainest kind: an order book of its own, a price a symbol, fills where they belong. It shares no code with
/// what it is traded by, and its word is the truth.
/// </summary>
internal sealed class ScriptedVenue(Random random, ClientIdScope clientIds)
{
    private int _ids;
    private int _trades;

    public Dictionary<string, decimal> Prices { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, decimal> Positions { get; } = new(StringComparer.Ordinal);

    public decimal Cash { get; private set; } = 1_000_000;

    public List<VenueSideOrder> Orders { get; } = [];

    public List<Execution> Executions { get; } = [];

    /// <summary>What it tells, in order; taken away by who carries it.</summary>
    public Queue<OrderSnapshot> Told { get; } = [];

    public VenueSideOrder? Find(string clientId) => Orders.FindLast(o => o.Order.ClientId == clientId);

    public PlaceResult Place(VenueOrder order, DateTimeOffset now)
    {
        var known = Find(order.ClientId);
        if (known is not null && (clientIds == ClientIdScope.Forever || !known.Status.IsFinal()))
            return new PlaceResult.AlreadyPlaced(new BrokerError(BrokerErrorCategory.DuplicateClientOrderId, "dup", "client id must be unique", PlacementOutcome.PreviouslyPlaced));
        if (order.Quantity * Prices[order.Symbol] > 400_000)
            return new PlaceResult.Refused(new BrokerError(BrokerErrorCategory.InsufficientFunds, "funds", "insufficient buying power", PlacementOutcome.NotPlaced));

        var placed = new VenueSideOrder($"V{++_ids}", order);
        Orders.Add(placed);
        Tell(placed, now);
        Match(placed, now);
        return new PlaceResult.Accepted(Snapshot(placed, now));
    }

    public ChangeResult Cancel(VenueOrderRef order, DateTimeOffset now)
    {
        if (Find(order.ClientId) is not { } found)
            return new ChangeResult.Refused(new BrokerError(BrokerErrorCategory.OrderNotFound, "404", "order not found", PlacementOutcome.NotApplicable));
        if (found.Status.IsFinal())
            return new ChangeResult.Refused(new BrokerError(BrokerErrorCategory.OrderNotCancelable, "422", "order is not cancelable", PlacementOutcome.NotApplicable));

        found.Status = VenueOrderStatus.Canceled;
        Tell(found, now);
        return new ChangeResult.Taken(null);
    }

    public OrderLookup Lookup(VenueOrderRef order, DateTimeOffset now) =>
        Find(order.ClientId) is { } found ? new OrderLookup.Found(Snapshot(found, now)) : new OrderLookup.NotFound();

    /// <summary>The market moves: what rests may trade.</summary>
    public void Move(string symbol, DateTimeOffset now)
    {
        Prices[symbol] = Math.Max(1, Prices[symbol] + (random.Next(-100, 101) / 100m));
        foreach (var order in Orders.Where(o => o.Order.Symbol == symbol && !o.Status.IsFinal()).ToList()) Match(order, now);
    }

    public VenueStatement Statement(DateTimeOffset since, DateTimeOffset askedAt) => new(
        [.. Orders.Where(o => !o.Status.IsFinal()).Select(o => Snapshot(o, askedAt))],
        OpenOrdersAreComplete: true,
        [.. Executions.Where(e => e.At >= since)],
        [.. Positions.Where(p => p.Value != 0).Select(p => new VenuePosition(p.Key, p.Value, null))],
        [new VenueBalance("USD", Cash, Cash)],
        askedAt);

    private void Match(VenueSideOrder order, DateTimeOffset now)
    {
        var price = Prices[order.Order.Symbol];
        while (!order.Status.IsFinal())
        {
            var crosses = order.Order.LimitPrice is not { } limit || (order.Order.Side == OrderSide.Buy ? price <= limit : price >= limit);
            if (!crosses) break;

            var left = order.Order.Quantity - order.Filled;
            var quantity = left > 1 && random.Next(3) == 0 ? Math.Floor(left / 2) : left;
            Fill(order, quantity, price, now);
            if (order.Order.LimitPrice is not null && random.Next(2) == 0) break;
        }

        if (order.Order.TimeInForce is TimeInForce.Ioc && !order.Status.IsFinal())
        {
            order.Status = VenueOrderStatus.Canceled;
            Tell(order, now);
        }
    }

    private void Fill(VenueSideOrder order, decimal quantity, decimal price, DateTimeOffset now)
    {
        var sign = order.Order.Side == OrderSide.Buy ? 1 : -1;
        order.Filled += quantity;
        order.Value += quantity * price;
        order.Status = order.Filled == order.Order.Quantity ? VenueOrderStatus.Filled : VenueOrderStatus.PartiallyFilled;
        Positions[order.Order.Symbol] = Positions.GetValueOrDefault(order.Order.Symbol) + (sign * quantity);
        Cash -= sign * quantity * price;
        var fill = new Execution($"T{++_trades}", order.Id, order.Order.ClientId, order.Order.Symbol, order.Order.Side, quantity, price, null, null, order.Filled, now);
        Executions.Add(fill);
        Told.Enqueue(Snapshot(order, now) with { Executions = [fill] });
    }

    private void Tell(VenueSideOrder order, DateTimeOffset now) => Told.Enqueue(Snapshot(order, now));

    private static OrderSnapshot Snapshot(VenueSideOrder order, DateTimeOffset now) => new(
        order.Id,
        order.Order.ClientId,
        order.Order.Symbol,
        order.Status,
        order.Order.Side,
        order.Order.Type,
        order.Order.TimeInForce,
        order.Order.Quantity,
        order.Filled,
        order.Filled == 0 ? null : order.Value / order.Filled,
        order.Order.LimitPrice,
        order.Order.StopPrice,
        null,
        null,
        now,
        []);
}

internal sealed class VenueSideOrder(string id, VenueOrder order)
{
    public string Id { get; } = id;

    public VenueOrder Order { get; } = order;

    public VenueOrderStatus Status { get; set; } = VenueOrderStatus.New;

    public decimal Filled { get; set; }

    public decimal Value { get; set; }
}

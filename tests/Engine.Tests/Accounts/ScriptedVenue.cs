using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Venues;

namespace AlgoStack.Engine.Tests.Accounts;

/// <summary>
/// A venue of the plainest kind: an order book of its own, a price a symbol, fills where they belong. It shares no code with
/// what it is traded by, and its word is the truth.
/// </summary>
/// <param name="canReduceOnly">Whether an order may be one that only reduces; else it has room for no more exits than what is held.</param>
internal sealed class ScriptedVenue(Random random, ClientIdScope clientIds, bool canReduceOnly)
{
    private readonly HashSet<(string Id, string Symbol, OrderSide Side)> _given = [];
    private int _ids;
    private int _trades;

    public Dictionary<string, decimal> Prices { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, decimal> Positions { get; } = new(StringComparer.Ordinal);

    public decimal Cash { get; private set; } = 1_000_000;

    public List<VenueSideOrder> Orders { get; } = [];

    public List<Execution> Executions { get; } = [];

    /// <summary>Where a position went through zero, it was by these.</summary>
    public List<VenueSideOrder> Reversals { get; } = [];

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

        if (IsPassed(order)) return Refused(BrokerErrorCategory.InvalidOrder, "stop price would trigger immediately");
        if (!canReduceOnly && Room(order) is { } room && order.Quantity > room) return Refused(BrokerErrorCategory.InsufficientFunds, "insufficient qty available for order");

        var placed = new VenueSideOrder(NextId(order), order);
        Orders.Add(placed);
        Tell(placed, now);
        Match(placed, now);
        return new PlaceResult.Accepted(Snapshot(placed, now));
    }

    public ChangeResult Cancel(VenueOrderRef order, DateTimeOffset now)
    {
        if (Find(order) is not { } found) return NotFound;
        if (found.Status.IsFinal()) return TooLate;

        found.Status = VenueOrderStatus.Canceled;
        Tell(found, now);
        return new ChangeResult.Taken(null);
    }

    /// <summary>Another takes the order's place, with nothing filled: for what it is to trade itself, or what was left.</summary>
    public ChangeResult Replace(VenueOrderRef order, VenueOrderChange change, DateTimeOffset now)
    {
        if (Find(order) is not { } found) return NotFound;
        if (found.Status.IsFinal() || Find(change.ClientId) is not null) return TooLate;

        var left = found.Order.Quantity - found.Filled;
        var by = new VenueSideOrder(
            NextId(found.Order),
            found.Order with { ClientId = change.ClientId, Quantity = change.Quantity - change.Filled ?? left, LimitPrice = change.LimitPrice ?? found.Order.LimitPrice });
        (found.Status, found.ReplacedBy) = (ChangesByCancel ? VenueOrderStatus.Canceled : VenueOrderStatus.Replaced, by);
        Orders.Add(by);
        Tell(found, now);
        Tell(by, now);
        var answer = Snapshot(by, now);
        Match(by, now);
        return new ChangeResult.Taken(answer);
    }

    public OrderLookup Lookup(VenueOrderRef order, DateTimeOffset now) =>
        Find(order) is { } found ? new OrderLookup.Found(Snapshot(found, now)) : new OrderLookup.NotFound();

    /// <summary>The market moves: what rests may trade.</summary>
    public void Move(string symbol, DateTimeOffset now)
    {
        Prices[symbol] = Math.Max(1, Prices[symbol] + (random.Next(-100, 101) / 100m));
        foreach (var order in Orders.Where(o => o.Order.Symbol == symbol && !o.Status.IsFinal()).ToList()) Match(order, now);
    }

    public VenueStatement Statement(DateTimeOffset since, DateTimeOffset askedAt) => new(
        [.. Orders.Where(o => !o.Status.IsFinal()).Select(o => Snapshot(o, askedAt))],
        OpenOrdersAreComplete: true,
        ExecutionsSince(since),
        [.. Positions.Where(p => p.Value != 0).Select(p => new VenuePosition(p.Key, p.Value, null))],
        [new VenueBalance("USD", Cash, Cash)],
        askedAt);

    /// <summary>As a list of what traded has them: of its own ids alone.</summary>
    public IReadOnlyList<Execution> ExecutionsSince(DateTimeOffset since) => [.. Executions.Where(e => e.At >= since).Select(e => e with { ClientOrderId = null })];

    /// <summary>None that an order of this symbol and side has: those two nobody could tell apart.</summary>
    private string NextId(VenueOrder order)
    {
        var id = $"V{++_ids}";
        while (!_given.Add((id, order.Symbol, order.Side))) id = $"V{++_ids}";
        return id;
    }

    private static ChangeResult NotFound =>
        new ChangeResult.Refused(new BrokerError(BrokerErrorCategory.OrderNotFound, "404", "order not found", PlacementOutcome.NotApplicable));

    private static ChangeResult TooLate =>
        new ChangeResult.Refused(new BrokerError(BrokerErrorCategory.OrderNotCancelable, "422", "order is not cancelable", PlacementOutcome.NotApplicable));

    /// <summary>From now on orders get ids that others had.</summary>
    public void BeginIdsAnew() => _ids = 0;

    private VenueSideOrder? Find(VenueOrderRef order) =>
        order.VenueOrderId is { } id ? Orders.Find(o => o.Id == id && o.Order.ClientId == order.ClientId) ?? Orders.FindLast(o => o.Id == id) : Find(order.ClientId);

    private static PlaceResult.Refused Refused(BrokerErrorCategory category, string why) =>
        new(new BrokerError(category, "no", why, PlacementOutcome.NotPlaced));

    /// <summary>What an order that closes may be for; null of one that opens.</summary>
    private decimal? Room(VenueOrder order)
    {
        var held = Positions.GetValueOrDefault(order.Symbol) * (order.Side == OrderSide.Sell ? 1 : -1);
        return held <= 0 ? null : held - Orders.Where(o => !o.Status.IsFinal() && o.Order.Symbol == order.Symbol && o.Order.Side == order.Side).Sum(o => o.Order.Quantity - o.Filled);
    }

    private bool IsPassed(VenueOrder order) =>
        order.StopPrice is { } stop && (order.Side == OrderSide.Sell ? Prices[order.Symbol] <= stop : Prices[order.Symbol] >= stop);

    private void Match(VenueSideOrder order, DateTimeOffset now)
    {
        var price = Prices[order.Order.Symbol];
        order.IsTriggered |= order.Order.StopPrice is null || IsPassed(order.Order);
        if (!order.IsTriggered) return;

        while (!order.Status.IsFinal())
        {
            var crosses = order.Order.LimitPrice is not { } limit || (order.Order.Side == OrderSide.Buy ? price <= limit : price >= limit);
            if (!crosses) break;

            var left = order.Order.Quantity - order.Filled;
            if (order.Order.ReduceOnly)
            {
                left = Math.Min(left, Positions.GetValueOrDefault(order.Order.Symbol) * (order.Order.Side == OrderSide.Sell ? 1 : -1));
                if (left <= 0)
                {
                    order.Status = VenueOrderStatus.Canceled;
                    Tell(order, now);
                    break;
                }
            }

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
        var before = Positions.GetValueOrDefault(order.Order.Symbol);
        Positions[order.Order.Symbol] = before + (sign * quantity);
        if (before * (before + (sign * quantity)) < 0) Reversals.Add(order);
        Cash -= sign * quantity * price;
        var fill = new Execution($"T{++_trades}", order.Id, order.Order.ClientId, order.Order.Symbol, order.Order.Side, quantity, price, null, null, order.Filled, now);
        Executions.Add(fill);
        Told.Enqueue(Snapshot(order, now) with { Executions = [fill] });
    }

    private void Tell(VenueSideOrder order, DateTimeOffset now) => Told.Enqueue(Snapshot(order, now));

    /// <summary>A change is a cancel and a new order, of which neither knows of the other.</summary>
    private bool ChangesByCancel => clientIds == ClientIdScope.OpenOrders;

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
        order.Status == VenueOrderStatus.Replaced ? order.ReplacedBy?.Id : null,
        null,
        now,
        []);
}

internal sealed class VenueSideOrder(string id, VenueOrder order)
{
    public string Id { get; } = id;

    public VenueOrder Order { get; } = order;

    public VenueOrderStatus Status { get; set; } = VenueOrderStatus.New;

    /// <summary>Its stop was reached, or it has none.</summary>
    public bool IsTriggered { get; set; }

    public decimal Filled { get; set; }

    public decimal Value { get; set; }

    public VenueSideOrder? ReplacedBy { get; set; }
}

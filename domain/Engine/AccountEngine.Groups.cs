using AlgoStack.Trading.Orders;

namespace AlgoStack.Engine;

/// <content>
/// Groups: an entry with its exits, or two exits of what is held. Where a venue has no room for two exits of the same quantity, the
/// stop rests there and the target's price is watched: once it is seen the stop is taken back, and when that is final the target
/// leaves for what is left. Gone back half of the way to the stop, the price brings the stop back. What an exit lacks (more of the
/// entry has traded, the venue refused it, it was taken back) is one more order of the same leg, of the next turn.
/// <para>
/// All of it is read off the group's orders before every commit, and as long as there is something to close an order of each leg
/// is not done: so a group goes on from the log wherever it was cut off.
/// </para>
/// </content>
public sealed partial class AccountEngine
{
    /// <summary>After so many refusals in a row, which take some minutes, the venue is not going to take a group's exit.</summary>
    private const int MostRefusals = 20;

    private readonly Dictionary<string, ExitGroup> _groups = new(StringComparer.Ordinal);

    /// <summary>
    /// Takes an order with its exits, all of them or none. An entry's exits close what it trades, from its first fill on. An order
    /// that only reduces is the target itself, and <see cref="OrderExits.Stop"/> its stop. Risk is asked for the order alone.
    /// </summary>
    public void Place(OrderIntent order, OrderExits exits, DateTimeOffset now)
    {
        if (_orders.ContainsKey(order.OrderId)) return;

        var name = order.OrderId.Value;
        var isEntry = !order.ReduceOnly;
        var closing = isEntry == (order.Side == OrderSide.Buy) ? OrderSide.Sell : OrderSide.Buy;
        OrderIntent Exit(OrderLeg leg, OrderType type, decimal price) => order with
        {
            OrderId = ClientOrderId.ForExit(name, leg, 0),
            Side = closing,
            Type = type,
            ReferencePrice = price,
            LimitPrice = leg == OrderLeg.TakeProfit ? price : exits.StopLimit,
            StopPrice = leg == OrderLeg.StopLoss ? price : null,
            TrailBy = null,
            TimeInForce = RestingTime(type),
            PostOnly = false,
            ReduceOnly = true,
            After = isEntry ? order.OrderId : null,
            OneCancelsOther = name,
            Leg = leg,
        };

        List<OrderIntent> all = [isEntry ? order : order with { Leg = OrderLeg.TakeProfit, OneCancelsOther = name }];
        if (isEntry && exits.Target is { } target) all.Add(Exit(OrderLeg.TakeProfit, OrderType.Limit, target));
        if (exits.Stop is { } stop) all.Add(Exit(OrderLeg.StopLoss, exits.StopLimit is null ? OrderType.Stop : OrderType.StopLimit, stop));
        foreach (var intent in all)
        {
            // What an exit closes risk has allowed; bands around the last price are not for prices that are meant to be away from it.
            Place(intent, asksRisk: intent.OrderId.Equals(order.OrderId), now);
            if (_orders[intent.OrderId].Order.Status != OrderStatus.Denied) continue;

            var why = $"order {intent.OrderId}, which goes with it, was denied";
            if (_groups.TryGetValue(name, out var group)) End(group, why, now);
            TakeBack(_orders[order.OrderId], why, now);
            return;
        }
    }

    /// <summary>The exits of an order, of the group that is named after it, where they are not done or were not a moment ago.</summary>
    public IEnumerable<Order> ExitsOf(ClientOrderId order) =>
        _groups.TryGetValue(order.Value, out var group) ? group.Exits.Select(o => o.Order) : [];

    /// <summary>Takes an order into its group, in whatever order they come.</summary>
    private void Join(LiveOrder live)
    {
        if (live.Order.Intent is { OneCancelsOther: { } name, Leg: not null })
        {
            if (!_groups.TryGetValue(name, out var group)) _groups.Add(name, group = new ExitGroup(name));
            live.Group = group;
            group.Add(live);
        }

        if (_groups.TryGetValue(live.Order.Id.Value, out var own)) Lead(own, live);
        else if (live.Group is { Head: null } headless && _orders.TryGetValue(new ClientOrderId(headless.Name), out var head)) Lead(headless, head);
    }

    private static void Lead(ExitGroup group, LiveOrder head)
    {
        group.Head = head;
        head.Group = group;
    }

    private void TendGroups(DateTimeOffset now)
    {
        foreach (var group in _groups.Values) Tend(group, now);
    }

    private void Tend(ExitGroup group, DateTimeOffset now)
    {
        if (group.Head is not { Order.AreExitsEnded: false } head) return;

        if (group is { Open: 0, MayGrow: false })
        {
            var why = group.Traded > 0 ? "the exits have closed all of it" : "the order before it did not trade";
            foreach (var exit in group.Exits) Withdraw(exit, why, now);
            return;
        }

        if (group.MayGrow && group.Traded > 0) Withdraw(head, "an exit has traded", now);

        // Some venues take no order against one that works: then what has traded goes first.
        if (group.MayGrow && Refusals(group.Stops) > 0) Withdraw(head, "the venue refuses its stop while it works", now);

        if (IsWatched(group)) Watch(group, head, now);
        Keep(group, OrderLeg.TakeProfit, now);
        Keep(group, OrderLeg.StopLoss, now);
    }

    /// <summary>Whether the target waits for its price here, for the stop has the venue's room.</summary>
    private bool IsWatched(ExitGroup group) => group is { Targets.Count: > 0, Stops.Count: > 0 } && !_terms.Capabilities.CanReduceOnly;

    private void Watch(ExitGroup group, LiveOrder head, DateTimeOffset now)
    {
        var targets = group.Targets.Where(o => o.IsWanted).ToList();
        if (targets is not [.., var newest] || PriceSince(group) is not { } price) return;

        var order = newest.Order;
        var (sign, goal) = (order.Intent.Side == OrderSide.Sell ? 1 : -1, order.LimitPrice!.Value);
        if (!targets.Exists(o => o.Order.IsTouched))
        {
            // A stop that has become an order to the market closes by itself.
            var closes = group.Stops.Exists(o => o.IsOut && o.Order.StopPrice is null);
            if (sign * price < sign * goal || group.Open == 0 || closes || StoppedBy(order) is not null || HeldBackBecause(newest) is not null) return;
        }
        else if (sign * price < sign * (goal + group.Stop.StopPrice!.Value) / 2)
        {
            foreach (var target in targets.Where(o => o.Order.IsTouched)) Withdraw(target, "the price has gone back toward the stop", now);
            return;
        }

        // One that came later, for what others had closed of the same units, has its turn with the first.
        foreach (var target in targets.Where(o => !o.Order.IsTouched)) Decide(target, new OrderTouched(target.Order.Id, price, now));
        if (group.MayGrow) Withdraw(head, "the target's price was seen", now);
        foreach (var stop in group.Stops.Where(o => o.IsOut)) Withdraw(stop, "it makes room for the target", now);
    }

    /// <summary>Sees to it that the orders of a leg are for what is open, and that one of them is not done.</summary>
    private void Keep(ExitGroup group, OrderLeg leg, DateTimeOffset now)
    {
        var orders = group.Of(leg);
        if (orders.Count == 0) return;

        var missing = group.Open - orders.Sum(o => o.AtVenue);
        if (missing < 0 && orders.FindLast(o => o is { IsOut: true, IsWanted: true }) is { } tooMuch) Withdraw(tooMuch, "less is left to close", now);

        var waits = orders.Find(o => o.Order.Status == OrderStatus.Approved);
        if (waits is null && (missing > 0 || !orders.Exists(o => o.IsWanted))) waits = SendAgain(group, leg, isPassed: false, now);

        // Where a stop's price is beyond the market, venues refuse it: it goes as what it would become.
        if (waits is { Order.StopPrice: not null } && IsNext(waits, now) && HeldBackBecause(waits) is null && IsPassed(group, waits.Order))
        {
            TakeBack(waits, "its price was passed before it had left", now);
            SendAgain(group, leg, isPassed: true, now);
        }
    }

    /// <summary>One more order of a leg, which waits until it may leave; null where there is nothing to close, or no use in it.</summary>
    /// <param name="isPassed">Whether it is what a stop becomes once its price is reached.</param>
    private LiveOrder? SendAgain(ExitGroup group, OrderLeg leg, bool isPassed, DateTimeOffset now)
    {
        var (orders, head) = (group.Of(leg), group.Head!.Order);
        var refused = Refusals(orders);
        if (refused >= MostRefusals)
        {
            End(group, $"the venue refused its {leg} {refused} times", now);
            return null;
        }

        var quantity = Math.Max(head.Intent.Leg is null ? head.Quantity : head.Intent.Quantity, group.Base) - group.Traded;
        if (quantity <= 0) return null;

        var (like, turn) = (leg == OrderLeg.StopLoss ? group.Stop : orders[^1].Order, orders[^1].Order.Intent.Turn + 1);
        var intent = like.Intent with
        {
            OrderId = ClientOrderId.ForExit(group.Name, leg, turn),
            Turn = turn,
            Quantity = quantity,
            LimitPrice = like.LimitPrice,
            StopPrice = like.StopPrice,
            At = now,
        };
        if (isPassed)
        {
            var type = like.LimitPrice is null ? OrderType.Market : OrderType.Limit;
            intent = intent with { Type = type, StopPrice = null, TimeInForce = type == OrderType.Market ? MarketTime : RestingTime(type) };
        }

        var live = NewLive(new Order(intent));
        Events.Add(new OrderRequested(intent));
        Decide(live, new OrderApproved(intent.OrderId, now));
        if (refused > 0) live.NotBefore = now + PauseAfter(refused - 1);
        return live;
    }

    /// <summary>Whether an exit that waits may leave, as far as its group goes.</summary>
    private bool IsNext(LiveOrder live, DateTimeOffset now)
    {
        if (live.Group is not { Head.Order.AreExitsEnded: false } group || live.NotBefore > now || group.Open == 0) return false;
        if (group.Of(live.Order.Intent.Leg!.Value).Exists(o => o.Order.Status == OrderStatus.Submitted)) return false;

        return live.Order.Intent.Leg == OrderLeg.TakeProfit
            ? !group.MayGrow && (!IsWatched(group) || (live.Order.IsTouched && !group.Stops.Exists(o => o.IsOut)))
            : !IsWatched(group) || !group.Targets.Exists(o => o.IsOut || o is { Order.IsTouched: true, IsWanted: true });
    }

    /// <summary>Makes an exit as large as what is open and held; false where it cannot leave so.</summary>
    private bool Fit(LiveOrder live, DateTimeOffset now)
    {
        var (group, order) = (live.Group!, live.Order);
        var orders = group.Of(order.Intent.Leg!.Value);
        var atVenue = orders.Sum(o => o.AtVenue);
        // Strategies may hold against each other what together is less, where the venue lets an exit go through zero.
        var own = _terms.Capabilities.CanCrossZero ? live.Working?.Book : null;
        var closable = own is null ? Closable(order.Intent) : Math.Abs(own.Held);
        var others = ClosedByOthers(live, own);
        // What closes the same units may yet be taken back.
        if (closable > 0 && closable <= others) return false;

        var quantity = _listings[order.Intent.Instrument].Instrument.FloorQuantity(Math.Min(group.Open, closable - others) - atVenue);
        var terms = _listings[order.Intent.Instrument].Terms with { IsTradable = true };
        var why = quantity > 0 ? terms.WhyNot(ToVenue(order) with { Quantity = quantity }, PriceOf(order.Intent.Instrument)) : "nothing is left to close";
        if (why is null)
        {
            if (quantity != order.Quantity) Decide(live, new OrderResized(order.Id, quantity, "as much as there is to close", now));
            return true;
        }

        // Too little for an order of its own goes together with what is there already, or with what comes.
        if (orders.FindLast(o => o is { IsOut: true, IsWanted: true }) is { } other)
        {
            if (quantity > 0) Withdraw(other, "it goes together with what has traded since", now);
        }
        else if (atVenue == 0 && !group.MayGrow)
        {
            End(group, why, now);
        }

        return false;
    }

    /// <summary>As <see cref="TakeBack"/>, but not at once again where the venue has refused it.</summary>
    private void Withdraw(LiveOrder live, string reason, DateTimeOffset now)
    {
        if (!live.IsOut || live.NotBefore <= now) TakeBack(live, reason, now);
    }

    /// <summary>What there is at the venue, beside an exit's own group, that closes the same units; of a group the leg that is for more.</summary>
    /// <param name="own">Whose units; null for the account's.</param>
    private decimal ClosedByOthers(LiveOrder live, StrategyBook? own) => _orders.Values
        .Where(o => o.Order.Intent is { ReduceOnly: true } other && other.Instrument == live.Order.Intent.Instrument && other.Side == live.Order.Intent.Side)
        .Where(o => o.IsOut && o.Group != live.Group && (own is null || o.Working?.Book == own))
        .GroupBy(o => o.Group?.Name ?? o.Order.Id.Value, StringComparer.Ordinal)
        .Sum(g => g.GroupBy(o => o.Order.Intent.Leg).Max(l => l.Sum(o => o.AtVenue)));

    /// <summary>What exits are to close that are on the same side as an order.</summary>
    private decimal OpenOfExits(OrderIntent order) => _groups.Values
        .Where(g => g.Head is { Order.AreExitsEnded: false } && g.Exits.FirstOrDefault()?.Order.Intent is { } exit && exit.Instrument == order.Instrument && exit.Side == order.Side)
        .Sum(g => g.Open);

    /// <summary>No exit of the group leaves any more, and what is at the venue is taken back.</summary>
    private void End(ExitGroup group, string reason, DateTimeOffset now)
    {
        if (!group.Head!.Order.AreExitsEnded) Decide(group.Head, new OrderExitsEnded(group.Head.Order.Id, reason, now));
        foreach (var exit in group.Exits) TakeBack(exit, reason, now);
    }

    /// <summary>A target that had its turn when the service ended gives it back: nobody knows where the price went.</summary>
    private void PutStopsFirst(DateTimeOffset now)
    {
        foreach (var group in _groups.Values)
        {
            foreach (var target in group.Targets.Where(o => o is { Order.IsTouched: true, IsWanted: true })) TakeBack(target, "the service has started: its stop goes first", now);
        }
    }

    /// <summary>The newest price, where it is not older than the group.</summary>
    private decimal? PriceSince(ExitGroup group)
    {
        var first = group.Head!.Order.Intent;
        return _listings.TryGetValue(first.Instrument, out var listing) && listing.PricedAt >= first.At ? _portfolio.LastPrice(listing.Index) : null;
    }

    private bool IsPassed(ExitGroup group, Order stop) =>
        PriceSince(group) is { } price && (stop.Intent.Side == OrderSide.Sell ? price <= stop.StopPrice : price >= stop.StopPrice);

    /// <summary>How often in a row, up to now, the venue did not take or keep an order of a leg, or a slice.</summary>
    private static int Refusals(List<LiveOrder> orders)
    {
        var refusals = 0;
        foreach (var order in orders.Select(o => o.Order).Reverse())
        {
            if (order is { SubmittedAt: null } or { Status: OrderStatus.Denied }) continue;
            if (order is not { Filled: 0, CancelReason: null } || !order.Status.IsFinal()) break;
            refusals++;
        }

        return refusals;
    }

    /// <summary>The exits of one entry, or two of what is held.</summary>
    private sealed class ExitGroup(string name)
    {
        /// <summary>The id of <see cref="Head"/>.</summary>
        public string Name { get; } = name;

        /// <summary>The entry, or of two exits of what is held the first target. Null while it was not told.</summary>
        public LiveOrder? Head { get; set; }

        /// <summary>By their turns, as are <see cref="Stops"/>.</summary>
        public List<LiveOrder> Targets { get; } = [];

        public List<LiveOrder> Stops { get; } = [];

        public IEnumerable<LiveOrder> Exits => Targets.Concat(Stops);

        /// <summary>What there was to close in all, up to now.</summary>
        public decimal Base => Head!.Order.Intent.Leg is null ? Head.Order.Filled : Head.Order.Intent.Quantity;

        public decimal Traded => Exits.Sum(o => o.Order.Filled);

        /// <summary>What there is to close.</summary>
        public decimal Open => Math.Max(Base - Traded, 0);

        /// <summary>More of the entry may trade.</summary>
        public bool MayGrow => Head is { Order.Intent.Leg: null, IsDone: false };

        public bool IsDone => Head is not { IsDone: false } && Exits.All(o => o.IsDone);

        /// <summary>The newest stop that has not become an order to the market.</summary>
        public Order Stop => Stops.FindLast(o => o.Order.StopPrice is not null)!.Order;

        public List<LiveOrder> Of(OrderLeg leg) => leg == OrderLeg.TakeProfit ? Targets : Stops;

        public void Add(LiveOrder live)
        {
            var orders = Of(live.Order.Intent.Leg!.Value);
            orders.Insert(orders.FindLastIndex(o => o.Order.Intent.Turn < live.Order.Intent.Turn) + 1, live);
        }
    }
}

using System.Globalization;
using AlgoStack.Trading.Accounts;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using AlgoStack.Trading.Venues;

namespace AlgoStack.Engine;

/// <content>From what is wanted to what is sent.</content>
public sealed partial class AccountEngine
{
    /// <summary>The strategy of orders that close what an account holds, whoever opened it.</summary>
    public const string Closing = "close";

    /// <summary>
    /// Takes an order: denied, or approved and, where nothing holds it back, submitted. One whose id was seen before changes
    /// nothing. Codes beside those of <see cref="RiskEngine"/>: <c>unknown_instrument</c>, <c>unsupported_order</c>,
    /// <c>venue_rules</c>, <c>nothing_to_reduce</c>.
    /// </summary>
    public void Place(OrderIntent intent, DateTimeOffset now) => Place(intent, asksRisk: true, now);

    /// <summary>Takes several orders: all of them, or, where one is denied, none. Those behind it are not looked at then.</summary>
    public void Place(IReadOnlyList<OrderIntent> basket, DateTimeOffset now)
    {
        if (basket.Any(o => _orders.ContainsKey(o.OrderId))) return;

        foreach (var intent in basket)
        {
            Place(intent, now);
            if (_orders[intent.OrderId].Order.Status != OrderStatus.Denied) continue;

            foreach (var other in basket.TakeWhile(o => o != intent))
                TakeBack(_orders[other.OrderId], $"order {intent.OrderId}, which goes with it, was denied", now);
            return;
        }
    }

    private void Place(OrderIntent intent, bool asksRisk, DateTimeOffset now, WorkingOrder? working = null)
    {
        if (_orders.ContainsKey(intent.OrderId)) return;

        var live = NewLive(new Order(intent), working);
        Events.Add(new OrderRequested(intent));

        var denied = Refusal(intent);
        if (denied is null && _listings.TryGetValue(intent.Instrument, out var listing))
        {
            var decision = asksRisk ? _risk.Check(listing.Index, intent, ContextOf(listing, intent, now)) : RiskDecision.Allowed;
            if (decision.IsAllowed) Decide(live, new OrderApproved(intent.OrderId, now), isReserved: asksRisk && !OnlyReduces(intent));
            else denied = (decision.Code!, decision.Reason!);
        }

        if (denied is var (code, reason)) Decide(live, new OrderDenied(intent.OrderId, code, reason, now));
    }

    /// <summary>
    /// Takes an order back: at once where it has not left, else by asking the venue. Nothing of one that is done. With an exit goes
    /// the other of its group; exits of an entry stay for what it has traded. With a slice goes its parent.
    /// </summary>
    public void Cancel(ClientOrderId order, string reason, DateTimeOffset now)
    {
        if (!_orders.TryGetValue(order, out var live) || live.Order.Status.IsFinal()) return;

        if (live.Execution is { } execution) Stop(execution, "canceled", reason, now);
        if (live is { Order.Intent.Leg: not null, Group: { Head: not null } group }) End(group, reason, now);
        else TakeBack(live, reason, now);
    }

    /// <summary>Takes back all that works, of an instrument or of a strategy where they are given.</summary>
    public void CancelAll(string reason, DateTimeOffset now, InstrumentId? instrument = null, string? strategy = null)
    {
        StopExecutions("canceled", reason, now, instrument, strategy);
        foreach (var order in _orders.Keys.ToList())
        {
            var intent = _orders[order].Order.Intent;
            if ((instrument ?? intent.Instrument) == intent.Instrument && (strategy ?? intent.Strategy) == intent.Strategy) Cancel(order, reason, now);
        }
    }

    /// <summary>
    /// Closes all that is held, of an instrument where it is given: what works is taken back, and a market order goes the other
    /// way, for as many whole lots as the venue takes in one. It passes the halt, for that is what it is for.
    /// </summary>
    /// <param name="key">Names this call: the same one makes the same orders.</param>
    public void CloseAll(string key, string reason, DateTimeOffset now, InstrumentId? instrument = null)
    {
        StopExecutions("canceled", reason, now, instrument);
        foreach (var order in _orders.Values.Select(o => o.Order).ToList())
        {
            // Asked for twice, it does not take back what it is to close with.
            if (!order.Intent.Closes && (instrument ?? order.Intent.Instrument) == order.Intent.Instrument) Cancel(order.Id, reason, now);
        }

        foreach (var listing in _listings.Values)
        {
            if ((instrument ?? listing.Instrument.Id) == listing.Instrument.Id) Close(key, listing, now);
        }
    }

    /// <summary>The ids of the orders that <see cref="CloseAll"/> may make for a key: those that there were before are to be recalled for it.</summary>
    public IReadOnlyList<ClientOrderId> ClosingOrders(string key, InstrumentId? instrument) =>
        [.. _listings.Keys.Where(i => (instrument ?? i) == i).Select(i => RequestOf(key, i))];

    /// <summary>
    /// Brings a position to a target by one order at the market. What is held and what works count: where they come to the target
    /// nothing is sent, and an order goes through zero where the target is on the other side; where the venue takes none that does,
    /// a second one opens what is left once the first has closed. 0 is <see cref="CloseAll"/> of the
    /// instrument. What is less than a lot away is as good as there.
    /// </summary>
    /// <param name="key">Names this call: the same one makes the same order.</param>
    /// <param name="target">Signed; below zero is short.</param>
    public void Target(string key, InstrumentId instrument, decimal target, string strategy, DateTimeOffset now)
    {
        if (target == 0)
        {
            CloseAll(key, "target 0", now, instrument);
            return;
        }

        if (_orders.ContainsKey(RequestOf(key, instrument)) || !_listings.TryGetValue(instrument, out var listing)) return;

        var change = target - PositionOf(instrument).Expected;
        var quantity = listing.Instrument.FloorQuantity(Math.Abs(change));
        if (quantity > 0) PlaceToMarket(key, listing, decimal.Sign(change) * quantity, strategy, closes: false, now);
    }

    /// <summary>Changes what is left of an order at the venue. Null where that is asked for now, else why it cannot be.</summary>
    /// <param name="quantity">In all, what has traded included; null, as the prices, stays as it is.</param>
    public string? Replace(ClientOrderId order, decimal? quantity, decimal? limitPrice, decimal? stopPrice, DateTimeOffset now)
    {
        if (!_orders.TryGetValue(order, out var live) || live.Order.Status is not (OrderStatus.Accepted or OrderStatus.PartiallyFilled))
            return $"Order {order}: expected one that works at the venue, found {(live is null ? "none" : live.Order.Status)}.";

        if (live.Execution is not null) return $"Order {order} is a slice of execution {live.Order.Intent.Execution}, which says what it is for: cancel that.";
        if (!_terms.Capabilities.CanReplace) return $"{_terms.Venue} does not change orders: cancel and place anew.";
        if (live.Order.Change is not null || live.Order.CancelReason is not null) return $"Order {order}: another change is on its way.";
        if (quantity <= live.Order.Filled) return $"Order {order}: expected a quantity above the {live.Order.Filled} that have traded, found {quantity}.";

        var intent = live.Order.Intent;
        if (StoppedBy(live.Order) is { } code) return $"{code}: an order that the switch stops is not changed.";

        var changed = ToVenue(live.Order) with { LimitPrice = limitPrice ?? live.Order.LimitPrice, StopPrice = stopPrice ?? live.Order.StopPrice };
        changed = changed with { Quantity = quantity ?? live.Order.Quantity };
        if (_listings[intent.Instrument].Terms.WhyNot(changed, lastPrice: null) is { } why) return why;
        if (intent.ReduceOnly && WhyNotToReduce(intent with { Quantity = changed.Quantity - live.Order.Filled }) is { } tooMuch) return tooMuch;

        // Risk has to allow what it would be more than it is.
        var more = changed.Quantity - live.Order.Quantity;
        if (more > 0)
        {
            var (listing, asked) = (_listings[intent.Instrument], intent with { Quantity = more, ReferencePrice = limitPrice ?? intent.ReferencePrice });
            var decision = _risk.Check(listing.Index, asked, ContextOf(listing, asked, now));
            if (!decision.IsAllowed) return $"{decision.Code}: {decision.Reason}";
            _risk.Release(listing.Index, asked, more, OnlyReduces(asked));
        }

        var generation = _terms.Capabilities.ClientIdForm(ClientOrderId.ForRequest(_terms.Account, $"{live.Order.VenueClientId}\nreplaced"));
        Decide(live, new OrderReplaceRequested(order, generation, quantity, limitPrice, stopPrice, now));
        live.NotBefore = now;
        return null;
    }

    /// <summary>
    /// Submits what is approved and nothing holds back any more; what has waited too long, or a switch stops, is denied. To be called before every
    /// commit, so that an order that may leave at once is approved and submitted in one.
    /// </summary>
    /// <param name="most">Orders that may be submitted, which bounds what is on its way at one time.</param>
    public void Release(int most, DateTimeOffset now)
    {
        SettleStatement(now);
        Stop(now);
        Flatten(now);
        CloseAgain(now);
        TendGroups(now);
        TendExecutions(now);
        foreach (var live in _orders.Values.Where(o => o.Order.Status == OrderStatus.Approved).ToList())
        {
            var order = live.Order;
            if (order.CancelReason is { } reason)
            {
                Decide(live, new OrderCanceled(order.Id, reason, now));
                continue;
            }

            // An exit waits: it is wanted as long as there is something to close.
            var isExit = order.Intent.Leg is not null;
            if (isExit && live.NotBefore <= now) live.NotBefore = DateTimeOffset.MinValue;
            if (isExit && (StoppedBy(order) is not null || !IsNext(live, now))) continue;

            if ((HeldBackBecause(live) ?? (live.NotBefore > now ? "it did not get away" : null) ?? TooFast(live, now)) is { } why)
            {
                if (!isExit && now - (order.ApprovedAt ?? order.Intent.At) > _terms.MostWait)
                    GetTooOld(live, $"It could not leave for {_terms.MostWait.TotalSeconds:0} s: {why}.", now);
                continue;
            }

            // What protects what has traded since a strategy wanted to close gives way before that leaves.
            if (live.Working is { IsExit: false } working && Unprotect(working, now) && HeldBackBecause(live) is not null) continue;
            if (isExit ? !Fit(live, now) : order.Intent.ReduceOnly && !Reduce(live, now)) continue;
            if (most-- <= 0) return;
            StopAtZero(live, now);
            Decide(live, new OrderSubmitted(order.Id, now) { VenueClientId = _terms.Capabilities.ClientIdForm(order.Id) });
            live.IsToBeSent = true;
            live.NotBefore = now;
            if (_risk.Limits.Account.OrdersPerSecond is not null) (_left ??= new RateWindow()).Add(now.ToUnixTimeMilliseconds());
        }
    }

    /// <summary>
    /// What is to be done at the venue now. Each is given out once, and again only after its answer was told. Only to be called
    /// when all <see cref="Events"/> are committed.
    /// </summary>
    public IReadOnlyList<AccountWork> TakeWork(DateTimeOffset now)
    {
        _tookWorkAt = now;
        var work = new List<AccountWork>();
        foreach (var live in _orders.Values)
        {
            if (live.IsBusy || live.NotBefore > now || WorkOf(live, now) is not { } next) continue;

            live.IsBusy = true;
            work.Add(next);
        }

        if (WantsStatement(now))
        {
            // What asks for another while this one is on its way wants what is so later.
            (_isReconciling, _nextStatementAt) = (true, null);
            work.Add(new AccountWork.Reconcile([.. _bySymbol.Keys], (_provenAt ?? now) - _terms.Overlap));
        }

        return work;
    }

    /// <summary>
    /// When there is work that was not to be done yet when <see cref="TakeWork"/> was last called; null where only something new
    /// can bring any.
    /// </summary>
    public DateTimeOffset? NextWorkAt()
    {
        // What cannot be taken now is no reason to wake: it comes with what makes it possible.
        var next = Earliest(CanAskForStatement ? _nextStatementAt : null, Earliest(_nextValuationAt, Earliest(NextActionAt(), Earliest(NextClosingAt(), Earliest(NextCloseAgainAt(), NextSliceAt())))));
        foreach (var live in _orders.Values)
        {
            if (!live.IsBusy && HasWork(live)) next = Earliest(next, live.NotBefore);
            var due = live.NotBefore > _tookWorkAt ? live.NotBefore : WaitsUntil(live);
            if (live.Order.Status == OrderStatus.Approved && due > _tookWorkAt) next = Earliest(next, due);
        }

        return next;
    }

    private static DateTimeOffset? Earliest(DateTimeOffset? one, DateTimeOffset? other) => other is null || one < other ? one : other;

    /// <summary>Whether <see cref="WorkOf"/> has something.</summary>
    private bool HasWork(LiveOrder live)
    {
        var order = live.Order;
        if (order.Status == OrderStatus.Submitted && live.IsToBeSent) return true;
        if (order.Status == OrderStatus.Unknown || live.IsInDoubt || live.IsMissingFills) return order.SubmittedAt is not null;
        return live.WorksAs is not null || (order.Status is OrderStatus.Accepted or OrderStatus.PartiallyFilled && (order.CancelReason is not null || (order.Change is not null && IsProven)));
    }

    private ClientOrderId RequestOf(string key, InstrumentId instrument) => ClientOrderId.ForRequest(_terms.Account, $"{key}\n{instrument}");

    private void Close(string key, Listing listing, DateTimeOffset now)
    {
        var held = _portfolio.Position(listing.Index).Quantity;
        var closing = _orders.Values.Where(o => o.Order.Intent.Closes && o.Order.Intent.Instrument == listing.Instrument.Id && !o.Order.Status.IsFinal()).Sum(o => o.Order.Leaves);
        var quantity = AsOneOrder(listing, Math.Max(0, Math.Abs(held) - closing));
        if (quantity > 0) PlaceToMarket(key, listing, -decimal.Sign(held) * quantity, Closing, closes: true, now);
    }

    private void PlaceToMarket(string key, Listing listing, decimal change, string strategy, bool closes, DateTimeOffset now) => Place(
        new OrderIntent(
            RequestOf(key, listing.Instrument.Id),
            _terms.Account,
            strategy,
            listing.Instrument.Id,
            change > 0 ? OrderSide.Buy : OrderSide.Sell,
            Math.Abs(change),
            OrderType.Market,
            listing.PricedAt is null ? 0 : _portfolio.LastPrice(listing.Index),
            SignalId: null,
            now)
        {
            ReduceOnly = closes,
            Closes = closes,
            TimeInForce = MarketTime,
        },
        asksRisk: !closes,
        now);

    private RiskContext ContextOf(Listing listing, OrderIntent intent, DateTimeOffset now) => new(
        now.ToUnixTimeMilliseconds(),
        listing.PricedAt is null ? null : _portfolio.LastPrice(listing.Index),
        listing.PricedAt?.ToUnixTimeMilliseconds() ?? 0,
        MarketOf(listing, now),
        (long?)ClockSkew?.TotalMilliseconds,
        OnlyReduces(intent));

    /// <summary>As <see cref="Cancel"/>, of this order alone.</summary>
    private void TakeBack(LiveOrder live, string reason, DateTimeOffset now)
    {
        var order = live.Order;
        if (order.Status.IsFinal() || order.CancelReason is not null) return;

        if (order.Status is OrderStatus.Requested or OrderStatus.Approved) Decide(live, new OrderCanceled(order.Id, reason, now));
        else Decide(live, new OrderCancelRequested(order.Id, reason, now));
        live.NotBefore = now;
    }

    private AccountWork? WorkOf(LiveOrder live, DateTimeOffset now)
    {
        var order = live.Order;
        if (order.Status == OrderStatus.Submitted && live.IsToBeSent)
        {
            live.IsToBeSent = false;
            live.SentAt = now;
            return new AccountWork.Place(order.Id, ToVenue(order)) { Intent = order.Intent, Under = _switches };
        }

        if (order.Status == OrderStatus.Unknown || live.IsInDoubt || live.IsMissingFills)
        {
            if (order.SubmittedAt is not { } submitted) return null;
            live.AskedAt = now;
            return new AccountWork.Lookup(order.Id, RefToAsk(live), live.IsMissingFills ? submitted - _terms.Overlap : null);
        }

        if (live.WorksAs is { } works) return new AccountWork.Cancel(order.Id, RefOf(order) with { VenueOrderId = works });
        if (order.Status is not (OrderStatus.Accepted or OrderStatus.PartiallyFilled)) return null;
        if (order.CancelReason is not null) return new AccountWork.Cancel(order.Id, RefOf(order));
        // At a venue that makes an order of it, it is one that leaves.
        if (order.Change is not { } change || !IsProven) return null;

        live.SentAt = now;
        return new AccountWork.Replace(order.Id, RefOf(order), new VenueOrderChange(change.VenueClientId, change.Quantity, change.LimitPrice, change.StopPrice, order.Filled));
    }

    /// <summary>An order that has not left by then is not wanted any more; null where it waits for another, or not at all.</summary>
    private DateTimeOffset? WaitsUntil(LiveOrder live) =>
        live.Order is { Status: OrderStatus.Approved, Intent.After: null } order ? (order.ApprovedAt ?? order.Intent.At) + _terms.MostWait : null;

    /// <summary>Why an order cannot leave whatever risk says; null where it can.</summary>
    private (string Code, string Reason)? Refusal(OrderIntent intent)
    {
        if (!_listings.TryGetValue(intent.Instrument, out var listing))
            return ("unknown_instrument", $"{_terms.Venue} lists no {intent.Instrument}.");

        var capabilities = _terms.Capabilities;
        if (!capabilities.Takes(intent.Type, intent.TimeInForce))
            return ("unsupported_order", $"{_terms.Venue} takes no {intent.Type} order {intent.TimeInForce}.");
        if (intent.PostOnly && !capabilities.CanPostOnly) return ("unsupported_order", $"{_terms.Venue} takes no post-only order.");

        if (intent.Quantity > 0 && capabilities.WhyNot(ToVenue(new Order(intent))) is { } unsupported) return ("unsupported_order", unsupported);
        if (intent.Quantity > 0 && listing.Terms.WhyNot(ToVenue(new Order(intent)), intent.ReferencePrice > 0 ? intent.ReferencePrice : null) is { } why)
            return ("venue_rules", why);

        // What a strategy closes may be on its way yet.
        return intent is { ReduceOnly: true, After: null, SignalId: null } && WhyNotToReduce(intent) is { } tooMuch ? ("nothing_to_reduce", tooMuch) : null;
    }

    /// <summary>Why an order would do more than reduce what is held, with what else reduces it; null where it would not. What closes everything asks for nobody else.</summary>
    private string? WhyNotToReduce(OrderIntent intent)
    {
        var held = _portfolio.Position(_listings[intent.Instrument].Index).Quantity;
        var closable = decimal.Sign(held) == (intent.Side == OrderSide.Sell ? 1 : -1) ? Math.Abs(held) : 0;
        var others = intent.Closes ? 0 : _orders.Values.Select(o => o.Order)
            .Where(o => o.Intent is { ReduceOnly: true, SignalId: null, Leg: null } other && other.Instrument == intent.Instrument && other.Side == intent.Side)
            .Where(o => !o.Status.IsFinal() && !o.Id.Equals(intent.OrderId))
            .Sum(o => o.Leaves);
        return intent.Quantity <= closable - others ? null
            : string.Create(CultureInfo.InvariantCulture, $"{intent.Quantity} would be more than what is held ({held}), of which other orders close {others}.");
    }

    /// <summary>Why nothing of an order's instrument, or of the account, may leave now; null where it may.</summary>
    private string? HeldBackBecause(LiveOrder live)
    {
        var order = live.Order;
        var instrument = order.Intent.Instrument;
        if (HeldBackBecause(instrument) is { } why) return why;

        foreach (var other in _orders.Values)
        {
            if (other.Order.Intent.Instrument != instrument) continue;

            // What closes a position is for what is held once nothing else can trade any more.
            if (order.Intent is { ReduceOnly: true, Leg: null } && other.Order.CancelReason is not null && !other.Order.Status.IsFinal())
                return $"order {other.Order.Id} is being taken back";
            if (IsInTheWay(other, live)) return $"order {other.Order.Id} is not done";
            if (ClosesFor(other, live)) return $"order {other.Order.Id} closes what is held";
        }

        return null;
    }

    /// <summary>
    /// What is held is closed once: who counts on it waits for what another order leaves of it that closes everything, and of two of
    /// those the second for the first to have left.
    /// </summary>
    private static bool ClosesFor(LiveOrder other, LiveOrder live) =>
        other != live && other.Order.Intent.Closes && !other.Order.Status.IsFinal() &&
        (live.Order.Intent.Closes ? other.Order.Status != OrderStatus.Approved : live.Order.Intent.ReduceOnly || live.Working is not null);

    /// <summary>As above, of whatever order.</summary>
    private string? HeldBackBecause(InstrumentId instrument)
    {
        if (!IsProven) return GatedBecause;

        foreach (var other in _orders.Values)
        {
            if (other.Order.Intent.Instrument == instrument && other.Order.Status == OrderStatus.Unknown) return $"whether order {other.Order.Id} is at the venue is unknown";
        }

        var symbol = _listings[instrument].Terms.Symbol;
        foreach (var drift in _drifts.Values)
        {
            if (drift.Kind is DriftKind.Position or DriftKind.ForeignFill && drift.Subject == symbol) return $"drift {drift.DriftId} of {symbol} is not resolved";
        }

        return null;
    }

    /// <summary>An order that could not leave for long opens nothing any more; what closes is for what is held by the time it leaves.</summary>
    private void GetTooOld(LiveOrder live, string reason, DateTimeOffset now)
    {
        var (order, closable) = (live.Order, ClosableBy(live));
        if (OnlyOpens(live)) Decide(live, new OrderDenied(order.Id, "waited_too_long", reason, now));
        else if (closable > 0 && closable < order.Quantity) Decide(live, new OrderResized(order.Id, closable, $"it is too late to open more. {reason}", now));
    }

    /// <summary>Nothing waits to be closed by it. What waits for another order comes with that one.</summary>
    private static bool OnlyOpens(LiveOrder live) => live.Order.Intent is { ReduceOnly: false, After: null } && ClosableBy(live) == 0;

    /// <summary>How much of what its strategy holds an order may close; 0 of one that is no strategy's.</summary>
    private static decimal ClosableBy(LiveOrder live) =>
        live.Working is { } working && decimal.Sign(working.Book.Held) == (working.IsBuy ? -1 : 1) ? Math.Min(Math.Abs(working.Book.Held), live.Order.Quantity) : 0;

    /// <summary>Where the venue takes no order through zero, one at the market is for what is held, and another one opens the rest.</summary>
    private void StopAtZero(LiveOrder live, DateTimeOffset now)
    {
        var order = live.Order;
        var held = _portfolio.Position(_listings[order.Intent.Instrument].Index).Quantity;
        var beyond = order.Quantity - Math.Abs(held);
        if (_terms.Capabilities.CanCrossZero || order.Intent.Type != OrderType.Market || beyond <= 0 || decimal.Sign(held) != (order.Intent.Side == OrderSide.Buy ? -1 : 1)) return;

        Decide(live, new OrderResized(order.Id, Math.Abs(held), $"{_terms.Venue} takes no order through zero", now)
        {
            // Of a slice the plan sends what is left.
            ThenOpen = order.Intent.Execution is null ? (order.ThenOpen ?? 0) + beyond : null,
        });
    }

    /// <summary>Makes an order that is to close no more than what is held by now; false where that is nothing.</summary>
    private bool Reduce(LiveOrder live, DateTimeOffset now)
    {
        var order = live.Order;
        var held = live.Working?.Book.Held ?? _portfolio.Position(_listings[order.Intent.Instrument].Index).Quantity;
        var closable = decimal.Sign(held) == (order.Intent.Side == OrderSide.Sell ? 1 : -1) ? Math.Abs(held) : 0;
        // What has been opened with exits of its own since everything was to be closed is theirs.
        if (order.Intent.Closes) closable = Math.Max(0, closable - OpenOfExits(order.Intent));
        if (closable == 0) Decide(live, new OrderCanceled(order.Id, "nothing is left to close", now));
        else if (closable < order.Quantity) Decide(live, new OrderResized(order.Id, closable, "no more is held", now));
        return closable > 0;
    }

    /// <summary>How much of what is held an order of its side may close, in whole lots.</summary>
    private decimal Closable(OrderIntent intent)
    {
        var listing = _listings[intent.Instrument];
        var held = _portfolio.Position(listing.Index).Quantity;
        return decimal.Sign(held) == (intent.Side == OrderSide.Sell ? 1 : -1) ? listing.Instrument.FloorQuantity(Math.Abs(held)) : 0;
    }

    private VenueOrder ToVenue(Order order)
    {
        var (intent, capabilities) = (order.Intent, _terms.Capabilities);
        return new VenueOrder(
            order.VenueClientId ?? capabilities.ClientIdForm(order.Id),
            _listings[intent.Instrument].Terms.Symbol,
            intent.Side,
            intent.Type,
            intent.TimeInForce,
            order.Quantity,
            order.LimitPrice,
            order.StopPrice,
            intent.TrailBy,
            intent.PostOnly,
            intent.ReduceOnly && capabilities.CanReduceOnly);
    }

    /// <summary>What stands in its place and was not seen yet goes first, then what has fills that are missing.</summary>
    private VenueOrderRef RefToAsk(LiveOrder live)
    {
        var current = RefOf(live.Order);
        if (live.ReplacedBy is { } by) return current with { VenueOrderId = by };
        if (live is { IsChangeAwaited: true, Order.ChangedAs: { } changed }) return current with { ClientId = changed, VenueOrderId = null };

        var asked = live.MissingAs ?? live.Waiting.Find(e => live.MostFilledAs(e.VenueOrderId) is null)?.VenueOrderId;
        var wanted = live.Order.Earlier.Find(e => e.VenueOrderId == asked) is { } earlier
            ? current with { ClientId = earlier.VenueClientId, VenueOrderId = earlier.VenueOrderId }
            : current;

        // Our own id is nobody else's, unless what took its place kept it.
        var names = live.Order.Earlier.Select(e => e.VenueClientId).Append(current.ClientId);
        return names.Count(n => n == wanted.ClientId) == 1 ? wanted with { VenueOrderId = null } : wanted;
    }

    private VenueOrderRef RefOf(Order order) => new(_listings[order.Intent.Instrument].Terms.Symbol, order.VenueClientId!, order.VenueOrderId);

    /// <summary>The time in force of a market order that the venue takes: it is done at once whatever it says.</summary>
    private TimeInForce MarketTime =>
        _terms.Capabilities.OrderTypes.TryGetValue(OrderType.Market, out var times) && times.Count > 0 ? times[0] : TimeInForce.Gtc;
}

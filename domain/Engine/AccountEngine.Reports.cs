using AlgoStack.Trading.Accounts;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Venues;

namespace AlgoStack.Engine;

/// <content>
/// What venues say of orders. A fill is booked once, by its id, and only while the venue's own sum of what has filled has room for
/// it: two ways of asking may name one fill by two ids. What the sum has and the fills do not is asked for.
/// </content>
public sealed partial class AccountEngine
{
    /// <summary>After so many answers that lack a fill which the venue's sum has, it is booked at the price that the sum tells.</summary>
    private const int MostAsked = 6;

    /// <summary>Takes what came of <see cref="AccountWork.Place"/>.</summary>
    public void OnPlaced(ClientOrderId order, PlaceResult result, DateTimeOffset now)
    {
        var live = _orders[order];
        live.IsBusy = false;
        switch (result)
        {
            case PlaceResult.Accepted accepted:
                See(live, accepted.Order, now);
                break;

            // The venue has spoken of it already: then it is there, whatever this answer says.
            case not PlaceResult.Accepted when live.Order.Status != OrderStatus.Submitted:
                break;
            case PlaceResult.Refused refused:
                Decide(live, new OrderRejected(order, refused.Error.ToString(), now));
                break;
            case PlaceResult.AlreadyPlaced placed:
                BecomeUnknown(live, $"the venue has one of this id: {placed.Error}", now);
                break;
            case PlaceResult.OutcomeUnknown unknown:
                BecomeUnknown(live, unknown.Reason, now);
                break;
            case PlaceResult.NotSent notSent when now - live.Order.SubmittedAt > _terms.MostWait:
                Decide(live, new OrderDenied(order, "not_sent", notSent.Reason, now));
                break;
            case PlaceResult.NotSent notSent:
                live.IsToBeSent = true;
                live.SentAt = null;
                Pause(live, now, notSent.RetryAfter);
                break;
        }
    }

    /// <summary>Takes what came of <see cref="AccountWork.Cancel"/>. Only the venue's word on the order says that it is canceled.</summary>
    public void OnCancelAnswered(ClientOrderId order, ChangeResult result, DateTimeOffset now)
    {
        var live = _orders[order];
        live.IsBusy = false;
        if (live.Order.Status.IsFinal()) return;

        switch (result)
        {
            case ChangeResult.Taken { Order: { } seen }:
                See(live, seen, now);
                break;
            case ChangeResult.Refused { Error.Category: not (BrokerErrorCategory.OrderNotFound or BrokerErrorCategory.OrderNotCancelable or BrokerErrorCategory.RateLimited or BrokerErrorCategory.OutcomeUnknown) } refused:
                Decide(live, new OrderCancelRefused(order, refused.Error.ToString(), now));
                return;
        }

        // Until the order is seen to be done, the venue is asked where it stands.
        if (!live.Order.Status.IsFinal()) Doubt(live, now);
    }

    /// <summary>Takes what came of <see cref="AccountWork.Replace"/>.</summary>
    public void OnReplaceAnswered(ClientOrderId order, ChangeResult result, DateTimeOffset now)
    {
        var live = _orders[order];
        live.IsBusy = false;
        if (live.Order.Status.IsFinal() || live.Order.Change is not { } change) return;

        switch (result)
        {
            case ChangeResult.Taken { Order: { } seen }:
                Replaced(live, change, seen, now);
                break;
            case ChangeResult.Refused refused:
                Decide(live, new OrderReplaceRefused(order, refused.Error.ToString(), now));
                Doubt(live, now);
                break;
            default:
                Doubt(live, now);
                break;
        }
    }

    /// <summary>Takes what came of <see cref="AccountWork.Lookup"/>.</summary>
    /// <param name="executions">Of the account since the order was submitted, where they were asked for.</param>
    public void OnLookup(ClientOrderId order, OrderLookup lookup, IReadOnlyList<Execution> executions, DateTimeOffset now)
    {
        var live = _orders[order];
        live.IsBusy = false;
        switch (lookup)
        {
            case OrderLookup.Found found:
                live.IsInDoubt = false;
                var missing = live.IsMissingFills;
                See(live, found.Order, now, executions.Where(e => IsOf(live, e)));
                if (live.IsMissingFills && missing && live.Asked >= MostAsked) BookTheRest(live, found.Order, now);
                if (live.IsMissingFills || live.IsInDoubt || live.Order.Status == OrderStatus.Unknown) Pause(live, now);
                else Settled(live, now);
                break;
            case OrderLookup.NotFound:
                NotFound(live, now);
                break;
            default:
                live.IsInDoubt = true;
                Pause(live, now);
                break;
        }

        SettleStatement(now);
    }

    /// <summary>Takes what the venue says of an order by itself.</summary>
    public void OnReport(OrderSnapshot seen, DateTimeOffset now)
    {
        if (Find(seen.VenueOrderId, seen.ClientOrderId) is { } live) See(live, seen, now);
        else Foreign(seen, now);
        SettleStatement(now);
    }

    private void NotFound(LiveOrder live, DateTimeOffset now)
    {
        var order = live.Order;
        if (order.VenueOrderId is not null)
        {
            // It was there. A venue that has forgotten an order says nothing about what became of it.
            if (order.Status != OrderStatus.Unknown && !order.Status.IsFinal())
                Decide(live, new OrderBecameUnknown(order.Id, "the venue does not know the order that it had accepted", now));
            live.IsInDoubt = !order.Status.IsFinal();
            Pause(live, now);
            return;
        }

        var sent = live.SentAt ?? order.SubmittedAt!.Value;
        if (now - sent < _terms.Capabilities.SettleTime)
        {
            live.IsInDoubt = true;
            live.NotBefore = sent + _terms.Capabilities.SettleTime;
            return;
        }

        live.IsInDoubt = false;
        if (order.Status == OrderStatus.Unknown) Decide(live, new OrderReconciled(order.Id, IsAtVenue: false, "the venue has no such order", now));
        if (order.CancelReason is { } reason) Decide(live, new OrderCanceled(order.Id, reason, now));
        else if (now - order.Intent.At > _terms.MostWait && live.Order.Status == OrderStatus.Approved)
            Decide(live, new OrderDenied(order.Id, "waited_too_long", "It never arrived at the venue, and is too old to be sent again.", now));
        live.Asked = 0;
    }

    /// <summary>Takes an order as the venue shows it, with the fills that are at hand.</summary>
    private void See(LiveOrder live, OrderSnapshot seen, DateTimeOffset now, IEnumerable<Execution>? executions = null)
    {
        // The order in its place, or the one that it took the place of.
        if (live.Order.Change is { } change && seen.ClientOrderId == change.VenueClientId) Replaced(live, change, seen, now);
        if (live.Order.VenueOrderId is { } known && known != seen.VenueOrderId && seen.Status == VenueOrderStatus.Replaced) return;

        if (live.Order.Status is OrderStatus.Submitted or OrderStatus.Unknown or OrderStatus.Approved) FirstWord(live, seen, now);
        live.MostFilled = Math.Max(live.MostFilled, seen.Filled);
        BookFills(live, [.. seen.Executions, .. executions ?? []], now);

        if (live.IsMissingFills)
        {
            if (seen.Status.IsFinal()) live.LastWord = seen;
            return;
        }

        LastWord(live, live.LastWord ?? seen, now);
    }

    /// <summary>The venue has it: what was unknown is known.</summary>
    private void FirstWord(LiveOrder live, OrderSnapshot seen, DateTimeOffset now)
    {
        var id = live.Order.Id;
        if (live.Order.Status == OrderStatus.Unknown) Decide(live, new OrderReconciled(id, IsAtVenue: true, $"the venue has it as {seen.VenueOrderId}, {seen.Status}", now));
        live.IsToBeSent = false;
        if (seen.Status == VenueOrderStatus.Rejected && seen.Filled == 0) return;
        if (live.Order.VenueOrderId is null) Decide(live, new OrderAccepted(id, seen.VenueOrderId, now));
    }

    private void LastWord(LiveOrder live, OrderSnapshot seen, DateTimeOffset now)
    {
        var order = live.Order;
        live.LastWord = null;
        if (order.Status.IsFinal()) return;

        // What is told late must not undo what was told since.
        if (seen.Filled < order.Filled)
        {
            if (seen.Status.IsFinal()) Doubt(live, now);
            return;
        }

        var reason = seen.Reason ?? "the venue says so";
        switch (seen.Status)
        {
            case VenueOrderStatus.Rejected:
                Decide(live, new OrderRejected(order.Id, reason, now));
                break;
            case VenueOrderStatus.Canceled:
                Decide(live, new OrderCanceled(order.Id, order.CancelReason ?? reason, now));
                break;
            case VenueOrderStatus.Expired:
                Decide(live, new OrderExpired(order.Id, reason, now));
                break;
            case VenueOrderStatus.Filled:
                Decide(live, new OrderCanceled(order.Id, $"the venue calls it filled at {seen.Filled} of {order.Quantity}", now));
                break;
            case VenueOrderStatus.Unknown:
                Decide(live, new OrderBecameUnknown(order.Id, $"the venue's word for where it stands is not known{(seen.Reason is null ? "" : $": {seen.Reason}")}", now));
                break;
            case VenueOrderStatus.Replaced when order.VenueOrderId == seen.VenueOrderId:
                Doubt(live, now);
                break;
        }

        if (live.Order.Status.IsFinal()) Ended(live, now);
    }

    private void Replaced(LiveOrder live, OrderReplaceRequested change, OrderSnapshot seen, DateTimeOffset now) => Decide(
        live,
        new OrderReplaced(
            live.Order.Id,
            seen.VenueOrderId,
            seen.ClientOrderId ?? change.VenueClientId,
            change.Quantity ?? live.Order.Quantity,
            change.LimitPrice ?? live.Order.LimitPrice,
            change.StopPrice ?? live.Order.StopPrice,
            now));

    private void BookFills(LiveOrder live, IEnumerable<Execution> executions, DateTimeOffset now)
    {
        var fills = live.Waiting.Concat(executions).DistinctBy(e => e.TradeId, StringComparer.Ordinal).OrderBy(e => e.At).ToList();
        live.Waiting.Clear();
        foreach (var fill in fills)
        {
            if (live.Order.TradeIds.Contains(fill.TradeId)) continue;
            if (live.Order.Filled + fill.Quantity > live.MostFilled) live.Waiting.Add(fill);
            else Book(live, fill, now);
        }

        // What is complete has no more room for anything.
        if (!live.IsMissingFills && live.Order.Status.IsFinal()) live.Waiting.Clear();
    }

    private void Book(LiveOrder live, Execution fill, DateTimeOffset now)
    {
        var order = live.Order;
        var listing = _listings[order.Intent.Instrument];
        var currency = listing.Instrument.Currency;
        var isOwnFee = fill.Fee is not { } fee || fee == 0 || fill.FeeAsset is null || fill.FeeAsset == currency;
        var filled = new OrderFilled(
            order.Id,
            fill.TradeId,
            fill.Quantity,
            fill.Price,
            isOwnFee ? fill.Fee ?? 0 : 0,
            Math.Max(order.Quantity - order.Filled - fill.Quantity, 0),
            fill.At)
        {
            Fee = isOwnFee ? null : fill.Fee,
            FeeAsset = isOwnFee ? null : fill.FeeAsset,
        };
        var cash = _portfolio.Cash(currency);
        _bookedAt = now;
        if (_statement is not null) _missedFills++;
        Decide(live, filled);
        Events.Add(_portfolio.Book(listing.Index, order.Intent.Side, filled));
        Move(currency, _portfolio.Cash(currency) - cash, "fill", order.Id, fill.TradeId, fill.At);
        if (!isOwnFee && fill.FeeAsset != InstrumentNaming.BaseAsset(listing.Instrument))
        {
            _portfolio.Restore(fill.FeeAsset!, _portfolio.Cash(fill.FeeAsset!) - fill.Fee!.Value);
            Move(fill.FeeAsset!, -fill.Fee.Value, "fill", order.Id, fill.TradeId, fill.At);
        }

        if (live.Order.Filled > live.Order.Quantity) Decide(live, new OrderOverfilled(order.Id, live.Order.Filled - live.Order.Quantity, now));
        if (live.Order.Intent.OneCancelsOther is { } group) CancelOthers(live, group, now);
        if (live.Order.Status == OrderStatus.Filled) Ended(live, now);
    }

    /// <summary>The venue's sum says that more has filled than it has fills for: what is missing is booked at the price that makes its average.</summary>
    private void BookTheRest(LiveOrder live, OrderSnapshot seen, DateTimeOffset now)
    {
        if (seen.AveragePrice is not { } average || seen.Filled != live.MostFilled) return;

        var quantity = seen.Filled - live.Order.Filled;
        var price = ((average * seen.Filled) - live.Order.FilledValue) / quantity;
        if (price <= 0) return;

        live.Waiting.Clear();
        Book(
            live,
            new Execution(
                Execution.OfCumulative(seen.VenueOrderId, seen.Filled), seen.VenueOrderId, seen.ClientOrderId, seen.Symbol, live.Order.Intent.Side, quantity, price, null, null, seen.Filled, now),
            now);
        LastWord(live, live.LastWord ?? seen, now);
    }

    private void Move(string currency, decimal amount, string cause, ClientOrderId? order, string? trade, DateTimeOffset at) =>
        Events.Add(new CashMoved(_terms.Account, currency, amount, _portfolio.Cash(currency), cause, order, trade, at));

    private void CancelOthers(LiveOrder live, string group, DateTimeOffset now)
    {
        foreach (var other in _orders.Values.Where(o => o != live && o.Order.Intent.OneCancelsOther == group).ToList())
            Cancel(other.Order.Id, "the other of the group traded", now);
    }

    private static void Ended(LiveOrder live, DateTimeOffset now)
    {
        live.IsInDoubt = false;
        live.NotBefore = now;
    }

    private void BecomeUnknown(LiveOrder live, string reason, DateTimeOffset now)
    {
        Decide(live, new OrderBecameUnknown(live.Order.Id, reason, now));
        live.NotBefore = now;
    }

    private void Doubt(LiveOrder live, DateTimeOffset now)
    {
        live.IsInDoubt = true;
        Pause(live, now);
    }

    private void Pause(LiveOrder live, DateTimeOffset now, TimeSpan? atLeast = null)
    {
        var pause = TimeSpan.FromTicks(Math.Min(_terms.FirstPause.Ticks << Math.Min(live.Asked, 20), _terms.LongestPause.Ticks));
        live.Asked++;
        live.NotBefore = now + (atLeast > pause ? atLeast.Value : pause);
    }

    private static void Settled(LiveOrder live, DateTimeOffset now)
    {
        live.Asked = 0;
        live.NotBefore = now;
    }

    private static bool IsOf(LiveOrder live, Execution execution) =>
        execution.VenueOrderId == live.Order.VenueOrderId || (execution.ClientOrderId is { } id && id == live.Order.VenueClientId);
}

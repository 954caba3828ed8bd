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
                if (refused.Error.Category is BrokerErrorCategory.AuthInvalid or BrokerErrorCategory.BadSignature or BrokerErrorCategory.SessionExpired or BrokerErrorCategory.Blocked)
                    OnGap($"the venue does not let us in: {refused.Error}", now);
                break;
            case PlaceResult.AlreadyPlaced placed:
                BecomeUnknown(live, $"the venue has one of this id: {placed.Error}", now);
                break;
            case PlaceResult.OutcomeUnknown unknown:
                live.SentAt = now;
                BecomeUnknown(live, unknown.Reason, now);
                break;
            case PlaceResult.NotSent notSent:
                // It may leave as if it had never been tried: when the account is proven, and nothing stops it.
                Decide(live, new OrderReconciled(order, IsAtVenue: false, $"it was not sent: {notSent.Reason}", now));
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
        if (live.Order.Status.IsFinal() && live.WorksAs is null) return;

        switch (result)
        {
            case ChangeResult.Taken { Order: { } seen }:
                See(live, seen, now);
                break;
            case ChangeResult.Refused { Error.Category: not (BrokerErrorCategory.OrderNotFound or BrokerErrorCategory.OrderNotCancelable or BrokerErrorCategory.RateLimited or BrokerErrorCategory.OutcomeUnknown) } refused:
                Decide(live, new OrderCancelRefused(order, refused.Error.ToString(), now));
                Pause(live, now);
                return;
        }

        // Until the order is seen to be done, the venue is asked where it stands.
        if (!live.Order.Status.IsFinal() || live.WorksAs is not null) Doubt(live, now);
    }

    /// <summary>Takes what came of <see cref="AccountWork.Replace"/>.</summary>
    public void OnReplaceAnswered(ClientOrderId order, ChangeResult result, DateTimeOffset now)
    {
        var live = _orders[order];
        live.IsBusy = false;
        if (live.Order.Status.IsFinal() || live.Order.Change is null) return;

        switch (result)
        {
            // It only got as far as the cancel.
            case ChangeResult.Taken { Order: { } seen } when seen.VenueOrderId == live.Order.VenueOrderId && seen.Status.IsFinal():
                Decide(live, new OrderReplaceRefused(order, seen.Reason ?? "the venue canceled it instead", now));
                See(live, seen, now);
                break;
            case ChangeResult.Taken { Order: { } seen }:
                if (!live.Order.WasEarlier(seen.VenueOrderId)) Replaced(live, seen, now);
                See(live, seen, now);
                break;
            case ChangeResult.Refused refused:
                Decide(live, new OrderReplaceRefused(order, refused.Error.ToString(), now));
                Doubt(live, now);
                break;
            default:
                live.SentAt = now;
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
                if (!live.Order.WasEarlier(found.Order.VenueOrderId)) live.IsInDoubt = false;
                var missing = live.IsMissingFills;
                See(live, found.Order, now, executions.Where(e => Find(e) == live));
                if (WorksThere(live, found.Order)) TakeBackThere(live, found.Order, now);
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
    }

    /// <summary>Takes what the venue says of an order by itself.</summary>
    public void OnReport(OrderSnapshot seen, DateTimeOffset now)
    {
        if (Find(seen) is { } live) See(live, seen, now);
        else Foreign(seen, now);
    }

    private void NotFound(LiveOrder live, DateTimeOffset now)
    {
        var order = live.Order;
        if (live.IsChangeAwaited)
        {
            ChangeNotFound(live, now);
            return;
        }

        if (order.Status.IsFinal() && !live.IsMissingFills)
        {
            (live.IsInDoubt, live.WorksAs) = (false, null);
            Settled(live, now);
            return;
        }

        if (order.VenueOrderId is not null)
        {
            // It was there. A venue that has forgotten an order says nothing about what became of it.
            if (order.Status != OrderStatus.Unknown && !order.Status.IsFinal())
                Decide(live, new OrderBecameUnknown(order.Id, "the venue does not know the order that it had accepted", now));
            live.IsInDoubt = !order.Status.IsFinal();
            Pause(live, now);
            return;
        }

        if (MayArrive(live, order.SubmittedAt!.Value))
        {
            live.IsInDoubt = true;
            return;
        }

        live.IsInDoubt = false;
        if (order.Status == OrderStatus.Unknown) Decide(live, new OrderReconciled(order.Id, IsAtVenue: false, "the venue has no such order", now));
        if (order.CancelReason is { } reason) Decide(live, new OrderCanceled(order.Id, reason, now));
        else if (now - order.Intent.At > _terms.MostWait && live.Order is { Status: OrderStatus.Approved, Intent.Leg: null })
            GetTooOld(live, "It never arrived at the venue, and is too old to be sent again.", now);
        live.Asked = 0;
    }

    /// <summary>What was to take the order's place is not there. Once nothing sent can arrive any more, it never will be.</summary>
    private void ChangeNotFound(LiveOrder live, DateTimeOffset now)
    {
        live.IsInDoubt = true;
        if (live.Order.Change is { } change && MayArrive(live, change.At)) return;

        live.IsChangeAwaited = false;
        if (live.Order.Change is not null) Decide(live, new OrderReplaceRefused(live.Order.Id, "the venue has canceled the order, and none is in its place", now));
        live.NotBefore = now;
    }

    /// <summary>
    /// Whether what was sent last may have arrived since the venue was asked: then it is asked again, once nothing can arrive any more.
    /// What counts is when it was asked and not when it has answered.
    /// </summary>
    /// <param name="since">When it was sent, where this engine did not send it.</param>
    private bool MayArrive(LiveOrder live, DateTimeOffset since)
    {
        var settled = (live.SentAt ?? since) + _terms.Capabilities.SettleTime;
        if (live.AskedAt >= settled) return false;

        live.NotBefore = settled;
        return true;
    }

    /// <summary>Takes an order as the venue shows it, with the fills that are at hand.</summary>
    private void See(LiveOrder live, OrderSnapshot seen, DateTimeOffset now, IEnumerable<Execution>? executions = null)
    {
        if (IsInItsPlace(live, seen)) Replaced(live, seen, now);

        // What was given up for lost is named too, once it is seen: a fill may come that has no other name.
        if (live.Order.Status is OrderStatus.Submitted or OrderStatus.Unknown or OrderStatus.Approved || live.Order is { VenueOrderId: null, SubmittedAt: not null }) FirstWord(live, seen, now);
        live.Saw(seen.VenueOrderId, seen.Filled);
        BookFills(live, [.. seen.Executions, .. executions ?? []], now);
        if (live.Order.Change is { Quantity: { } wanted } && wanted <= live.Order.Filled && !live.IsBusy)
            Decide(live, new OrderReplaceRefused(live.Order.Id, $"{live.Order.Filled} have traded meanwhile", now));

        // Where it stands, what was replaced says no more.
        var word = live.Order.WasEarlier(seen.VenueOrderId) ? null : seen;
        if (!live.IsMissingFills)
        {
            if ((live.LastWord ?? word) is { } last) LastWord(live, last, now);
        }
        else if (word is { } final && final.Status.IsFinal())
        {
            live.LastWord = final;
        }

        // It may be an old word: the venue is asked.
        if (WorksThere(live, seen)) live.IsInDoubt |= live.WorksAs is null;
        else if (live.WorksAs == seen.VenueOrderId && seen.Status != VenueOrderStatus.Unknown) WorksNoMore(live, now);
    }

    /// <summary>The venue has an order at work that is final here: it arrived after all, or was not canceled.</summary>
    private static bool WorksThere(LiveOrder live, OrderSnapshot seen) =>
        live.Order.Status.IsFinal() && live.Order.Filled < live.Order.Quantity && !live.Order.WasEarlier(seen.VenueOrderId) && seen.Status != VenueOrderStatus.Unknown && !seen.Status.IsFinal();

    /// <summary>Nobody wants it any more: it is canceled there, and a drift says so until it is.</summary>
    private void TakeBackThere(LiveOrder live, OrderSnapshot seen, DateTimeOffset now)
    {
        (live.IsInDoubt, live.WorksAs) = (false, seen.VenueOrderId);
        Found(
            DriftKind.ForeignOrder, seen.VenueOrderId, seen.Symbol, null, $"Order {live.Order.Id} is {live.Order.Status} in the books and works at the venue as {seen.VenueOrderId}: it is being canceled there.", now);
    }

    private void WorksNoMore(LiveOrder live, DateTimeOffset now)
    {
        ResolveOwn(DriftKind.ForeignOrder, live.WorksAs!, live.Order.Id, now);
        live.WorksAs = null;
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
        if (seen.Filled < order.FilledAs(seen.VenueOrderId).Quantity)
        {
            if (seen.Status.IsFinal()) Doubt(live, now);
            return;
        }

        var reason = seen.Reason ?? "the venue says so";
        switch (seen.Status)
        {
            case VenueOrderStatus.Rejected when order.Filled == 0:
                Decide(live, new OrderRejected(order.Id, reason, now));
                break;

            // The answer to the change says what has become of it; without one, what was to take its place is asked for.
            case VenueOrderStatus.Canceled when order.Change is not null:
                if (live.IsBusy) break;
                live.IsChangeAwaited = true;
                live.IsInDoubt = true;
                live.NotBefore = now;
                break;
            case VenueOrderStatus.Rejected or VenueOrderStatus.Canceled:
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
                if (seen.ReplacedBy is { } by) Name(live, live.ReplacedBy = by);
                Doubt(live, now);
                break;
        }

        if (live.Order.Status.IsFinal()) Ended(live, now);
    }

    /// <summary>Whether it is another order than the venue had so far.</summary>
    private static bool IsInItsPlace(LiveOrder live, OrderSnapshot seen) =>
        live.Order.VenueOrderId is { } current && current != seen.VenueOrderId && !live.Order.WasEarlier(seen.VenueOrderId)
        && (seen.VenueOrderId == live.ReplacedBy || (seen.ClientOrderId is { } id && id == live.Order.ChangedAs));

    /// <summary>Another order stands in its place: as the venue shows it, whoever asked for it.</summary>
    private void Replaced(LiveOrder live, OrderSnapshot seen, DateTimeOffset now)
    {
        var (order, change) = (live.Order, live.Order.Change);
        live.IsChangeAwaited = false;
        var traded = seen.VenueOrderId == order.VenueOrderId ? 0 : order.Filled;
        Decide(
            live,
            new OrderReplaced(
                order.Id,
                seen.VenueOrderId,
                seen.ClientOrderId ?? change?.VenueClientId ?? order.VenueClientId!,
                seen.Quantity is { } own ? traded + own : change?.Quantity ?? order.Quantity,
                seen.LimitPrice ?? change?.LimitPrice ?? order.LimitPrice,
                seen.StopPrice ?? change?.StopPrice ?? order.StopPrice,
                now));
        ResolveOwn(DriftKind.ForeignOrder, seen.VenueOrderId, order.Id, now);
    }

    private void BookFills(LiveOrder live, IEnumerable<Execution> executions, DateTimeOffset now)
    {
        var fills = live.Waiting.Concat(executions).DistinctBy(e => e.TradeId, StringComparer.Ordinal).OrderBy(e => e.At).ToList();
        live.Waiting.Clear();
        foreach (var fill in fills)
        {
            if (live.Order.TradeIds.Contains(fill.TradeId)) continue;
            if (live.Order.FilledAs(fill.VenueOrderId).Quantity + fill.Quantity <= live.MostFilledAs(fill.VenueOrderId)) Book(live, fill, now);
            else live.Waiting.Add(fill);
        }

        // What is complete has no more room for anything.
        if (!live.IsMissingFills && live.Order.Status.IsFinal()) live.Waiting.Clear();
    }

    private void Book(LiveOrder live, Execution fill, DateTimeOffset now)
    {
        var order = live.Order;
        var listing = _listings[order.Intent.Instrument];
        var currency = listing.Instrument.Currency;
        var isEarlier = order.WasEarlier(fill.VenueOrderId);
        var isOwnFee = fill.Fee is not { } fee || fee == 0 || fill.FeeAsset is null || fill.FeeAsset == currency;
        var filled = new OrderFilled(
            order.Id,
            fill.TradeId,
            fill.Quantity,
            fill.Price,
            isOwnFee ? fill.Fee ?? 0 : 0,
            Math.Max(order.Quantity - order.Filled - (isEarlier ? 0 : fill.Quantity), 0),
            fill.At)
        {
            VenueOrderId = isEarlier ? fill.VenueOrderId : null,
            Fee = isOwnFee ? null : fill.Fee,
            FeeAsset = isOwnFee ? null : fill.FeeAsset,
        };
        var cash = _portfolio.Cash(currency);
        _bookedAt = now;
        listing.MovedAt = fill.At;
        MarkFirst(listing, fill.Price, fill.At);
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
        ResolveOwn(DriftKind.ForeignFill, fill.TradeId, order.Id, now);
        if (live.Working is { } working) OnTraded(live, working, listing, filled, now);
        else Follow(listing, now);
        if (live.Order.Status == OrderStatus.Filled && order.Status != OrderStatus.Filled) OpenRest(live, now);
        if (order.Intent is { OneCancelsOther: { } group, Leg: null }) CancelOthers(live, group, now);
        if (live.Order.Status == OrderStatus.Filled) Ended(live, now);
    }

    /// <summary>The venue's sum says that more has filled than it has fills for: what is missing is booked at the price that makes its average.</summary>
    private void BookTheRest(LiveOrder live, OrderSnapshot seen, DateTimeOffset now)
    {
        var (booked, value) = live.Order.FilledAs(seen.VenueOrderId);
        var quantity = seen.Filled - booked;
        if (seen.AveragePrice is not { } average || quantity <= 0 || seen.Filled != live.MostFilledAs(seen.VenueOrderId)) return;

        var price = ((average * seen.Filled) - value) / quantity;
        if (price <= 0) return;

        live.Waiting.Clear();
        Book(
            live,
            new Execution(
                Execution.OfCumulative(seen.VenueOrderId, seen.Filled), seen.VenueOrderId, seen.ClientOrderId, seen.Symbol, live.Order.Intent.Side, quantity, price, null, null, seen.Filled, now),
            now);
        if (!live.IsMissingFills && (live.LastWord ?? seen) is { } last && !live.Order.WasEarlier(last.VenueOrderId)) LastWord(live, last, now);
    }

    private void Move(string currency, decimal amount, string cause, ClientOrderId? order, string? trade, DateTimeOffset at)
    {
        _hasMoved = true;
        Events.Add(new CashMoved(_terms.Account, currency, amount, _portfolio.Cash(currency), cause, order, trade, at));
    }

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
        var pause = PauseAfter(live.Asked++);
        live.NotBefore = now + (atLeast > pause ? atLeast.Value : pause);
    }

    private TimeSpan PauseAfter(int tries) =>
        TimeSpan.FromTicks(Math.Min(_terms.FirstPause.Ticks << Math.Min(tries, 20), _terms.LongestPause.Ticks));

    private static void Settled(LiveOrder live, DateTimeOffset now)
    {
        live.Asked = 0;
        live.NotBefore = now;
    }
}

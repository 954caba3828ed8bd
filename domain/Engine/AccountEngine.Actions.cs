using System.Globalization;
using AlgoStack.Trading.Accounts;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Positions;
using AlgoStack.Trading.Venues;

namespace AlgoStack.Engine;

/// <content>
/// Splits and dividends of what the account holds at their ex-date. Each is booked once, and equity goes on as if nothing had
/// happened: what the venue pays for it later is due from the ex-date on, and becomes cash when a statement shows it.
/// </content>
public sealed partial class AccountEngine
{
    /// <summary>A venue pays whole cents.</summary>
    private const decimal Cent = 0.01m;

    private readonly Dictionary<string, LiveAction> _actions = new(StringComparer.Ordinal);

    /// <summary>
    /// Takes a split or a dividend, to be booked at its ex-date, or at once where that is past and nothing has moved since. Told
    /// twice it changes nothing. False where another of the same id was told, with other terms.
    /// </summary>
    public bool Tell(CorporateAction action, DateTimeOffset now)
    {
        if (_actions.TryGetValue(action.Id, out var known)) return known.Action == action;

        var (split, dividend) = (action as Split, action as CashDividend);
        Decide(new CorporateActionTold(_terms.Account, action.Id, action.Instrument, ExOf(action), split?.New, split?.Old, dividend?.Amount, now));
        if (IsProven) BookActions(now);
        return true;
    }

    /// <summary>Every split and dividend that was told.</summary>
    public IEnumerable<CorporateAction> Actions => _actions.Values.Select(a => a.Action);

    /// <summary>The newest word on a split or a dividend; null where none was told.</summary>
    public CorporateActionEvent? FindAction(string actionId) => _actions.TryGetValue(actionId, out var live) ? live.Newest : null;

    /// <summary>
    /// Books what has come to its ex-date. To be called before anything else of a turn: what is told later is in new shares. Where
    /// the account is not proven it waits for the fills that were missed.
    /// </summary>
    public void BookDueActions(DateTimeOffset now)
    {
        if (IsProven && NextActionAt() <= now) BookActions(now);
    }

    private static DateTimeOffset ExOf(CorporateAction action) => DateTimeOffset.FromUnixTimeMilliseconds(action.ExMs);

    private DateTimeOffset? NextActionAt()
    {
        DateTimeOffset? next = null;
        foreach (var live in _actions.Values)
        {
            if (IsProven && live.IsWaiting) next = Earliest(next, ExOf(live.Action));
        }

        return next;
    }

    private void BookActions(DateTimeOffset now)
    {
        var due = _actions.Values.Where(a => a.IsWaiting && ExOf(a.Action) <= now).Select(a => a.Action).ToList();
        due.Sort(CorporateAction.Compare);
        foreach (var action in due) Book(action, now);
    }

    private void Book(CorporateAction action, DateTimeOffset now)
    {
        var ex = ExOf(action);
        if (!_listings.TryGetValue(action.Instrument, out var listing))
        {
            Decide(new CorporateActionBooked(_terms.Account, action.Id, 0, "", 0, now));
            return;
        }

        if (listing.MovedAt > ex)
        {
            Decide(new CorporateActionDropped(
                _terms.Account, action.Id, string.Create(CultureInfo.InvariantCulture, $"The position has changed since {ex:O}: what was held then is not known any more."), now));
            return;
        }

        var (held, cash) = (_portfolio.Position(listing.Index).Quantity, _portfolio.Cash(listing.Index));
        var isOfStrategies = _risk.Holdings().Any(h => h.Instrument == listing.Index);
        if (Change(listing, action, held, ex) is { } changed)
        {
            (_bookedAt, _hasMoved, listing.MovedAt) = (now, true, ex);
            Events.Add(changed);
        }

        // Cash is what the venue has paid.
        var currency = listing.Instrument.Currency;
        var due = _portfolio.Cash(listing.Index) - cash;
        _portfolio.Restore(currency, cash);
        if (action is Split of) OnSplit(listing, of, now);
        if (isOfStrategies) TellStrategies(now);
        Decide(new CorporateActionBooked(_terms.Account, action.Id, held, currency, due, now));
        if (action is Split)
        {
            StopExecutions("split", $"it was for shares before {action.Id}", now, action.Instrument);
            CancelUnsent(action, now);
        }

        _nextStatementAt = now;
    }

    /// <summary>
    /// Books it and returns what became of the position, null where nothing was held. A price that the market has told since the
    /// ex-date is without the action already.
    /// </summary>
    private PositionEvent? Change(Listing listing, CorporateAction action, decimal held, DateTimeOffset ex)
    {
        var (index, last, isEx) = (listing.Index, _portfolio.LastPrice(listing.Index), listing.MarkedAt >= ex);
        if (isEx) _portfolio.Mark(index, (double)(action is Split of ? last * of.New / of.Old : last + ((CashDividend)action).Amount));
        _risk.OnAction(index, action);
        PositionEvent? booked = action is Split split
            ? _portfolio.Book(index, split, decimal.Sign(held) * listing.Instrument.FloorQuantity(split.Quantity(Math.Abs(held))), ex)
            : _portfolio.Book(index, (CashDividend)action, ex);
        if (isEx) _portfolio.Mark(index, (double)last);
        return booked;
    }

    /// <summary>What has not left was for old shares, at their price. What works at the venue is the venue's to cancel or to change.</summary>
    private void CancelUnsent(CorporateAction action, DateTimeOffset now)
    {
        foreach (var order in _orders.Values.Select(o => o.Order).Where(o => o.Intent.Instrument == action.Instrument && o.Status == OrderStatus.Approved).ToList())
            Cancel(order.Id, $"it was for shares before {action.Id}", now);
    }

    /// <summary>Takes as paid what a statement has beyond our books, where that is what is due of one action, or of all.</summary>
    private void TakePayments(VenueStatement statement, DateTimeOffset now)
    {
        if (_bookedAt >= statement.AskedAt || _orders.Values.Any(o => o.Order.Status == OrderStatus.Unknown || o.IsMissingFills)) return;

        foreach (var owed in _actions.Values.Where(a => a.Due != 0).GroupBy(a => a.Currency, StringComparer.Ordinal).ToList())
        {
            if (statement.Balances.FirstOrDefault(b => b.Asset == owed.Key) is not { } balance) continue;

            var more = balance.Total - _portfolio.Cash(owed.Key);
            if (more == 0) continue;
            if (owed.FirstOrDefault(a => Math.Abs(a.Due - more) <= Cent) is { } one) Pay(one, more, now);
            else if (Math.Abs(owed.Sum(a => a.Due) - more) <= Cent) PayAll([.. owed], more, now);
        }
    }

    private void PayAll(List<LiveAction> owed, decimal amount, DateTimeOffset now)
    {
        for (var i = 0; i < owed.Count; i++)
        {
            // The last has what the others leave.
            var paid = i == owed.Count - 1 ? amount : owed[i].Due;
            amount -= paid;
            Pay(owed[i], paid, now);
        }
    }

    private void Pay(LiveAction live, decimal amount, DateTimeOffset now)
    {
        _portfolio.Restore(live.Currency, _portfolio.Cash(live.Currency) + amount);
        Move(live.Currency, amount, "corporate action", null, null, now);
        Decide(new CorporateActionPaid(_terms.Account, live.Action.Id, live.Currency, amount, now));
    }

    private void Apply(CorporateActionEvent e)
    {
        if (e is CorporateActionTold told)
        {
            var exMs = told.ExAt.ToUnixTimeMilliseconds();
            CorporateAction action = told.Amount is { } amount
                ? new CashDividend(told.Instrument, exMs, amount)
                : new Split(told.Instrument, exMs, told.New!.Value, told.Old!.Value);
            _actions[told.ActionId] = new LiveAction(action, told);
            return;
        }

        var live = _actions[e.ActionId];
        live.Newest = e;
        if (e is CorporateActionBooked booked)
        {
            (live.Currency, live.Due) = (booked.Currency, booked.Due);
            if (booked.Due != 0) _portfolio.Owe(booked.Currency, booked.Due);
        }
        else if (e is CorporateActionPaid paid)
        {
            _portfolio.Owe(paid.Currency, -live.Due);
            live.Due = 0;
        }
    }

    /// <summary>A split or a dividend, and how far it has come.</summary>
    private sealed class LiveAction(CorporateAction action, CorporateActionTold told)
    {
        public CorporateAction Action { get; } = action;

        public CorporateActionEvent Newest { get; set; } = told;

        public bool IsWaiting => Newest is CorporateActionTold;

        public string Currency { get; set; } = "";

        /// <summary>What the venue has not paid yet.</summary>
        public decimal Due { get; set; }
    }
}

using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;

namespace AlgoStack.Engine;

/// <content>
/// Strategies that trade on the account. What a signal or a bar calls for is the <see cref="ExecutionEngine"/>'s decision, as in a
/// session or a backtest. Here is what a venue makes of it that may answer late: an order that closes waits until what it takes
/// the place of (exits, an entry that still works) is done, and is for what that has left; what came too late is not opened.
/// </content>
public sealed partial class AccountEngine
{
    /// <summary>No order fills in so many parts.</summary>
    private const int FillsOfRest = 1_000_000;

    private readonly ExecutionEngine _execution;
    private readonly Dictionary<StrategyBook, StrategyStood> _stood = [];
    private readonly List<WorkingOrder> _wanted = [];

    /// <summary>Where each strategy stands in each instrument that it has had a signal for.</summary>
    public IReadOnlyCollection<StrategyStood> Strategies => _stood.Values;

    /// <summary>Our name of one of the venue's symbols; null where it is not known.</summary>
    public InstrumentId? InstrumentOf(string symbol) => _bySymbol.TryGetValue(symbol, out var listing) ? listing.Instrument.Id : null;

    /// <summary>
    /// Takes a signal for an instrument that was added; of another one nothing. One whose bar does not close after the newest that
    /// was taken of its strategy and instrument is a repeat, and changes nothing. An entry more than
    /// <see cref="AccountTerms.MostWait"/> after its bar's close is denied as <c>stale_signal</c>; closing is taken however late.
    /// Where nothing can be sold short, a short signal closes and opens nothing.
    /// </summary>
    public void OnSignal(Signal signal, DateTimeOffset now)
    {
        if (!_listings.TryGetValue(signal.Instrument, out var listing)) return;

        var book = _execution.BookOf(listing.Index, signal.Strategy);
        if (_stood.TryGetValue(book, out var stood) && signal.Bar.CloseTime <= stood.SignalAt) return;

        // In its name there may have been orders before its first signal.
        if (stood is null) Follow(listing, now);
        _execution.Use(_risk.Limits);
        var wanted = _execution.OnSignal(listing.Index, signal);
        (book.Turn, book.Refused) = (0, wanted is null ? book.Refused : 0);
        if (wanted is not null) Trade(listing, wanted.Intent with { SignalId = signal.Id }, now);
        Stand(listing, book, now, signal);
    }

    /// <summary>Takes a bar of an instrument, once, before the signals of its close: strategies' exits by time, and the newest price.</summary>
    public void OnBar(InstrumentId instrument, in Bar bar, DateTimeOffset now)
    {
        if (!_listings.TryGetValue(instrument, out var listing)) return;

        OnPrice(listing.Terms.Symbol, bar.Close, bar.CloseTime);
        _execution.OnBar(listing.Index, bar, _wanted);
        foreach (var exit in TakeWanted()) Trade(listing, exit.Intent with { SignalId = _stood[exit.Book].SignalId }, now);
        foreach (var book in _execution.BooksOf(listing.Index)) Stand(listing, book, now);
    }

    /// <summary>Orders at the market what a strategy wants, as far as it can be had.</summary>
    private void Trade(Listing listing, OrderIntent wanted, DateTimeOffset now)
    {
        var book = _execution.BookOf(listing.Index, wanted.Strategy);
        var isBuy = wanted.Side == OrderSide.Buy;

        // The orders themselves tell what is on its way, once they are placed.
        book.Working -= isBuy ? wanted.Quantity : -wanted.Quantity;
        var expected = book.Expected;
        var closing = expected > 0 != isBuy ? Math.Min(Math.Abs(expected), wanted.Quantity) : 0;
        var opening = wanted.Quantity - closing;
        var isLate = (opening > 0 || closing == 0) && now - wanted.At > _terms.MostWait;
        var canOpen = (isBuy || listing.Terms.CanShort) && !isLate;

        var intent = wanted with { TimeInForce = MarketTime };
        if (isLate) Deny(closing == 0 ? intent : OpeningOf(intent, opening), "stale_signal", $"The bar closed at {wanted.At:O}, more than {_terms.MostWait.TotalSeconds:0} s ago.", now);
        if (closing == 0 && !canOpen) return;

        intent = canOpen && (opening > 0 || closing == 0) ? intent : intent with { Quantity = closing, ReduceOnly = true };
        Place(intent, now);
        if (closing > 0 && _orders[intent.OrderId].Order.Status != OrderStatus.Denied) Unprotect(new WorkingOrder(listing.Index, intent, book, isExit: false), now);
    }

    private OrderIntent OpeningOf(OrderIntent intent, decimal quantity) => intent with
    {
        OrderId = ClientOrderId.ForRequest(_terms.Account, $"{intent.OrderId}\nopen"),
        Quantity = quantity,
        ReduceOnly = false,
    };

    /// <summary>An order has closed what it was to close: what is to be opened beyond zero follows, if it is not too late.</summary>
    private void OpenRest(LiveOrder closed, DateTimeOffset now)
    {
        var order = closed.Order;
        if (order.ThenOpen is not { } quantity) return;

        var opening = OpeningOf(order.Intent, quantity);
        if (order.SubmittedAt - order.ApprovedAt <= _terms.MostWait) Place(opening, now);
        else Deny(opening, "waited_too_long", $"What it was to follow could not leave for {_terms.MostWait.TotalSeconds:0} s.", now);
    }

    /// <summary>The exits of what an order is to close give way to it.</summary>
    /// <returns>Whether there were any.</returns>
    private bool Unprotect(WorkingOrder closing, DateTimeOffset now)
    {
        ExecutionEngine.Unprotect(closing, _wanted);
        var exits = TakeWanted();
        foreach (var exit in exits) Cancel(exit.Intent.OrderId, "the position is being closed", now);
        return exits.Count > 0;
    }

    /// <summary>A strategy's order traded: what it opened is protected, and what it closed needs not be closed again.</summary>
    private void OnTraded(LiveOrder live, WorkingOrder working, Listing listing, OrderFilled fill, DateTimeOffset now)
    {
        _execution.OnTraded(working, working.IsBuy ? fill with { Quantity = RiskBook.Kept(listing.Instrument, fill) } : fill, _wanted);

        var exits = TakeWanted();
        foreach (var exit in exits)
        {
            // Of two the target leads the group, whichever of them comes first.
            var intent = exit.Intent with
            {
                SignalId = live.Order.Intent.SignalId,
                TimeInForce = RestingTime(exit.Intent.Type),
                ReduceOnly = true,
                OneCancelsOther = exits[^1].Intent.OrderId.Value,
                FirstStop = exits is [var first, var target] && target == exit ? first.Intent.OrderId : null,
                Leg = exit.Intent.Type == OrderType.Stop ? OrderLeg.StopLoss : OrderLeg.TakeProfit,
            };
            Place(intent, asksRisk: false, now, exit);
        }

        if (working.IsExit) GiveWay(working.Book, working.IsBuy, fill.Quantity, before: null, now);
        Stand(listing, working.Book, now);
    }

    /// <summary>What orders that still wait were to make up for has come to pass without them.</summary>
    /// <param name="before">An order at or before this bar's close did not count on it; null where all did.</param>
    private void GiveWay(StrategyBook book, bool isBuy, decimal quantity, DateTimeOffset? before, DateTimeOffset now)
    {
        foreach (var waiting in _orders.Values.Where(o => o.Working is { IsExit: false } w && w.Book == book && w.IsBuy == isBuy).ToList())
        {
            var order = waiting.Order;
            if (quantity == 0 || order.Status != OrderStatus.Approved || order.Intent.At <= before) continue;

            var given = Math.Min(quantity, order.Quantity);
            quantity -= given;
            if (given < order.Quantity) Decide(waiting, new OrderResized(order.Id, order.Quantity - given, "so much of it has come to pass without it", now));
            else Decide(waiting, new OrderCanceled(order.Id, "all of it has come to pass without it", now));
        }
    }

    /// <summary>
    /// What others than its own orders have made of what a strategy holds (what closes the account, an order in its name, what a
    /// person adopts), risk has booked: its book says the same.
    /// </summary>
    private void Follow(Listing listing, DateTimeOffset now)
    {
        foreach (var book in _execution.BooksOf(listing.Index))
        {
            var held = _risk.Held(book.Strategy, listing.Index);
            if (held == book.Held) continue;

            var closed = book.Held - held;
            var isLess = decimal.Sign(closed) == decimal.Sign(book.Held);
            book.Hold(held);
            if (isLess) GiveWay(book, isBuy: closed < 0, Math.Abs(closed), before: null, now);
            if (held == 0)
            {
                foreach (var exit in book.Exits.ToList()) Cancel(exit.Intent.OrderId, "what it protects was closed", now);
            }

            Stand(listing, book, now);
        }
    }

    /// <summary>What strategies hold becomes new shares. Their exits at the venue are the venue's to change.</summary>
    private void OnSplit(Listing listing, Split split, DateTimeOffset now)
    {
        _execution.OnSplit(listing.Index, split);
        foreach (var book in _execution.BooksOf(listing.Index))
        {
            _risk.HandOver(book.Strategy, listing.Index, book.Held);
            Stand(listing, book, now);
        }
    }

    private void Stand(Listing listing, StrategyBook book, DateTimeOffset now, Signal? signal = null)
    {
        var before = _stood.GetValueOrDefault(book);
        var stands = new StrategyStood(
            _terms.Account,
            book.Strategy,
            listing.Instrument.Id,
            book.Direction,
            double.IsFinite(book.Target) ? book.Target : null,
            double.IsFinite(book.Stop) ? book.Stop : null,
            book.ExpiryBars,
            book.BarsHeld,
            book.Held,
            signal?.Id ?? before?.SignalId,
            signal?.Bar.CloseTime ?? before?.SignalAt ?? default,
            before?.At ?? now)
        {
            Turn = book.Turn,
        };
        if (stands == before) return;

        _stood[book] = stands with { At = now };
        Events.Add(_stood[book]);
    }

    private void Restore(StrategyStood stood)
    {
        // Of what the venue does not list any more nothing is held.
        if (!_listings.TryGetValue(stood.Instrument, out var listing)) return;

        var book = _execution.BookOf(listing.Index, stood.Strategy);
        book.Restore(stood);
        _stood[book] = stood;
    }

    /// <summary>The order as its strategy's; null where it is none's. Only strategies' orders have a signal.</summary>
    private WorkingOrder? WorkingOf(Order order)
    {
        if (order.Intent.SignalId is null || !_listings.TryGetValue(order.Intent.Instrument, out var listing)) return null;

        var intent = order.Intent;
        var working = new WorkingOrder(listing.Index, intent, _execution.BookOf(listing.Index, intent.Strategy), isExit: intent.Leg is not null)
        {
            // Exits are numbered by their entry's bar and fills: what opens the rest of an order has the same bar.
            Fills = order.TradeIds.Count + (IsRest(intent) ? FillsOfRest : 0),
        };
        if (working.IsExit && !order.Status.IsFinal() && order.CancelReason is null) working.Book.Exits.Add(working);
        return working;
    }

    /// <summary>It opens what another order, which stopped at zero, was to open.</summary>
    private bool IsRest(OrderIntent intent) =>
        !intent.ReduceOnly && !intent.OrderId.Equals(ClientOrderId.For(_terms.Account, intent.Strategy, intent.Instrument, intent.At.ToUnixTimeMilliseconds(), leg: 0));

    /// <summary>What an order is to move its strategy's position by yet; exits, which wait for their price, are not on their way.</summary>
    private static decimal OnTheWay(LiveOrder live)
    {
        if (live.Working is not { IsExit: false } || live.Order.Status.IsFinal()) return 0;

        var then = live.Order.ThenOpen ?? 0;
        return live.Order.SignedLeaves + (live.Working.IsBuy ? then : -then);
    }

    /// <summary>Keeps the strategy's book in step with one of its orders.</summary>
    private static void Count(LiveOrder live, decimal before)
    {
        if (live.Working is not { } working) return;

        working.Book.Working += OnTheWay(live) - before;
        if (working.IsExit && live.Order.Status.IsFinal()) working.Book.Exits.Remove(working);
    }

    /// <summary>Whether an order has to wait for another of its strategy: what closes is for what is held once nothing it takes the place of can trade.</summary>
    private static bool IsInTheWay(LiveOrder other, LiveOrder live) =>
        live.Working is { IsExit: false } mine && other.Working is { } theirs && theirs.Book == mine.Book && !other.Order.Status.IsFinal() &&
        (other.Order.CancelReason is not null || (!theirs.IsExit && other.Order.Status != OrderStatus.Approved));

    private void Deny(OrderIntent intent, string code, string reason, DateTimeOffset now)
    {
        if (_orders.ContainsKey(intent.OrderId)) return;

        var live = NewLive(new Order(intent));
        Events.Add(new OrderRequested(intent));
        Decide(live, new OrderDenied(intent.OrderId, code, reason, now));
    }

    private List<WorkingOrder> TakeWanted()
    {
        List<WorkingOrder> wanted = [.. _wanted];
        _wanted.Clear();
        return wanted;
    }

    /// <summary>The time in force of an order that is to wait for its price: for good, where the venue has that.</summary>
    private TimeInForce RestingTime(OrderType type) =>
        !_terms.Capabilities.OrderTypes.TryGetValue(type, out var times) || times.Count == 0 || times.Contains(TimeInForce.Gtc) ? TimeInForce.Gtc : times[0];
}

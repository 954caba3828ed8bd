using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;

namespace AlgoStack.Engine;

/// <content>
/// What a strategy wants to be out of and still holds, for its closing was denied, refused, or taken back. As long as that is so and
/// nothing closes it, it is closed by one more order, after a pause that grows from <see cref="AccountTerms.FirstPause"/> to
/// <see cref="AccountTerms.LongestPause"/>; while it is halted it waits. The order is named for the signal and its turn, which is
/// stored with where the strategy stands. Exits that gave way to a closing that did not happen are placed again meanwhile.
/// </content>
public sealed partial class AccountEngine
{
    private void CloseAgain(DateTimeOffset now)
    {
        foreach (var book in _stood.Keys.Where(b => b.Held != 0 && (b.IsUnwanted || b.IsBare)).ToList())
        {
            if (_stood[book] is not { SignalId: not null } stood || !_listings.TryGetValue(stood.Instrument, out var listing)) continue;

            if (book.NextClosingAt <= now) book.NextClosingAt = null;
            if (book is { IsUnwanted: true, NextClosingAt: null } && IsProven && MayClose(listing, book)) CloseAgain(listing, book, stood, now);
            else if (book.IsBare && !_orders.Values.Any(o => o.Working?.Book == book && !o.IsDone)) ProtectAgain(listing, book, stood, now);
            Stand(listing, book, now);
        }
    }

    /// <summary>Nothing stops its strategy, and nobody else is closing it.</summary>
    private bool MayClose(Listing listing, StrategyBook book) =>
        _risk.StatesOf(book.Strategy).Strictest != TradingState.Halted &&
        !_switches.Flattenings.Any(f => !_flattened.Contains(f.Id) && (f.Strategy ?? book.Strategy) == book.Strategy) &&
        !_orders.Values.Any(o => o.Order.Intent.Closes && o.Order.Intent.Instrument == listing.Instrument.Id && !o.Order.Status.IsFinal());

    private void CloseAgain(Listing listing, StrategyBook book, StrategyStood stood, DateTimeOffset now)
    {
        var intent = AgainOf(listing, book, stood, "close", AsOneOrder(listing, Math.Abs(book.Expected)), OrderType.Market, PriceOf(stood.Instrument) ?? 0, now) with { TimeInForce = MarketTime };
        Place(intent, now);
        if (_orders[intent.OrderId].Order.Status != OrderStatus.Denied) Unprotect(new WorkingOrder(listing.Index, intent, book, isExit: false), now);
    }

    /// <summary>Exits of what is held, at the prices of the idea that led to it; where another idea is wanted by now these are not known any more.</summary>
    private void ProtectAgain(Listing listing, StrategyBook book, StrategyStood stood, DateTimeOffset now)
    {
        book.IsBare = false;
        if (book.IsAgainst || !(book.Target > 0 || book.Stop > 0)) return;

        OrderIntent Exit(OrderLeg leg, OrderType type, double price) =>
            AgainOf(listing, book, stood, "protect", Math.Abs(book.Held), type, listing.Instrument.RoundPrice(Math.Min(price, Instrument.LargestPrice)), now) with { Leg = leg, TimeInForce = RestingTime(type) };

        // Of two the target leads the group.
        var target = book.Target > 0 ? Exit(OrderLeg.TakeProfit, OrderType.Limit, book.Target) : null;
        var stop = book.Stop > 0 ? Exit(OrderLeg.StopLoss, OrderType.Stop, book.Stop) : null;
        var name = (target ?? stop)!.OrderId.Value;
        if (target is not null) Place(target with { OneCancelsOther = name, LimitPrice = target.ReferencePrice }, asksRisk: false, now);
        if (stop is null) return;

        var id = target is null ? stop.OrderId : ClientOrderId.ForExit(name, OrderLeg.StopLoss, 0);
        Place(stop with { OrderId = id, OneCancelsOther = name, StopPrice = stop.ReferencePrice }, asksRisk: false, now);
    }

    /// <summary>One more order that closes what is held, of the next turn.</summary>
    private OrderIntent AgainOf(
        Listing listing, StrategyBook book, StrategyStood stood, string what, decimal quantity, OrderType type, decimal price, DateTimeOffset now) =>
        new(
            ClientOrderId.ForRequest(_terms.Account, $"{stood.SignalId}\n{what}\n{++book.Turn}"),
            _terms.Account,
            book.Strategy,
            listing.Instrument.Id,
            book.Held > 0 ? OrderSide.Sell : OrderSide.Buy,
            quantity,
            type,
            price,
            stood.SignalId,
            now)
        {
            ReduceOnly = true,
        };

    /// <summary>An order of a strategy ended without a trade of what was left of it: where that was to close, it did not.</summary>
    private void DidNotClose(WorkingOrder order, DateTimeOffset now)
    {
        var book = order.Book;
        if (decimal.Sign(book.Held) != (order.IsBuy ? -1 : 1)) return;

        book.NextClosingAt = now + PauseAfter(book.Refused++);
        book.IsBare = book.Exits.Count == 0;
    }

    /// <summary>When a strategy is to be closed again, whatever comes in.</summary>
    private DateTimeOffset? NextCloseAgainAt()
    {
        DateTimeOffset? next = null;
        foreach (var book in _stood.Keys)
        {
            if (book.NextClosingAt > _tookWorkAt && book.IsUnwanted) next = Earliest(next, book.NextClosingAt);
        }

        return next;
    }
}

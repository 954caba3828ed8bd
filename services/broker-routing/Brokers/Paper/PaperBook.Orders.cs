using System.Globalization;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Venues;

namespace AlgoStack.BrokerRouting.Brokers.Paper;

/// <content>What is asked of the venue.</content>
internal sealed partial class PaperBook
{
    public void Open(string account, IReadOnlyDictionary<string, decimal> cash, DateTimeOffset now) =>
        Decide(new PaperOpened(account, cash, now));

    /// <summary>Takes an order or refuses it, which is kept too. One of an id that was seen before changes nothing.</summary>
    /// <param name="terms">What the venue says of its symbol; null where it does not know it.</param>
    public PlaceResult Place(VenueOrder order, VenueInstrument? terms, DateTimeOffset now)
    {
        if (_byClientId.TryGetValue(order.ClientId, out var known))
        {
            return new PlaceResult.AlreadyPlaced(new BrokerError(
                BrokerErrorCategory.DuplicateClientOrderId, null, $"{order.ClientId} is order {known}.", PlacementOutcome.PreviouslyPlaced));
        }

        var id = string.Create(CultureInfo.InvariantCulture, $"PAPER-{_orders.Count + 1}");
        if (Refusal(order, terms) is var (category, reason))
        {
            Decide(new PaperOrderRejected(
                id, order.ClientId, order.Symbol, order.Side, order.Type, order.TimeInForce, order.Quantity, reason, now));
            return new PlaceResult.Refused(new BrokerError(category, null, reason, PlacementOutcome.NotPlaced));
        }

        Decide(new PaperOrderAccepted(
            id,
            order.ClientId,
            order.Symbol,
            order.Side,
            order.Type,
            order.TimeInForce,
            order.Quantity,
            order.LimitPrice,
            order.StopPrice,
            order.TrailBy,
            order.PostOnly,
            order.ReduceOnly,
            terms!.Tick(1),
            terms.Lot,
            terms.Currency,
            now));
        return new PlaceResult.Accepted(_orders[id].Snapshot());
    }

    public ChangeResult Cancel(VenueOrderRef reference, DateTimeOffset now)
    {
        if (WhyNotChanged(reference, out var order) is { } refused) return refused;

        Decide(new PaperOrderCanceled(order.VenueOrderId, "asked for", now));
        return new ChangeResult.Taken(_orders[order.VenueOrderId].Snapshot());
    }

    /// <summary>Changes an order where it stands. Asked for twice, it is done once.</summary>
    public ChangeResult Replace(VenueOrderRef reference, VenueOrderChange change, DateTimeOffset now)
    {
        if (Find(reference) is { } changed && changed.ClientId == change.ClientId) return new ChangeResult.Taken(changed.Snapshot());
        if (WhyNotChanged(reference, out var order) is { } refused) return refused;
        if (WhyNot(order, change) is { } why) return new ChangeResult.Refused(Error(BrokerErrorCategory.InvalidOrder, why));
        if (_byClientId.ContainsKey(change.ClientId))
            return new ChangeResult.Refused(Error(BrokerErrorCategory.DuplicateClientOrderId, $"{change.ClientId} is another order."));

        Decide(new PaperOrderReplaced(
            order.VenueOrderId,
            change.ClientId,
            change.Quantity ?? order.Quantity,
            change.LimitPrice ?? order.LimitPrice,
            change.StopPrice ?? order.StopPrice,
            now));
        return new ChangeResult.Taken(_orders[order.VenueOrderId].Snapshot());
    }

    private ChangeResult.Refused? WhyNotChanged(VenueOrderRef reference, out PaperOrder order)
    {
        order = Find(reference)!;
        if (order is null)
            return new ChangeResult.Refused(Error(BrokerErrorCategory.OrderNotFound, $"There is no order {reference.VenueOrderId ?? reference.ClientId}."));

        return order.Status.IsFinal()
            ? new ChangeResult.Refused(Error(BrokerErrorCategory.OrderNotCancelable, $"Order {order.VenueOrderId} is {order.Status}."))
            : null;
    }

    private static string? WhyNot(PaperOrder order, VenueOrderChange change)
    {
        if (change.Quantity <= order.Filled)
            return string.Create(CultureInfo.InvariantCulture, $"Expected a quantity above the {order.Filled} that have traded, found {change.Quantity}.");
        if (change.LimitPrice is not null && order.LimitPrice is null) return $"A {order.Type} order has no limit price.";
        if (change.StopPrice is not null && order.StopPrice is null) return "The order has no stop that is still to be reached.";

        var quantity = change.Quantity ?? order.Quantity;
        var changed = new VenueOrder(
            change.ClientId, order.Symbol, order.Side, order.Type, order.TimeInForce, quantity, change.LimitPrice, change.StopPrice);
        var terms = new VenueInstrument(order.Symbol, order.Currency, IsTradable: true, _ => order.Tick, order.Lot);
        return terms.WhyNot(changed, lastPrice: null);
    }

    private (BrokerErrorCategory Category, string Reason)? Refusal(VenueOrder order, VenueInstrument? terms)
    {
        if (terms is null) return (BrokerErrorCategory.InvalidSymbol, $"No instrument is called {order.Symbol}.");
        if (order.Notional is not null || !PaperBroker.Takes(order))
            return (BrokerErrorCategory.Unsupported, $"No {order.Type} order {order.TimeInForce} is taken so.");
        if (!_cash.ContainsKey(terms.Currency))
            return (BrokerErrorCategory.InsufficientFunds, $"{order.Symbol} is quoted in {terms.Currency}: expected {string.Join(" or ", _cash.Keys)}.");
        if (terms.WhyNot(order, lastPrice: null) is { } why) return (BrokerErrorCategory.InvalidOrder, why);
        if (WhyNot(order) is { } wrong) return (BrokerErrorCategory.InvalidOrder, wrong);

        return order.ReduceOnly && Closable(order.Symbol, order.Side) == 0
            ? (BrokerErrorCategory.InvalidOrder, $"Nothing of {order.Symbol} is held that it could close.")
            : null;
    }

    /// <summary>Why an order does not say what one of its type has to.</summary>
    private static string? WhyNot(VenueOrder order)
    {
        var (hasLimit, hasStop) = (order.LimitPrice is not null, order.StopPrice is not null);
        return order.Type switch
        {
            OrderType.Limit or OrderType.StopLimit when !hasLimit => "Expected a limit price, found none.",
            OrderType.Stop or OrderType.StopLimit when !hasStop => "Expected a stop price, found none.",
            OrderType.TrailingStop when !(order.TrailBy > 0) => $"Expected to trail by an amount above zero, found {order.TrailBy}.",
            not (OrderType.Limit or OrderType.StopLimit) when hasLimit => $"A {order.Type} order has no limit price.",
            OrderType.Market or OrderType.Limit when hasStop => $"A {order.Type} order has no stop price.",
            not OrderType.Limit when order.PostOnly => $"A {order.Type} order takes the price there is.",
            _ => null,
        };
    }

    /// <summary>What an order of this side could trade without opening anything.</summary>
    private decimal Closable(string symbol, OrderSide side)
    {
        var held = _positions.GetValueOrDefault(symbol).Quantity;
        return Math.Max(side == OrderSide.Sell ? held : -held, 0);
    }

    private static BrokerError Error(BrokerErrorCategory category, string text) => new(category, null, text, PlacementOutcome.NotApplicable);
}

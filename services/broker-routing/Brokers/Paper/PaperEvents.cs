using AlgoStack.Trading.Orders;

namespace AlgoStack.BrokerRouting.Brokers.Paper;

/// <summary>
/// What happened at an account's paper venue, in its stream <c>venue-{account}</c>: the venue's own book, which knows nothing of
/// ours. Stored for ever, so a shape is added to, never changed.
/// </summary>
/// <param name="At">The venue's clock, which is this machine's.</param>
public abstract record PaperEvent(DateTimeOffset At);

/// <param name="Cash">What the account begins with, by currency; it can trade nothing that is quoted in another one.</param>
public sealed record PaperOpened(string Account, IReadOnlyDictionary<string, decimal> Cash, DateTimeOffset At) : PaperEvent(At);

/// <summary>An order of an account. Its id is given out once, whatever becomes of it.</summary>
public abstract record PaperOrderEvent(string VenueOrderId, DateTimeOffset At) : PaperEvent(At);

/// <param name="Tick">The steps that its instrument traded in when it came, and what that is quoted in.</param>
/// <param name="Lot"><inheritdoc cref="PaperOrderAccepted" path="/param[@name='Tick']"/></param>
/// <param name="Currency"><inheritdoc cref="PaperOrderAccepted" path="/param[@name='Tick']"/></param>
public sealed record PaperOrderAccepted(
    string VenueOrderId,
    string ClientId,
    string Symbol,
    OrderSide Side,
    OrderType Type,
    TimeInForce TimeInForce,
    decimal Quantity,
    decimal? LimitPrice,
    decimal? StopPrice,
    decimal? TrailBy,
    bool PostOnly,
    bool ReduceOnly,
    decimal Tick,
    decimal Lot,
    string Currency,
    DateTimeOffset At) : PaperOrderEvent(VenueOrderId, At);

/// <summary>The venue did not take an order. It is kept, so that the same id is answered the same.</summary>
public sealed record PaperOrderRejected(
    string VenueOrderId,
    string ClientId,
    string Symbol,
    OrderSide Side,
    OrderType Type,
    TimeInForce TimeInForce,
    decimal Quantity,
    string Reason,
    DateTimeOffset At) : PaperOrderEvent(VenueOrderId, At);

/// <param name="Commission">In the instrument's currency, above zero when paid.</param>
/// <param name="BarClose">Of the bar that it traded in.</param>
public sealed record PaperOrderFilled(
    string VenueOrderId, string TradeId, decimal Quantity, decimal Price, decimal Commission, DateTimeOffset BarClose, DateTimeOffset At)
    : PaperOrderEvent(VenueOrderId, At);

/// <summary>A bar has changed how an order waits: its stop was reached or has followed the price, or it is no newcomer any more.</summary>
/// <param name="Type">What it waits as: a stop that was reached is a market order, a stop-limit then a limit.</param>
/// <param name="StopPrice">Null once it was reached.</param>
public sealed record PaperOrderRested(string VenueOrderId, OrderType Type, decimal? StopPrice, DateTimeOffset BarClose, DateTimeOffset At)
    : PaperOrderEvent(VenueOrderId, At);

/// <summary>The order was changed, and stands as if it came now.</summary>
/// <param name="ClientId">The caller's new id of it; the old ones still find it.</param>
/// <param name="Quantity">In all, what has traded included.</param>
public sealed record PaperOrderReplaced(
    string VenueOrderId, string ClientId, decimal Quantity, decimal? LimitPrice, decimal? StopPrice, DateTimeOffset At)
    : PaperOrderEvent(VenueOrderId, At);

public sealed record PaperOrderCanceled(string VenueOrderId, string Reason, DateTimeOffset At) : PaperOrderEvent(VenueOrderId, At);

/// <summary>The time that the order was given is over.</summary>
public sealed record PaperOrderExpired(string VenueOrderId, string Reason, DateTimeOffset At) : PaperOrderEvent(VenueOrderId, At);

namespace AlgoStack.Trading.Orders;

/// <summary>What happened to an order, at event time. Stored for ever, so a shape is added to, never changed.</summary>
public abstract record OrderEvent(ClientOrderId OrderId, DateTimeOffset At);

public sealed record OrderRequested(OrderIntent Intent) : OrderEvent(Intent.OrderId, Intent.At);

/// <summary>Our own risk said no; nothing left the house.</summary>
/// <param name="Code">Stable, as in <c>halted</c>.</param>
public sealed record OrderDenied(ClientOrderId OrderId, string Code, string Reason, DateTimeOffset At) : OrderEvent(OrderId, At);

public sealed record OrderSubmitted(ClientOrderId OrderId, DateTimeOffset At) : OrderEvent(OrderId, At);

public sealed record OrderAccepted(ClientOrderId OrderId, string VenueOrderId, DateTimeOffset At) : OrderEvent(OrderId, At);

/// <summary>The venue said no.</summary>
public sealed record OrderRejected(ClientOrderId OrderId, string Reason, DateTimeOffset At) : OrderEvent(OrderId, At);

/// <param name="Commission">In the account's currency, above zero when paid.</param>
public sealed record OrderFilled(
    ClientOrderId OrderId, string TradeId, decimal Quantity, decimal Price, decimal Commission, decimal Leaves, DateTimeOffset At)
    : OrderEvent(OrderId, At);

public sealed record OrderCanceled(ClientOrderId OrderId, string Reason, DateTimeOffset At) : OrderEvent(OrderId, At);

/// <summary>A split changed an order that waits at the venue: what is left of it, and its prices, are those of new shares.</summary>
public sealed record OrderSplit(
    ClientOrderId OrderId, decimal Leaves, decimal? LimitPrice, decimal? StopPrice, decimal? TrailBy, DateTimeOffset At) : OrderEvent(OrderId, At);

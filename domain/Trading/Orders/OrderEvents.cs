namespace AlgoStack.Trading.Orders;

/// <summary>What happened to an order, at event time. Stored for ever, so a shape is added to, never changed.</summary>
public abstract record OrderEvent(ClientOrderId OrderId, DateTimeOffset At);

public sealed record OrderRequested(OrderIntent Intent) : OrderEvent(Intent.OrderId, Intent.At);

/// <summary>Our own risk said no; nothing left the house.</summary>
/// <param name="Code">Stable, as in <c>halted</c>.</param>
public sealed record OrderDenied(ClientOrderId OrderId, string Code, string Reason, DateTimeOffset At) : OrderEvent(OrderId, At);

/// <summary>Our own risk said yes; nothing has left the house.</summary>
public sealed record OrderApproved(ClientOrderId OrderId, DateTimeOffset At) : OrderEvent(OrderId, At);

/// <summary>What is left of an order by the time it can leave: as much as the one before it traded, as much as is held.</summary>
public sealed record OrderResized(ClientOrderId OrderId, decimal Quantity, string Reason, DateTimeOffset At) : OrderEvent(OrderId, At)
{
    /// <summary>
    /// How much another order is to open on the other side once all of this one has traded, at a venue that takes none through zero; null
    /// for nothing.
    /// </summary>
    public decimal? ThenOpen { get; init; }
}

/// <summary>The price of an exit that waits was seen: it leaves once the other of its group is back from the venue.</summary>
/// <param name="Price">What was seen.</param>
public sealed record OrderTouched(ClientOrderId OrderId, decimal Price, DateTimeOffset At) : OrderEvent(OrderId, At);

/// <summary>No exit of the group is sent any more. Told of the order that the group is named after.</summary>
public sealed record OrderExitsEnded(ClientOrderId OrderId, string Reason, DateTimeOffset At) : OrderEvent(OrderId, At);

/// <summary>From here on the order may be at the venue, whatever becomes of us.</summary>
public sealed record OrderSubmitted(ClientOrderId OrderId, DateTimeOffset At) : OrderEvent(OrderId, At)
{
    /// <summary>Our id in the venue's form; null where it is the same.</summary>
    public string? VenueClientId { get; init; }
}

/// <summary>Whether the order is at the venue cannot be said; it is going to be asked for.</summary>
public sealed record OrderBecameUnknown(ClientOrderId OrderId, string Reason, DateTimeOffset At) : OrderEvent(OrderId, At);

/// <summary>What was unknown, or submitted, is known.</summary>
/// <param name="IsAtVenue">False where it never arrived: it may be sent as it is.</param>
public sealed record OrderReconciled(ClientOrderId OrderId, bool IsAtVenue, string Finding, DateTimeOffset At) : OrderEvent(OrderId, At);

public sealed record OrderAccepted(ClientOrderId OrderId, string VenueOrderId, DateTimeOffset At) : OrderEvent(OrderId, At);

/// <summary>The venue said no.</summary>
public sealed record OrderRejected(ClientOrderId OrderId, string Reason, DateTimeOffset At) : OrderEvent(OrderId, At);

/// <param name="Commission">In the account's currency, above zero when paid.</param>
public sealed record OrderFilled(
    ClientOrderId OrderId, string TradeId, decimal Quantity, decimal Price, decimal Commission, decimal Leaves, DateTimeOffset At)
    : OrderEvent(OrderId, At)
{
    /// <summary>What the venue took as its fee in another asset than the one the order is quoted in; then no commission.</summary>
    public decimal? Fee { get; init; }

    /// <inheritdoc cref="Fee"/>
    public string? FeeAsset { get; init; }

    /// <summary>The venue's name of what traded, where another order had taken its place by then; else null.</summary>
    public string? VenueOrderId { get; init; }
}

/// <summary>The venue traded more than the order was for.</summary>
/// <param name="Excess">In units of the instrument, with all that came before.</param>
public sealed record OrderOverfilled(ClientOrderId OrderId, decimal Excess, DateTimeOffset At) : OrderEvent(OrderId, At);

/// <summary>The venue is to be asked to take the order back.</summary>
public sealed record OrderCancelRequested(ClientOrderId OrderId, string Reason, DateTimeOffset At) : OrderEvent(OrderId, At);

/// <summary>The venue does not take the order back.</summary>
public sealed record OrderCancelRefused(ClientOrderId OrderId, string Reason, DateTimeOffset At) : OrderEvent(OrderId, At);

/// <summary>The venue is to be asked to change the order; null stays as it is.</summary>
/// <param name="VenueClientId">Of the order in its place, of venues that make one.</param>
public sealed record OrderReplaceRequested(
    ClientOrderId OrderId, string VenueClientId, decimal? Quantity, decimal? LimitPrice, decimal? StopPrice, DateTimeOffset At) : OrderEvent(OrderId, At);

/// <summary>The venue changed the order.</summary>
/// <param name="Quantity">In all, what has traded included.</param>
public sealed record OrderReplaced(
    ClientOrderId OrderId, string VenueOrderId, string VenueClientId, decimal Quantity, decimal? LimitPrice, decimal? StopPrice, DateTimeOffset At)
    : OrderEvent(OrderId, At);

/// <summary>The venue does not change the order.</summary>
public sealed record OrderReplaceRefused(ClientOrderId OrderId, string Reason, DateTimeOffset At) : OrderEvent(OrderId, At);

/// <summary>The time that the order was given is over.</summary>
public sealed record OrderExpired(ClientOrderId OrderId, string Reason, DateTimeOffset At) : OrderEvent(OrderId, At);

public sealed record OrderCanceled(ClientOrderId OrderId, string Reason, DateTimeOffset At) : OrderEvent(OrderId, At);

/// <summary>A split changed an order that waits at the venue: what is left of it, and its prices, are those of new shares.</summary>
public sealed record OrderSplit(
    ClientOrderId OrderId, decimal Leaves, decimal? LimitPrice, decimal? StopPrice, decimal? TrailBy, DateTimeOffset At) : OrderEvent(OrderId, At);

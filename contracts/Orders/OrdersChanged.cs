namespace AlgoStack.Contracts.Orders;

/// <summary>
/// A page of committed order events, in the order of the log, sorted by kind here: <c>Position</c> gives back the
/// order across kinds and is what a consumer remembers, so that a page seen twice is told once. Ordered. Null is none.
/// </summary>
public sealed record OrdersChanged(
    int Partition,
    long FirstPosition,
    long LastPosition,
    IReadOnlyList<OrderRequested> Requested,
    IReadOnlyList<OrderDenied> Denied,
    IReadOnlyList<OrderSubmitted> Submitted,
    IReadOnlyList<OrderAccepted> Accepted,
    IReadOnlyList<OrderRejected> Rejected,
    IReadOnlyList<OrderFilled> Filled,
    IReadOnlyList<OrderCanceled> Canceled,
    IReadOnlyList<OrderBecameUnknown>? BecameUnknown = null,
    IReadOnlyList<OrderReconciled>? Reconciled = null,
    IReadOnlyList<OrderOverfilled>? Overfilled = null,
    IReadOnlyList<OrderCancelRequested>? CancelRequested = null,
    IReadOnlyList<OrderReplaced>? Replaced = null,
    IReadOnlyList<OrderExpired>? Expired = null);

/// <summary>An order as the execution engine wanted it, before risk had a word.</summary>
/// <param name="Position">The event's place in the log of broker-routing.</param>
/// <param name="Side"><c>Buy</c> or <c>Sell</c>.</param>
/// <param name="ReferencePrice">Close of the signal's bar.</param>
/// <param name="At">Event time: the close of the bar that caused it.</param>
public sealed record OrderRequested(
    long Position,
    string OrderId,
    string SessionId,
    string Account,
    string Strategy,
    string Instrument,
    string Side,
    decimal Quantity,
    string Type,
    decimal ReferencePrice,
    string? SignalId,
    DateTimeOffset At);

/// <summary>Our own risk said no; nothing left the house.</summary>
public sealed record OrderDenied(long Position, string OrderId, string Account, string Instrument, string Code, string Reason, DateTimeOffset At);

public sealed record OrderSubmitted(long Position, string OrderId, string Account, string Instrument, DateTimeOffset At);

public sealed record OrderAccepted(long Position, string OrderId, string Account, string Instrument, string VenueOrderId, DateTimeOffset At);

/// <summary>The venue said no.</summary>
public sealed record OrderRejected(long Position, string OrderId, string Account, string Instrument, string Reason, DateTimeOffset At);

public sealed record OrderFilled(
    long Position,
    string OrderId,
    string Account,
    string Strategy,
    string Instrument,
    string Side,
    string TradeId,
    decimal Quantity,
    decimal Price,
    decimal Commission,
    decimal Leaves,
    DateTimeOffset At);

public sealed record OrderCanceled(long Position, string OrderId, string Account, string Instrument, string Reason, DateTimeOffset At);

/// <summary>Whether the order is at the venue cannot be said; nothing of its instrument leaves until it can.</summary>
public sealed record OrderBecameUnknown(long Position, string OrderId, string Account, string Instrument, string Reason, DateTimeOffset At);

/// <summary>What was unknown is known.</summary>
/// <param name="IsAtVenue">False where it never arrived.</param>
public sealed record OrderReconciled(
    long Position, string OrderId, string Account, string Instrument, bool IsAtVenue, string Finding, DateTimeOffset At);

/// <summary>The venue traded more than the order was for.</summary>
/// <param name="Excess">With all that came before, in units of the instrument.</param>
public sealed record OrderOverfilled(long Position, string OrderId, string Account, string Instrument, decimal Excess, DateTimeOffset At);

/// <summary>The venue is to be asked to take it back.</summary>
public sealed record OrderCancelRequested(long Position, string OrderId, string Account, string Instrument, string Reason, DateTimeOffset At);

/// <summary>The venue changed it.</summary>
/// <param name="Quantity">In all, what has traded included.</param>
public sealed record OrderReplaced(
    long Position, string OrderId, string Account, string Instrument, decimal Quantity, decimal? LimitPrice, decimal? StopPrice, DateTimeOffset At);

/// <summary>The time that it was given is over.</summary>
public sealed record OrderExpired(long Position, string OrderId, string Account, string Instrument, string Reason, DateTimeOffset At);

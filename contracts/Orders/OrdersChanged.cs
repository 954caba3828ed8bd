namespace AlgoStack.Contracts.Orders;

/// <summary>
/// A page of committed order events, in the order of the log, sorted by kind here: <c>Position</c> gives back the
/// order across kinds and is what a consumer remembers, so that a page seen twice is told once. Ordered.
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
    IReadOnlyList<OrderCanceled> Canceled);

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

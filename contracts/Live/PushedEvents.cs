namespace AlgoStack.Contracts.Live;

/// <summary>The newest close of an instrument in a session, as <c>data</c> of the kind <c>prices</c> of the gateway's live push.</summary>
/// <param name="At">When that bar closed.</param>
public sealed record InstrumentPrice(string SessionId, string Instrument, double Price, DateTimeOffset At);

/// <summary>A fill has changed a position, which is to be read anew: <c>data</c> of the kind <c>positions</c> of the gateway's live push.</summary>
/// <param name="Position">Of the fill in the log of broker-routing.</param>
/// <param name="At">When it traded.</param>
public sealed record PositionTouched(long Position, string Account, string Instrument, DateTimeOffset At);

/// <summary>The newest bars of one instrument, oldest first: <c>data</c> of the kind <c>bars</c> of the gateway's live push.</summary>
/// <param name="Rows">Close time in Unix milliseconds UTC, open, high, low, close, volume.</param>
public sealed record LiveBars(string SessionId, string Instrument, string Timeframe, IReadOnlyList<double[]> Rows);

/// <summary>One thing that happened to an order: <c>data</c> of the kind <c>orders</c>.</summary>
/// <param name="Kind">
/// <c>requested</c>, <c>denied</c>, <c>submitted</c>, <c>accepted</c>, <c>rejected</c>, <c>filled</c>, <c>canceled</c>, <c>unknown</c>,
/// <c>reconciled</c>, <c>overfilled</c>, <c>cancel-requested</c>, <c>replaced</c> or <c>expired</c>; there may be others one day.
/// </param>
/// <param name="Quantity">Of an overfill what was too much.</param>
/// <param name="Price">Of a fill its price, of a request the close of the signal's bar, of a replacement its limit.</param>
/// <param name="Reason">Why it was denied, rejected, canceled or became unknown, and what was found then.</param>
public sealed record OrderChange(
    long Position,
    string Kind,
    string OrderId,
    string Account,
    string Instrument,
    string? Side,
    decimal? Quantity,
    decimal? Price,
    string? Code,
    string? Reason,
    DateTimeOffset At);

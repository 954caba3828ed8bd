using AlgoStack.Contracts.Alerts;
using AlgoStack.Contracts.Signals;

namespace AlgoStack.Contracts.Live;

/// <summary>
/// What happened since the last one, as the event <c>update</c> of <c>GET /live?session=&amp;topics=bars,signals,orders,alerts</c>
/// of the gateway. At most ten a second, each of bounded size: of a rush the newest is kept and the rest counted.
/// </summary>
/// <param name="Skipped">Signals, order changes and alerts left out because too many came at once.</param>
public sealed record LiveUpdate(
    DateTimeOffset At,
    IReadOnlyList<LiveBars> Bars,
    IReadOnlyList<SignalRaised> Signals,
    IReadOnlyList<OrderChange> Orders,
    IReadOnlyList<AlertDelivered> Alerts,
    long Skipped);

/// <summary>The newest bars of one instrument, oldest first.</summary>
/// <param name="Rows">Close time in Unix milliseconds UTC, open, high, low, close, volume.</param>
/// <param name="Skipped">Older bars left out because too many came at once: the history has them.</param>
public sealed record LiveBars(
    string SessionId, string Instrument, string Timeframe, IReadOnlyList<double[]> Rows, long Skipped);

/// <summary>One thing that happened to an order.</summary>
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

namespace AlgoStack.Contracts.Orders;

/// <summary>
/// Work an order in slices: <c>POST /executions</c>, with an <c>Idempotency-Key</c> that names it for good. Each slice is an order as any
/// other, which risk is asked for when it is due.
/// </summary>
/// <param name="Instrument">As the account's venue lists it: <c>AAPL.ALPACA</c>.</param>
/// <param name="Side"><c>Buy</c> or <c>Sell</c>.</param>
/// <param name="Quantity">In units of the instrument, in whole lots: what all slices together trade at most.</param>
/// <param name="Algorithm"><c>Twap</c>, <c>Vwap</c> or <c>Iceberg</c>.</param>
/// <param name="LimitPrice">Of each slice, which goes to the market without it; an iceberg has one.</param>
/// <param name="StartAt">Now, where it is not said.</param>
/// <param name="EndAt">What has not traded by then is taken back; an iceberg stays until it has traded where it is not said.</param>
/// <param name="Slices">Of equal time, 1 to 1000; of a Vwap as many as <paramref name="VolumeProfile"/> has. None of an iceberg.</param>
/// <param name="DisplayQuantity">How much of an iceberg is at the venue at a time.</param>
/// <param name="VolumeProfile">
/// Of a Vwap: what volume is expected in each slice's time, in any unit, up to 1,000,000,000. Where it is not said, what ingestion has
/// stored of the instrument at these times of the last ten days.
/// </param>
/// <param name="Strategy">Whose order it is; <c>manual</c> where it is not said.</param>
public sealed record SubmitExecution(
    string Account,
    string Instrument,
    string Side,
    decimal Quantity,
    string Algorithm,
    decimal? LimitPrice = null,
    DateTimeOffset? StartAt = null,
    DateTimeOffset? EndAt = null,
    int? Slices = null,
    decimal? DisplayQuantity = null,
    IReadOnlyList<decimal>? VolumeProfile = null,
    string? Strategy = null);

/// <summary>A parent order: <c>GET /executions?account=&amp;limit=</c>, newest first, and <c>GET /executions/{id}</c> with its slices.</summary>
/// <param name="Slices">0 of an iceberg.</param>
/// <param name="Status"><c>Working</c> while slices may leave, <c>Stopping</c> while what works is taken back, <c>Ended</c>.</param>
/// <param name="Code">Why it was stopped or has ended: <c>filled</c>, <c>time_over</c>, <c>canceled</c>, <c>split</c>, <c>refused</c>, <c>venue_rules</c>, or risk's.</param>
/// <param name="Orders">The slices, oldest first; null in a list.</param>
public sealed record ExecutionView(
    string ExecutionId,
    string Account,
    string Strategy,
    string Instrument,
    string Side,
    decimal Quantity,
    decimal Traded,
    decimal? AveragePrice,
    string Algorithm,
    string Status,
    string? Code,
    string? Reason,
    decimal? LimitPrice,
    DateTimeOffset StartAt,
    DateTimeOffset? EndAt,
    int Slices,
    decimal? DisplayQuantity,
    IReadOnlyList<decimal>? VolumeProfile,
    DateTimeOffset RequestedAt,
    DateTimeOffset? EndedAt,
    IReadOnlyList<OrderView>? Orders = null);

/// <summary>
/// Place several orders of one account: <c>POST /baskets</c>, with an <c>Idempotency-Key</c> that names them for good. All of them are sent, or
/// none where one is denied; what the venue refuses afterwards is that order's own fate.
/// </summary>
/// <param name="Orders">1 to 100, without exits.</param>
public sealed record SubmitBasket(IReadOnlyList<SubmitOrder> Orders);

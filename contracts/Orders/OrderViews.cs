using AlgoStack.Contracts.Portfolio;

namespace AlgoStack.Contracts.Orders;

/// <summary>An order as the blotter shows it: <c>GET /orders?session=&amp;account=&amp;instrument=&amp;status=&amp;before=&amp;after=&amp;limit=</c>, newest first.</summary>
/// <param name="Status">Requested, Denied, Submitted, Accepted, PartiallyFilled, Filled, Rejected, Canceled or Expired.</param>
public sealed record OrderView(
    string OrderId,
    string SessionId,
    string Account,
    string Strategy,
    string Instrument,
    string Side,
    string Type,
    decimal Quantity,
    decimal Filled,
    decimal? AveragePrice,
    decimal Commission,
    string Status,
    string? Code,
    string? Reason,
    string? SignalId,
    DateTimeOffset RequestedAt,
    DateTimeOffset UpdatedAt);

/// <summary>One order intent of a session, in the order they were made: <c>GET /sessions/{id}/order-intents</c>.</summary>
public sealed record OrderIntentView(
    string OrderId, string Strategy, string Instrument, string Side, decimal Quantity, string Type, DateTimeOffset At);

/// <summary>What stopped or allowed trading within a session, and after which instant: <c>GET /sessions/{id}/controls</c>.</summary>
/// <param name="Kind"><c>halt</c>, <c>reduce</c> or <c>resume</c>.</param>
/// <param name="AfterSequence">In force from the batch after this one.</param>
public sealed record SessionControl(string Kind, long AfterSequence, string Reason);

/// <summary>How far routing has come in a session: <c>GET /sessions/{id}/progress</c>.</summary>
/// <param name="LastCommitAt">Wall-clock time of the newest commit.</param>
/// <param name="Projected">Whether the blotter, positions and equity show everything committed.</param>
/// <param name="LastOrderPosition">Of the newest order event, whichever session's: who has been told up to it has been told all.</param>
public sealed record RoutingProgress(
    string SessionId,
    string Account,
    long LastSequence,
    bool Ended,
    bool Projected,
    long Signals,
    long Intents,
    long Denied,
    long Fills,
    IReadOnlyList<BalanceView> Balances,
    string OrderListHash,
    DateTimeOffset? FirstFillAt,
    DateTimeOffset? LastCommitAt,
    long? LastOrderPosition = null);

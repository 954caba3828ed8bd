using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using AlgoStack.Trading.Venues;

namespace AlgoStack.Trading.Accounts;

/// <summary>What happened to an account at a venue. Stored for ever, so a shape is added to, never changed.</summary>
public abstract record AccountEvent(string Account, DateTimeOffset At);

/// <summary>What the venue said the account holds when it was first asked: where our books begin.</summary>
public sealed record AccountOpened(
    string Account, string Venue, IReadOnlyList<VenueBalance> Balances, IReadOnlyList<VenuePosition> Positions, DateTimeOffset At)
    : AccountEvent(Account, At);

/// <summary>No order leaves any more, until the account is reconciled.</summary>
public sealed record AccountGated(string Account, string Reason, DateTimeOffset At) : AccountEvent(Account, At);

/// <summary>Orders, positions and balances are proven: what is not equal is a drift of its own.</summary>
/// <param name="OpenOrders">Of ours, at the venue.</param>
/// <param name="MissedFills">Booked on the way.</param>
/// <param name="Drifts">Not resolved.</param>
public sealed record AccountReconciled(string Account, int OpenOrders, int MissedFills, int Drifts, DateTimeOffset At) : AccountEvent(Account, At);

/// <summary>Of what a flattening was to close nothing is held and nothing works any more.</summary>
public sealed record AccountFlattened(string Account, string FlatteningId, DateTimeOffset At) : AccountEvent(Account, At);

/// <summary>Other limits hold.</summary>
/// <param name="Source"><c>configuration</c> or <c>request</c>.</param>
/// <param name="Before">Null where there were none yet.</param>
public sealed record RiskLimitsChanged(string Account, string Source, string Reason, RiskLimits? Before, RiskLimits After, DateTimeOffset At)
    : AccountEvent(Account, At)
{
    public const string Configuration = "configuration";
    public const string Request = "request";
}

/// <summary>
/// A UTC day of risk's limits has begun: where it is counted from, and what strategies had made of nothing by then. Told again where
/// a split or a dividend has changed that.
/// </summary>
/// <param name="Days">Of the account and of each strategy, in each currency.</param>
public sealed record RiskDayBegan(
    string Account, IReadOnlyList<RiskDay> Days, IReadOnlyList<StrategyHolding> Holdings, IReadOnlyList<StrategyCash> Cash, DateTimeOffset At)
    : AccountEvent(Account, At);

/// <param name="Quantity">Signed: what its own orders have made of nothing.</param>
public sealed record StrategyHolding(string Strategy, InstrumentId Instrument, decimal Quantity);

/// <param name="Cash">What its own orders have come to: below zero where they cost more than they brought.</param>
public sealed record StrategyCash(string Strategy, string Currency, decimal Cash);

/// <summary>What of an account the books and the venue do not agree on.</summary>
public enum DriftKind
{
    /// <summary>How much is held of an instrument, which is not traded until that is resolved.</summary>
    Position,

    /// <summary>How much there is of a currency.</summary>
    Cash,

    /// <summary>An order is at the venue that we never sent.</summary>
    ForeignOrder,

    /// <summary>Something traded by an order that we never sent. The instrument is not traded until that is resolved.</summary>
    ForeignFill,
}

/// <param name="DriftId">A function of what was found: seen twice it is one.</param>
/// <param name="Subject">The venue's symbol, or the currency.</param>
/// <param name="Ours">What our books say, where it is a figure.</param>
/// <param name="Venue">What the venue says, where it is a figure.</param>
public sealed record DriftFound(
    string Account, string DriftId, DriftKind Kind, string Subject, decimal? Ours, decimal? Venue, string Detail, DateTimeOffset At)
    : AccountEvent(Account, At);

/// <summary>A person decided, or the difference is gone by itself.</summary>
/// <param name="Resolution"><c>adopted</c>: the venue's figure is ours now; <c>dismissed</c>; <c>gone</c>.</param>
public sealed record DriftResolved(string Account, string DriftId, string Resolution, string Reason, DateTimeOffset At) : AccountEvent(Account, At);

/// <summary>Money came or went.</summary>
/// <param name="Amount">Below zero where it went.</param>
/// <param name="Balance">After it: the newest word on a currency is all of it.</param>
/// <param name="Cause"><c>fill</c>, <c>opening</c>, <c>adjustment</c> or <c>corporate action</c>.</param>
public sealed record CashMoved(
    string Account, string Currency, decimal Amount, decimal Balance, string Cause, ClientOrderId? OrderId, string? TradeId, DateTimeOffset At)
    : AccountEvent(Account, At);

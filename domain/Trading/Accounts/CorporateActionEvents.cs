using AlgoStack.Trading.Instruments;

namespace AlgoStack.Trading.Accounts;

/// <summary>What became of a split or a dividend in an account at a venue. Stored for ever, so a shape is added to, never changed.</summary>
/// <param name="ActionId">A function of instrument, kind and ex-date: told twice it is one.</param>
public abstract record CorporateActionEvent(string Account, string ActionId, DateTimeOffset At) : AccountEvent(Account, At);

/// <summary>It is known, and waits for its ex-date.</summary>
/// <param name="New">Of a split: so many new shares for <paramref name="Old"/> ones. Null of a dividend.</param>
/// <param name="Amount">Of a dividend: money for each share. Null of a split.</param>
public sealed record CorporateActionTold(
    string Account, string ActionId, InstrumentId Instrument, DateTimeOffset ExAt, decimal? New, decimal? Old, decimal? Amount, DateTimeOffset At)
    : CorporateActionEvent(Account, ActionId, At);

/// <summary>It is in the books; what became of the position is an event of the position's own.</summary>
/// <param name="Quantity">What was held, signed; 0 where nothing was.</param>
/// <param name="Due">What the venue is going to pay, or below zero to take: equity has it from here on, cash when it is there.</param>
public sealed record CorporateActionBooked(string Account, string ActionId, decimal Quantity, string Currency, decimal Due, DateTimeOffset At)
    : CorporateActionEvent(Account, ActionId, At);

/// <summary>It cannot be booked: how much of it concerns the account is not known.</summary>
public sealed record CorporateActionDropped(string Account, string ActionId, string Reason, DateTimeOffset At)
    : CorporateActionEvent(Account, ActionId, At);

/// <summary>The venue has paid what was due.</summary>
/// <param name="Amount">As it came in: a venue pays whole cents.</param>
public sealed record CorporateActionPaid(string Account, string ActionId, string Currency, decimal Amount, DateTimeOffset At)
    : CorporateActionEvent(Account, ActionId, At);

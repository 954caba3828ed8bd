using AlgoStack.Trading.Instruments;

namespace AlgoStack.Trading.Positions;

/// <summary>What became of a position, at event time. Stored for ever, so a shape is added to, never changed.</summary>
/// <param name="Quantity">Signed, after it.</param>
/// <param name="RealizedPnl">
/// Of the position's whole life, before commission, with dividends and the cost of borrowing, in the instrument's currency.
/// </param>
public abstract record PositionEvent(
    string Account, InstrumentId Instrument, string Currency, decimal Quantity, decimal AveragePrice, decimal RealizedPnl, DateTimeOffset At);

public sealed record PositionOpened(
    string Account, InstrumentId Instrument, string Currency, decimal Quantity, decimal AveragePrice, decimal RealizedPnl, DateTimeOffset At)
    : PositionEvent(Account, Instrument, Currency, Quantity, AveragePrice, RealizedPnl, At);

public sealed record PositionChanged(
    string Account, InstrumentId Instrument, string Currency, decimal Quantity, decimal AveragePrice, decimal RealizedPnl, DateTimeOffset At)
    : PositionEvent(Account, Instrument, Currency, Quantity, AveragePrice, RealizedPnl, At);

public sealed record PositionClosed(
    string Account, InstrumentId Instrument, string Currency, decimal Quantity, decimal AveragePrice, decimal RealizedPnl, DateTimeOffset At)
    : PositionEvent(Account, Instrument, Currency, Quantity, AveragePrice, RealizedPnl, At);

/// <summary>Shares became others: so many <paramref name="New"/> for so many <paramref name="Old"/>.</summary>
/// <param name="Fraction">New shares that came to less than a lot and were paid out, signed as the position.</param>
/// <param name="Price">What a new one of them was worth: the last close, divided.</param>
/// <param name="Cash">What came in for them; below zero of a short.</param>
public sealed record PositionSplit(
    string Account,
    InstrumentId Instrument,
    string Currency,
    decimal Quantity,
    decimal AveragePrice,
    decimal RealizedPnl,
    DateTimeOffset At,
    decimal New,
    decimal Old,
    decimal Fraction,
    decimal Price,
    decimal Cash)
    : PositionEvent(Account, Instrument, Currency, Quantity, AveragePrice, RealizedPnl, At);

/// <summary>A dividend of a position.</summary>
/// <param name="Cash">What came in; below zero of a short, which pays it.</param>
public sealed record DividendBooked(
    string Account, InstrumentId Instrument, string Currency, decimal Quantity, decimal AveragePrice, decimal RealizedPnl, DateTimeOffset At, decimal Cash)
    : PositionEvent(Account, Instrument, Currency, Quantity, AveragePrice, RealizedPnl, At);

/// <summary>What borrowing a short's shares cost.</summary>
/// <param name="Days">Calendar days since it was last charged.</param>
/// <param name="Cash">What came in: below zero.</param>
public sealed record BorrowCharged(
    string Account,
    InstrumentId Instrument,
    string Currency,
    decimal Quantity,
    decimal AveragePrice,
    decimal RealizedPnl,
    DateTimeOffset At,
    int Days,
    decimal Cash)
    : PositionEvent(Account, Instrument, Currency, Quantity, AveragePrice, RealizedPnl, At);

/// <summary>The position is what the venue says it is, since it was first asked or since a person decided so.</summary>
public sealed record PositionAdjusted(
    string Account, InstrumentId Instrument, string Currency, decimal Quantity, decimal AveragePrice, decimal RealizedPnl, DateTimeOffset At, string Reason)
    : PositionEvent(Account, Instrument, Currency, Quantity, AveragePrice, RealizedPnl, At);

using AlgoStack.Trading.Instruments;

namespace AlgoStack.Trading.Positions;

/// <summary>What became of a position with a fill, at event time. Stored for ever, so a shape is added to, never changed.</summary>
/// <param name="Quantity">Signed, after the fill.</param>
/// <param name="RealizedPnl">Of the position's whole life, before commission, in the instrument's currency.</param>
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

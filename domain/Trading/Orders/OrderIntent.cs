using AlgoStack.Trading.Instruments;

namespace AlgoStack.Trading.Orders;

/// <summary>An order as the execution engine wants it, before risk has a word.</summary>
/// <param name="Quantity">Whole lots; zero when the money at risk buys less than one, which risk then denies by name.</param>
/// <param name="ReferencePrice">The close the quantity was sized at.</param>
/// <param name="SignalId">The signal that asked, or null for an exit that the engine worked itself.</param>
/// <param name="At">Event time: the close of the bar that caused it.</param>
public sealed record OrderIntent(
    ClientOrderId OrderId,
    string Account,
    string Strategy,
    InstrumentId Instrument,
    OrderSide Side,
    decimal Quantity,
    OrderType Type,
    decimal ReferencePrice,
    string? SignalId,
    DateTimeOffset At);

using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Signals;

namespace AlgoStack.Trading.Orders;

/// <summary>An order as the execution engine wants it, before risk has a word.</summary>
/// <param name="Quantity">Whole lots; zero when the money at risk buys less than one, which risk then denies by name.</param>
/// <param name="ReferencePrice">The close the quantity was sized at, or the price an exit is meant to trade at.</param>
/// <param name="SignalId">
/// The signal that asked; null for an exit that the engine worked itself, which on an account at a broker has the signal of its entry.
/// </param>
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
    SignalId? SignalId,
    DateTimeOffset At)
{
    /// <summary>The worst price to trade at; of a limit and a stop-limit order.</summary>
    public decimal? LimitPrice { get; init; }

    /// <summary>The price that wakes the order; of a stop, a stop-limit and, at first, a trailing stop order.</summary>
    public decimal? StopPrice { get; init; }

    /// <summary>How far behind the best price since its acceptance the stop follows; of a trailing stop order.</summary>
    public decimal? TrailBy { get; init; }

    public TimeInForce TimeInForce { get; init; }

    /// <summary>It is to be refused where it would trade at once.</summary>
    public bool PostOnly { get; init; }

    /// <summary>It must never do more than close what is held.</summary>
    public bool ReduceOnly { get; init; }

    /// <summary>It closes what is held, at the word of a person or a switch: no switch and no limit holds it back, for that is what it is for.</summary>
    public bool Closes { get; init; }

    /// <summary>The entry that an exit closes: it is sent for as much as that one traded, and not at all where it did not.</summary>
    public ClientOrderId? After { get; init; }

    /// <summary>The group of an exit: the id of its entry or, of two exits of what is held, of the first. Together they trade no more than it.</summary>
    public string? OneCancelsOther { get; init; }

    /// <summary>Of a target that its group is named after: the group's first stop, where that is not named after the group. Null otherwise.</summary>
    public ClientOrderId? FirstStop { get; init; }

    /// <summary>Which exit of its group it is; null of an order that is none.</summary>
    public OrderLeg? Leg { get; init; }

    /// <summary>0 of the first order of a leg; one that is sent again after it was taken back, refused or too small counts on. Slices count on, too.</summary>
    public int Turn { get; init; }

    /// <summary>The parent order that it is a slice of; null of one that is none.</summary>
    public string? Execution { get; init; }
}

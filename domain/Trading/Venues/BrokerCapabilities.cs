using AlgoStack.Trading.Orders;

namespace AlgoStack.Trading.Venues;

/// <summary>For how long a venue refuses a client order id that it has seen.</summary>
public enum ClientIdScope
{
    /// <summary>Not at all: only listing its orders tells.</summary>
    None,

    /// <summary>While the order is open.</summary>
    OpenOrders,

    /// <summary>For good.</summary>
    Forever,
}

/// <summary>How a venue keeps an account's positions.</summary>
public enum PositionKind
{
    /// <summary>It lists them.</summary>
    Listed,

    /// <summary>A position is the balance of the coin that was bought.</summary>
    Balances,
}

/// <summary>What a venue can do. The core refuses the rest before it calls, or does it itself.</summary>
/// <param name="OrderTypes">With the times in force each may have.</param>
/// <param name="ClientIdForm">Our id in the venue's form: a function of it alone.</param>
/// <param name="ClientIds">What protects against placing the same order twice.</param>
/// <param name="SettleTime">
/// How long after it was sent an order may still arrive that the venue does not know. Before that, not found means nothing.
/// </param>
public sealed record BrokerCapabilities(
    IReadOnlyDictionary<OrderType, IReadOnlyList<TimeInForce>> OrderTypes,
    Func<ClientOrderId, string> ClientIdForm,
    ClientIdScope ClientIds,
    TimeSpan SettleTime,
    PositionKind Positions,
    bool CanReplace,
    bool CanPostOnly,
    bool CanReduceOnly)
{
    /// <summary>It takes an order that closes what is held and opens the other side.</summary>
    public bool CanCrossZero { get; init; } = true;

    /// <summary>It splits what it holds of shares, and pays dividends, as their companies do.</summary>
    public bool HasCorporateActions { get; init; } = true;

    /// <summary>Null where the venue takes such an order, else what it takes instead; of what the figures here do not tell.</summary>
    public Func<VenueOrder, string?> WhyNot { get; init; } = _ => null;

    public bool Takes(OrderType type, TimeInForce timeInForce) =>
        OrderTypes.TryGetValue(type, out var times) && times.Contains(timeInForce);
}

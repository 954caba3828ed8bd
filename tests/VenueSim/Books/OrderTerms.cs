namespace AlgoStack.VenueSim.Books;

/// <summary>What was ordered, as it was accepted.</summary>
/// <param name="Order">The venue's own number of it, never used twice.</param>
/// <param name="Id">What the venue calls it outwardly. After an id rollback two orders have the same.</param>
/// <param name="Parent">The number of the order that it is a leg of.</param>
/// <param name="Replaces">The number of the order whose place it takes.</param>
/// <param name="Opens">It opens or enlarges a position, so it takes buying power; the others take of the position.</param>
internal sealed record OrderTerms(
    long Order,
    string Id,
    string ClientOrderId,
    string Symbol,
    OrderSide Side,
    decimal Qty,
    OrderType Type,
    TimeInForce TimeInForce,
    decimal? LimitPrice,
    decimal? StopPrice,
    decimal? TrailPrice,
    decimal? TrailPercent,
    OrderClass OrderClass,
    bool ExtendedHours,
    bool Opens,
    LegRole? Role = null,
    long? Parent = null,
    long? Replaces = null);

namespace AlgoStack.Trading.Venues;

/// <summary>What a venue says of an account, asked for piece by piece: orders first, so that a fill in between shows twice and not never.</summary>
/// <param name="OpenOrdersAreComplete">An incomplete list is never read as "no orders".</param>
/// <param name="Executions">Since the time that was asked for, oldest first.</param>
/// <param name="AskedAt">Our clock before the first piece.</param>
public sealed record VenueStatement(
    IReadOnlyList<OrderSnapshot> OpenOrders,
    bool OpenOrdersAreComplete,
    IReadOnlyList<Execution> Executions,
    IReadOnlyList<VenuePosition> Positions,
    IReadOnlyList<VenueBalance> Balances,
    DateTimeOffset AskedAt);

/// <param name="Symbol">The venue's own; the asset's, where positions are balances.</param>
/// <param name="Quantity">Signed: below zero is short.</param>
/// <param name="AveragePrice">Null where the venue does not say.</param>
public sealed record VenuePosition(string Symbol, decimal Quantity, decimal? AveragePrice);

/// <param name="Asset">A currency, or a coin.</param>
/// <param name="Total">What is held, that in open orders included.</param>
/// <param name="Free">What new orders can use; null where the venue does not say.</param>
public sealed record VenueBalance(string Asset, decimal Total, decimal? Free);

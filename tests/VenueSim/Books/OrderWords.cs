namespace AlgoStack.VenueSim.Books;

internal enum OrderSide
{
    Buy,
    Sell,
}

internal enum OrderType
{
    Market,
    Limit,
    Stop,
    StopLimit,
    TrailingStop,
}

internal enum TimeInForce
{
    Day,
    Gtc,
    Ioc,
    Fok,
}

internal enum OrderClass
{
    Simple,
    Bracket,
    Oco,
    Oto,
}

/// <summary>What a leg is for.</summary>
internal enum LegRole
{
    TakeProfit,
    StopLoss,
}

internal enum OrderStatus
{
    /// <summary>Taken while the market is closed.</summary>
    Accepted,
    PendingNew,
    New,
    Held,
    PartiallyFilled,
    Filled,
    Canceled,
    Expired,
    Replaced,
    Rejected,
}

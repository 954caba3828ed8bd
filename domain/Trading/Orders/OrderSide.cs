namespace AlgoStack.Trading.Orders;

public enum OrderSide
{
    Buy,
    Sell,
}

public enum OrderType
{
    Market,
    Limit,
    Stop,
    StopLimit,
    TrailingStop,
}

public enum OrderStatus
{
    Requested,
    Denied,
    Submitted,
    Accepted,
    PartiallyFilled,
    Filled,
    Rejected,
    Canceled,
    Expired,
}

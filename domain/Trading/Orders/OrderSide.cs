namespace AlgoStack.Trading.Orders;

public enum OrderSide
{
    Buy,
    Sell,
}

public enum OrderType
{
    Market,
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

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

/// <summary>How long an order may wait.</summary>
public enum TimeInForce
{
    /// <summary>Until it is canceled.</summary>
    Gtc,

    /// <summary>Until the venue's day ends.</summary>
    Day,

    /// <summary>What trades at once trades, the rest is canceled.</summary>
    Ioc,

    /// <summary>All of it trades at once or none does.</summary>
    Fok,
}

public enum OrderStatus
{
    /// <summary>Wanted; risk has not said a word.</summary>
    Requested,
    Denied,

    /// <summary>Risk said yes; nothing has left the house.</summary>
    Approved,

    /// <summary>From here on it may be at the venue.</summary>
    Submitted,
    Accepted,
    PartiallyFilled,

    /// <summary>Whether it is at the venue cannot be said yet.</summary>
    Unknown,
    Filled,
    Rejected,
    Canceled,
    Expired,
}

public static class OrderStatuses
{
    /// <summary>Nothing is expected of the order any more; a late fill may come all the same.</summary>
    public static bool IsFinal(this OrderStatus status) =>
        status is OrderStatus.Denied or OrderStatus.Filled or OrderStatus.Rejected or OrderStatus.Canceled or OrderStatus.Expired;
}

namespace AlgoStack.Trading.Orders;

/// <summary>What an exit is for.</summary>
public enum OrderLeg
{
    /// <summary>A limit order that closes at a gain.</summary>
    TakeProfit,

    /// <summary>A stop order that closes before a loss grows.</summary>
    StopLoss,
}

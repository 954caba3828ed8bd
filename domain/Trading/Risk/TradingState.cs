namespace AlgoStack.Trading.Risk;

/// <summary>What may leave, from the freest to the strictest.</summary>
public enum TradingState
{
    Active,

    /// <summary>Only orders that make a position smaller.</summary>
    Reducing,

    /// <summary>No order at all.</summary>
    Halted,
}

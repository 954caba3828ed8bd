namespace AlgoStack.Trading.Risk;

/// <summary>Whether an instrument can be traded now, as its venue or a calendar says.</summary>
public enum MarketStatus
{
    Unknown,
    Open,
    Closed,
}

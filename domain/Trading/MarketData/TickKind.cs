namespace AlgoStack.Trading.MarketData;

/// <summary>What a tick tells.</summary>
public enum TickKind : byte
{
    /// <summary>What traded, at which price.</summary>
    Trade,

    /// <summary>The best bid and ask from now on.</summary>
    Quote,
}

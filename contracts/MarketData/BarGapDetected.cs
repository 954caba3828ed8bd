namespace AlgoStack.Contracts.MarketData;

/// <summary>A bar came later than one timeframe after the one before it, or jumped in price. The bar itself was accepted.</summary>
/// <param name="Kind"><c>gap</c> or <c>jump</c>.</param>
/// <param name="Detail">What was seen, in words.</param>
public sealed record BarGapDetected(
    string SessionId,
    string Instrument,
    string Timeframe,
    string Kind,
    DateTimeOffset Previous,
    DateTimeOffset Current,
    string Detail);

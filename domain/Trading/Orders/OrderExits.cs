namespace AlgoStack.Trading.Orders;

/// <summary>At what prices a position is to be closed: one of them, or whichever comes first.</summary>
/// <param name="StopLimit">The worst price to trade at once the stop is reached; null is the market's.</param>
public sealed record OrderExits(decimal? Target, decimal? Stop, decimal? StopLimit = null)
{
    /// <summary>Null where the prices are on their sides of each other and of the position's, else why not.</summary>
    /// <param name="closing">The side that closes.</param>
    /// <param name="price">What the position is entered at, or what the market is at; null leaves it aside.</param>
    public string? WhyNot(OrderSide closing, decimal? price)
    {
        if (Target <= 0 || Stop <= 0 || StopLimit <= 0) return $"Expected prices above zero, found target {Target}, stop {Stop}, its limit {StopLimit}.";
        if (StopLimit is not null && Stop is null) return $"Expected a stop price beside the stop's limit of {StopLimit}, found none.";

        // As a closing sell has them; a closing buy has them the other way round.
        var sign = closing == OrderSide.Sell ? 1 : -1;
        var (better, worse) = sign == 1 ? ("above", "below") : ("below", "above");
        if (sign * Target <= sign * Stop) return $"Expected a target {better} the stop, found {Target} and {Stop}.";
        if (sign * StopLimit > sign * Stop) return $"Expected the stop's limit at or {worse} its stop price, found {StopLimit} and {Stop}.";
        if (sign * Target <= sign * price) return $"Expected a target {better} {price}, found {Target}.";
        return sign * Stop >= sign * price ? $"Expected a stop {worse} {price}, found {Stop}." : null;
    }
}

using AlgoStack.Trading.Orders;

namespace AlgoStack.Trading.Risk;

/// <summary>What risk has to be told about the moment at which an order is to leave.</summary>
/// <param name="NowMs">Unix milliseconds UTC, by the clock whose skew is <paramref name="ClockSkewMs"/>.</param>
/// <param name="LastPrice">The instrument's last price; null, or not above zero, where none is known.</param>
/// <param name="LastPriceMs">When that was, Unix milliseconds UTC.</param>
/// <param name="ClockSkewMs">How far the clock is ahead of the venue's, below zero behind it; null where nobody knows.</param>
/// <param name="OnlyReduces">
/// Venue or caller see to it that the order can only ever make a position smaller, whatever else trades: an exit, or one that the
/// venue takes as reduce-only. It does not count as on its way.
/// </param>
/// <param name="TradesInOrder">
/// What is on its way trades before this order does, as a simulation's market orders do: a buy before it makes room for a sell. Else
/// any of it may trade alone.
/// </param>
public readonly record struct RiskContext(
    long NowMs, decimal? LastPrice, long LastPriceMs, MarketStatus Market, long? ClockSkewMs, bool OnlyReduces, bool TradesInOrder = false)
{
    /// <summary>
    /// Event time, in which a simulation lives: its clock is right, a bar says that the market was open, and an order is meant at
    /// the last price there is. What came first trades first.
    /// </summary>
    public static RiskContext AtEvent(OrderIntent intent, bool onlyReduces)
    {
        var atMs = intent.At.ToUnixTimeMilliseconds();
        return new RiskContext(atMs, intent.ReferencePrice, atMs, MarketStatus.Open, ClockSkewMs: 0, onlyReduces, TradesInOrder: true);
    }
}

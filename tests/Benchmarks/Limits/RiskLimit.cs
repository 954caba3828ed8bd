using AlgoStack.Trading.Orders;

namespace AlgoStack.Benchmarks.Limits;

/// <summary>The least that a risk decision can be: what the order is worth and what the position would be, in decimals, against two limits.</summary>
internal static class RiskLimit
{
    /// <returns>How many were within both.</returns>
    public static int Decide((int Instrument, OrderIntent Intent)[] orders, int decisions, decimal[] held)
    {
        var allowed = 0;
        for (int i = 0, next = 0; i < decisions; i++, next = next + 1 == orders.Length ? 0 : next + 1)
        {
            var (instrument, intent) = orders[next];
            var position = held[instrument] + (intent.Side == OrderSide.Buy ? intent.Quantity : -intent.Quantity);
            if (intent.Quantity * intent.ReferencePrice <= 100_000 && Math.Abs(position) <= 1_000) allowed++;
        }

        return allowed;
    }
}

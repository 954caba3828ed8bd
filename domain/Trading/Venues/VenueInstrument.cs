using AlgoStack.Trading.Orders;

namespace AlgoStack.Trading.Venues;

/// <summary>What a venue says one may trade, and in which steps. A bound that it does not state is null.</summary>
/// <param name="Symbol">The venue's own.</param>
/// <param name="Currency">What it is quoted in.</param>
/// <param name="Tick">Step of a price, at a price; it may depend on it.</param>
/// <param name="Lot">Step of a quantity.</param>
/// <param name="MostQuantityToMarket">The bound of market orders, where it is another.</param>
/// <param name="LeastValue">Of quantity × price.</param>
/// <param name="Asset">What is bought, where its balance is the position, see <see cref="PositionKind.Balances"/>.</param>
/// <param name="IsAlwaysOpen">It has no hours.</param>
public sealed record VenueInstrument(
    string Symbol,
    string Currency,
    bool IsTradable,
    Func<decimal, decimal> Tick,
    decimal Lot,
    decimal? LeastQuantity = null,
    decimal? MostQuantity = null,
    decimal? MostQuantityToMarket = null,
    decimal? LeastPrice = null,
    decimal? MostPrice = null,
    decimal? LeastValue = null,
    decimal? MostValue = null,
    string? Asset = null,
    bool IsAlwaysOpen = false)
{
    /// <summary>More of it can be sold than is held.</summary>
    public bool CanShort { get; init; } = true;

    /// <summary>The largest quantity of one order; null where the venue states none.</summary>
    public decimal? MostOf(OrderType type) => type == OrderType.Market ? Least(MostQuantity, MostQuantityToMarket) : MostQuantity;

    /// <summary>Null where the order may be sent as it is, else why not: what was expected and what was found.</summary>
    /// <param name="lastPrice">What a market order is valued at; null leaves its value unchecked.</param>
    public string? WhyNot(VenueOrder order, decimal? lastPrice)
    {
        if (!IsTradable) return $"{Symbol}: the venue does not trade it now.";
        if (order.Notional is { } notional) return WhyNotWorth(notional);
        foreach (var price in (decimal?[])[order.LimitPrice, order.StopPrice, order.TrailBy, lastPrice])
        {
            if (LargestFigures.WhyNot(order.Quantity, price) is { } tooLarge) return $"{Symbol}: {tooLarge}";
        }

        if (order.Quantity <= 0) return $"{Symbol}: expected a quantity above zero, found {order.Quantity}.";
        if (order.Quantity % Lot != 0) return $"{Symbol}: expected a quantity in steps of {Lot}, found {order.Quantity}.";
        if (order.Quantity < LeastQuantity) return $"{Symbol}: expected a quantity of at least {LeastQuantity}, found {order.Quantity}.";

        if (MostOf(order.Type) is { } most && order.Quantity > most) return $"{Symbol}: expected a quantity of at most {most}, found {order.Quantity}.";

        foreach (var price in (decimal?[])[order.LimitPrice, order.StopPrice])
        {
            if (price is { } p && WhyNot(p) is { } why) return why;
        }

        return (order.LimitPrice ?? order.StopPrice ?? lastPrice) * order.Quantity is { } value ? WhyNotWorth(value) : null;
    }

    private string? WhyNotWorth(decimal value)
    {
        if (value <= 0) return $"{Symbol}: expected a value above zero, found {value}.";
        if (value < LeastValue) return $"{Symbol}: expected a value of at least {LeastValue}, found {value}.";
        return value > MostValue ? $"{Symbol}: expected a value of at most {MostValue}, found {value}." : null;
    }

    private string? WhyNot(decimal price)
    {
        if (price <= 0) return $"{Symbol}: expected a price above zero, found {price}.";
        if (price < LeastPrice) return $"{Symbol}: expected a price of at least {LeastPrice}, found {price}.";
        if (price > MostPrice) return $"{Symbol}: expected a price of at most {MostPrice}, found {price}.";

        var tick = Tick(price);
        return price % tick != 0 ? $"{Symbol}: expected a price in steps of {tick}, found {price}." : null;
    }

    private static decimal? Least(decimal? a, decimal? b) => a is null ? b : b is null ? a : Math.Min(a.Value, b.Value);
}

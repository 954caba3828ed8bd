using AlgoStack.Trading.Orders;

namespace AlgoStack.Trading.Positions;

/// <summary>
/// A net position at average cost. Quantity is signed: above zero long, below zero short. Realized PnL is before
/// commission, in the instrument's currency.
/// </summary>
public readonly record struct Position(decimal Quantity, decimal AveragePrice, decimal RealizedPnl)
{
    /// <summary>The position after a fill. A fill through zero closes the old side and opens the new one at the fill's price.</summary>
    public Position After(OrderSide side, decimal quantity, decimal price)
    {
        var change = side == OrderSide.Buy ? quantity : -quantity;
        var next = Quantity + change;

        if (Quantity == 0) return this with { Quantity = next, AveragePrice = price };

        if (Math.Sign(change) == Math.Sign(Quantity))
        {
            var cost = (AveragePrice * Math.Abs(Quantity)) + (price * quantity);
            return this with { Quantity = next, AveragePrice = cost / Math.Abs(next) };
        }

        var closed = Math.Min(quantity, Math.Abs(Quantity));
        var realized = RealizedPnl + ((price - AveragePrice) * closed * Math.Sign(Quantity));
        var average = next == 0 ? 0 : Math.Sign(next) == Math.Sign(Quantity) ? AveragePrice : price;
        return new Position(next, average, realized);
    }
}

namespace AlgoStack.VenueSim.Books;

/// <param name="Qty">Negative when short.</param>
/// <param name="AveragePrice">What the units held cost on average, in USD; 0 when flat.</param>
internal sealed record Position(string Symbol, decimal Qty, decimal AveragePrice)
{
    /// <param name="signed">Bought, or sold as a negative.</param>
    public Position After(decimal signed, decimal price)
    {
        var qty = Qty + signed;
        if (qty == 0) return this with { Qty = 0, AveragePrice = 0 };
        if (Qty == 0 || Math.Sign(Qty) != Math.Sign(qty)) return this with { Qty = qty, AveragePrice = price };
        if (Math.Sign(signed) != Math.Sign(Qty)) return this with { Qty = qty };

        return this with { Qty = qty, AveragePrice = ((Qty * AveragePrice) + (signed * price)) / qty };
    }
}

namespace AlgoStack.Trading.Orders;

public static class Decimals
{
    /// <summary>The same number without trailing zeros, so that 1.50 and 1.5 are written alike.</summary>
    public static decimal Normalized(this decimal value) => value / 1.0000000000000000000000000000m;
}

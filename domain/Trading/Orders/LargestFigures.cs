namespace AlgoStack.Trading.Orders;

/// <summary>
/// The largest figures of an order, a fill or a position. What is within them can be multiplied, and added up ten thousand times,
/// within what decimal holds; what is not is refused where it comes in, for an account that throws trades nothing.
/// </summary>
public static class LargestFigures
{
    /// <summary>Units of an instrument.</summary>
    public const decimal Quantity = 1_000_000_000_000_000_000m;

    /// <summary>As <see cref="Instruments.Instrument.LargestPrice"/>, which is a double.</summary>
    public const decimal Price = 1_000_000_000_000_000m;

    /// <summary>Of quantity × price.</summary>
    public const decimal Value = 1_000_000_000_000_000_000_000_000m;

    /// <summary>Null where they are within all of these, else why not.</summary>
    /// <param name="quantity">Signed, or a change; null, as the price, leaves it aside.</param>
    public static string? WhyNot(decimal? quantity, decimal? price)
    {
        if (Math.Abs(quantity ?? 0) > Quantity) return $"Expected a quantity of at most {Quantity}, found {quantity}.";
        if (Math.Abs(price ?? 0) > Price) return $"Expected a price of at most {Price}, found {price}.";

        // A product of doubles does not throw.
        return Math.Abs((double)(quantity ?? 0) * (double)(price ?? 0)) > (double)Value
            ? $"Expected quantity times price to be at most {Value}, found {quantity} times {price}."
            : null;
    }
}

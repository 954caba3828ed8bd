namespace AlgoStack.Trading.Instruments;

/// <summary>
/// What an order must respect. <paramref name="Tick"/> is the smallest price step, <paramref name="Lot"/> the smallest
/// quantity step, both above zero; <paramref name="Currency"/> is what prices are quoted in. This is the one place
/// where market data's <c>double</c> becomes the order's <c>decimal</c>.
/// </summary>
public sealed record Instrument(InstrumentId Id, decimal Tick, decimal Lot, string Currency)
{
    // decimal holds 28 digits; past this a price cannot be told to the tick any more.
    private const double LargestPrice = 1e15;

    /// <summary>The price on the tick nearest to <paramref name="price"/>, halves away from zero.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a finite price of magnitude up to 1e15.</exception>
    public decimal RoundPrice(double price)
    {
        if (!double.IsFinite(price) || Math.Abs(price) > LargestPrice)
        {
            throw new ArgumentOutOfRangeException(nameof(price), price, $"{Id}: expected a finite price up to {LargestPrice:g}.");
        }

        return Math.Round((decimal)price / Tick, MidpointRounding.AwayFromZero) * Tick;
    }

    /// <summary>The largest whole number of lots that is not more than <paramref name="quantity"/>.</summary>
    public decimal FloorQuantity(decimal quantity) => Math.Floor(quantity / Lot) * Lot;
}

using System.Globalization;

namespace AlgoStack.Trading.Instruments;

/// <summary>
/// What an order must respect. <paramref name="Tick"/> is the smallest price step, <paramref name="Lot"/> the smallest
/// quantity step, both above zero; <paramref name="Currency"/> is what prices are quoted in. This is the one place
/// where market data's <c>double</c> becomes the order's <c>decimal</c>.
/// </summary>
public sealed record Instrument(InstrumentId Id, decimal Tick, decimal Lot, string Currency)
{
    /// <summary>decimal holds 28 digits; past this a price cannot be told to the tick any more.</summary>
    public const double LargestPrice = 1e15;

    // What a double tells to the millionth of a tick.
    private const double MostTicks = 1e9;
    private const double MostLots = 1e15;
    private const decimal MostCounted = 1_000_000_000m;
    private const double SurelyNearest = 0.499999;

    private static readonly double[] PowersOfTen = [.. Enumerable.Range(0, 16).Select(i => double.Parse($"1e{i}", CultureInfo.InvariantCulture))];

    private readonly int _decimals = DecimalsOf(Tick);
    private readonly int _lotDecimals = DecimalsOf(Lot);
    private readonly decimal _lotsInOne = decimal.Round(1 / Lot) * Lot == 1 ? decimal.Round(1 / Lot) : 0;

    /// <summary>The price on the tick nearest to <paramref name="price"/>, halves away from zero.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a finite price of magnitude up to 1e15.</exception>
    public decimal RoundPrice(double price)
    {
        if (!double.IsFinite(price) || Math.Abs(price) > LargestPrice)
        {
            throw new ArgumentOutOfRangeException(nameof(price), price, $"{Id}: expected a finite price up to {LargestPrice:g}.");
        }

        // A tick of a power of ten is a number of decimals, and division by it can be left out where rounding is in no doubt.
        if (_decimals >= 0)
        {
            var ticks = price * PowersOfTen[_decimals];
            var nearest = Math.Round(ticks);
            if (Math.Abs(nearest) < MostTicks && Math.Abs(ticks - nearest) < SurelyNearest)
                return new decimal((int)Math.Abs(nearest), 0, 0, nearest < 0, (byte)_decimals);
        }

        return Math.Round((decimal)price / Tick, MidpointRounding.AwayFromZero) * Tick;
    }

    public bool IsOnTick(decimal price) => (_decimals >= 0 && price.Scale <= _decimals) || price % Tick == 0;

    public bool IsWholeLots(decimal quantity) => (_lotDecimals >= 0 && quantity.Scale <= _lotDecimals) || quantity % Lot == 0;

    /// <summary>The largest whole number of lots that is not more than <paramref name="quantity"/>.</summary>
    public decimal FloorQuantity(decimal quantity) =>
        // So many lots of what is divided finely are more than decimal can count.
        quantity > MostCounted ? quantity - (quantity % Lot)
        : Lot == 1 ? Math.Floor(quantity) : Math.Floor(_lotsInOne == 0 ? quantity / Lot : quantity * _lotsInOne) * Lot;

    /// <summary>The largest quantity, in whole lots, that is worth no more than <paramref name="money"/>; 0 where that buys none.</summary>
    /// <param name="price">Above zero.</param>
    public decimal QuantityFor(decimal money, decimal price)
    {
        // A division of decimals goes to 28 digits. Where a double tells the number of lots, two products show whether it is right.
        var priceOfLot = price * Lot;
        var lots = Math.Floor((double)money / (double)priceOfLot);
        if (lots is >= 0 and < MostLots)
        {
            var quantity = (decimal)lots;
            var worth = quantity * priceOfLot;
            if (worth <= money && money < worth + priceOfLot) return quantity * Lot;
        }

        return Math.Max(FloorQuantity(money / price), 0);
    }

    /// <summary>How many decimals a tick such as 0.01 has; -1 for one such as 0.05.</summary>
    private static int DecimalsOf(decimal tick) => Array.FindIndex(PowersOfTen, power => tick * (decimal)power == 1);
}

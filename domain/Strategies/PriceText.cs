using System.Globalization;

namespace AlgoStack.Strategies;

/// <summary>A price for a sentence: enough decimals to tell it by, and no exponent.</summary>
internal static class PriceText
{
    public static string Of(double price) =>
        price.ToString(Math.Abs(price) >= 1 ? "0.00##" : "0.00########", CultureInfo.InvariantCulture);
}

using System.Numerics;

namespace AlgoStack.BarFiles;

/// <summary>
/// The double nearest to a whole number of up to 64 bits over a power of ten, by one multiplication with a reciprocal of
/// 128 bits. After D. Lemire, Number Parsing at a Gigabyte per Second, 2021.
/// </summary>
internal static class DecimalFraction
{
    public const int MostFraction = 19;

    // A double has 53 bits; one more says which way to round.
    private const int FewestBitsBelow = 63 - 54;
    private const int ExponentBias = 1_023;
    private const int MantissaBits = 52;

    // Of 10^1, 10^2 and so on.
    private static readonly (ulong High, ulong Low, int Exponent)[] Reciprocals = [.. Enumerable.Range(1, MostFraction).Select(Reciprocal)];

    /// <summary>False where the bits that were computed do not tell which of two doubles is nearer.</summary>
    /// <param name="mantissa">Above 0.</param>
    /// <param name="fraction">The power of ten: 1 to <see cref="MostFraction"/>.</param>
    public static bool TryRound(ulong mantissa, int fraction, out double value)
    {
        var (reciprocalHigh, reciprocalLow, exponent) = Reciprocals[fraction - 1];
        var shift = BitOperations.LeadingZeroCount(mantissa);
        mantissa <<= shift;
        var high = Math.BigMul(mantissa, reciprocalHigh, out var low);
        var middle = Math.BigMul(mantissa, reciprocalLow, out _);
        low += middle;
        if (low < middle) high++;

        // The reciprocal is rounded up, so the product may be one too large in its last bit: the bits below say that there
        // is something beyond the 54 as long as they are not 0.
        var below = FewestBitsBelow + (int)(high >> 63);
        var rounded = ((high >> below) + 1) >> 1;
        value = rounded * BitConverter.Int64BitsToDouble((long)(ExponentBias + below + 1 - shift - exponent) << MantissaBits);
        return low != 0 || (high & ((1UL << below) - 1)) != 0;
    }

    // 2^(128 + e) / 10^n, rounded up, where 2^e < 10^n < 2^(e + 1), so that it has 128 bits.
    private static (ulong High, ulong Low, int Exponent) Reciprocal(int n)
    {
        var power = 1UL;
        for (var i = 0; i < n; i++) power *= 10;

        var exponent = BitOperations.Log2(power);
        UInt128 quotient = 0;
        UInt128 rest = 1UL << exponent;
        for (var bit = 0; bit < 128; bit++)
        {
            rest <<= 1;
            quotient <<= 1;
            if (rest < power) continue;

            rest -= power;
            quotient++;
        }

        quotient++;
        return ((ulong)(quotient >> 64), (ulong)quotient, exponent);
    }
}

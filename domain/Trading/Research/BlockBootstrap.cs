namespace AlgoStack.Trading.Research;

/// <summary>
/// Draws as many days anew from the days there were, in blocks, so that what one day owes to the day before it stays.
/// The days lie in a circle: after the last comes the first.
/// </summary>
public static class BlockBootstrap
{
    /// <summary>
    /// Blocks of random length, geometric around the mean, which keeps the series stationary. D. N. Politis and
    /// J. P. Romano, The Stationary Bootstrap, Journal of the American Statistical Association 89 (1994).
    /// </summary>
    /// <param name="days">Filled with indices from 0 to below its length.</param>
    /// <param name="meanBlock">Days, 1 or more.</param>
    public static void Stationary(Span<int> days, double meanBlock, ref SplitMix64 random)
    {
        if (!(meanBlock >= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(meanBlock), meanBlock, "BlockBootstrap: expected a mean block of 1 day or more.");
        }

        var newBlock = 1 / meanBlock;
        for (var i = 0; i < days.Length; i++)
        {
            if (i == 0 || random.NextFraction() < newBlock)
            {
                days[i] = random.NextBelow(days.Length);
            }
            else
            {
                days[i] = days[i - 1] + 1 < days.Length ? days[i - 1] + 1 : 0;
            }
        }
    }

    /// <summary>
    /// Blocks of one length, the last one cut off where the days are full. D. N. Politis and J. P. Romano, A Circular
    /// Block-Resampling Procedure for Stationary Data, in Exploring the Limits of Bootstrap (1992).
    /// </summary>
    /// <param name="days">Filled with indices from 0 to below <paramref name="count"/>.</param>
    /// <param name="count">The days to draw from.</param>
    /// <param name="block">Days, 1 or more.</param>
    public static void Circular(Span<int> days, int count, int block, ref SplitMix64 random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(block, 1);
        for (var i = 0; i < days.Length; i++)
            days[i] = i % block == 0 ? random.NextBelow(count) : (days[i - 1] + 1) % count;
    }
}

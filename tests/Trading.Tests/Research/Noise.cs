using AlgoStack.Trading.Research;

namespace AlgoStack.Trading.Tests.Research;

/// <summary>Independent normal returns of 1 % a day, from a seed.</summary>
internal static class Noise
{
    public static double[] Of(ref SplitMix64 random, int count)
    {
        // G. E. P. Box and M. E. Muller, A Note on the Generation of Random Normal Deviates (1958).
        var values = new double[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = 0.01 * Math.Sqrt(-2 * Math.Log(1 - random.NextFraction()))
                * Math.Cos(2 * Math.PI * random.NextFraction());
        }

        return values;
    }

    public static double[][] Of(ref SplitMix64 random, int configurations, int periods)
    {
        var returns = new double[configurations][];
        for (var i = 0; i < configurations; i++) returns[i] = Of(ref random, periods);
        return returns;
    }
}

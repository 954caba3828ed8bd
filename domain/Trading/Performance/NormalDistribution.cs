namespace AlgoStack.Trading.Performance;

/// <summary>The standard normal distribution.</summary>
public static class NormalDistribution
{
    // Beyond this the part outside is less than a double can tell from nothing when taken from one.
    private const double Farthest = 9;

    /// <summary>
    /// The probability of a value below <paramref name="x"/>, to 1e-15. G. Marsaglia, Evaluating the Normal Distribution,
    /// Journal of Statistical Software 11 (2004).
    /// </summary>
    public static double Cumulative(double x)
    {
        if (x <= -Farthest) return 0;
        if (x >= Farthest) return 1;

        var (sum, before, term) = (x, 0.0, x);
        for (var odd = 3; sum != before; odd += 2)
        {
            before = sum;
            term *= x * x / odd;
            sum += term;
        }

        return Math.Clamp(0.5 + (sum * Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI)), 0, 1);
    }

    /// <summary>The value that <paramref name="probability"/> of all are below, by bisection; within -9 to 9.</summary>
    /// <param name="probability">Above 0, below 1.</param>
    public static double Quantile(double probability)
    {
        if (probability is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(probability), probability, "Quantile: expected a probability between 0 and 1.");
        }

        var (low, high) = (-Farthest, Farthest);
        while (true)
        {
            var middle = (low + high) / 2;
            if (middle <= low || middle >= high) return middle;
            if (Cumulative(middle) < probability)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }
    }
}

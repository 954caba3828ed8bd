namespace AlgoStack.Trading.Research;

/// <summary>
/// Where values lie: <paramref name="P5"/> is the one that 5 in 100 are below, interpolated linearly between the two
/// nearest. R. J. Hyndman and Y. Fan, Sample Quantiles in Statistical Packages, The American Statistician 50 (1996), type 7.
/// </summary>
public readonly record struct Percentiles(double P1, double P5, double P25, double P50, double P75, double P95, double P99)
{
    /// <param name="values">At least one. Is sorted.</param>
    public static Percentiles Of(Span<double> values)
    {
        if (values.IsEmpty) throw new ArgumentException("Percentiles: expected at least one value, found none.", nameof(values));
        values.Sort();
        return new Percentiles(
            At(values, 0.01),
            At(values, 0.05),
            At(values, 0.25),
            At(values, 0.5),
            At(values, 0.75),
            At(values, 0.95),
            At(values, 0.99));
    }

    private static double At(ReadOnlySpan<double> sorted, double share)
    {
        var place = share * (sorted.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }
}

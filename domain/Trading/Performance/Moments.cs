namespace AlgoStack.Trading.Performance;

/// <summary>The mean of returns and their sample variance (over n - 1).</summary>
internal readonly record struct Moments(int Count, double Mean, double Variance)
{
    // Returns that are all equal differ by what rounding left of them: a deviation below this part of the mean is none.
    private const double Rounding = 1e-12;

    /// <summary>Standard deviation; null with fewer than two returns.</summary>
    public double? Deviation => Count < 2 || !double.IsFinite(Variance) ? null : IsSpread ? Math.Sqrt(Variance) : 0;

    /// <summary>Mean over standard deviation, a period; null with fewer than two returns or when none differs.</summary>
    public double? Sharpe => Deviation is > 0 and var deviation ? Mean / deviation : null;

    private bool IsSpread => Variance > Rounding * Rounding * Mean * Mean;

    public static Moments Of(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values) sum += value;
        var mean = sum / values.Length;

        var squares = 0.0;
        foreach (var value in values) squares += (value - mean) * (value - mean);
        return new Moments(values.Length, mean, squares / (values.Length - 1));
    }
}

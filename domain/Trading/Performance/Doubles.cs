namespace AlgoStack.Trading.Performance;

internal static class Doubles
{
    /// <summary>Null for NaN and infinities: no statistic is one.</summary>
    public static double? OrNull(this double value) => double.IsFinite(value) ? value : null;

    /// <inheritdoc cref="OrNull(double)"/>
    public static double? OrNull(this double? value) => value is { } number ? number.OrNull() : null;

    public static void ThrowUnlessFinite(ReadOnlySpan<double> returns, string name)
    {
        var bad = returns.IndexOfAnyExceptInRange(double.MinValue, double.MaxValue);
        if (bad >= 0) throw new ArgumentException($"Expected finite returns, found {returns[bad]} at {bad}.", name);
    }
}

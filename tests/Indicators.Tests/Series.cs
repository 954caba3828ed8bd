using AlgoStack.Trading.MarketData;
using FsCheck;
using FsCheck.Fluent;

namespace AlgoStack.Indicators.Tests;

/// <summary>Inputs and plain, slow definitions to hold the indicators against.</summary>
internal static class Series
{
    /// <summary>Between 1 and 120 prices from 0.01 to 10,000.</summary>
    public static Arbitrary<double[]> Prices { get; } = Arb.From(
        from count in Gen.Choose(1, 120)
        from prices in Gen.ArrayOf(Gen.Choose(1, 1_000_000).Select(cents => cents / 100.0), count)
        select prices);

    public static Arbitrary<int> Lengths { get; } = Arb.From(Gen.Choose(1, 30));

    public static Bar Bar(double high, double low, double close) => new(0, close, high, low, close, 0);

    public static double Mean(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values) sum += value;
        return sum / values.Length;
    }

    public static double PopulationDeviation(ReadOnlySpan<double> values)
    {
        var mean = Mean(values);
        var squares = 0.0;
        foreach (var value in values) squares += (value - mean) * (value - mean);
        return Math.Sqrt(squares / values.Length);
    }

    /// <summary>Equal to nine digits, or both NaN; below <paramref name="floor"/> a difference is rounding.</summary>
    public static bool Agree(double actual, double expected, double floor = 0) =>
        double.IsNaN(expected) ? double.IsNaN(actual) : Math.Abs(actual - expected) <= Math.Max(floor, 1e-9 * Math.Abs(expected));
}

using AlgoStack.Benchmarks.Measuring;

namespace AlgoStack.Benchmarks.Orders;

/// <summary>The table of what an order goes through.</summary>
internal static class OrdersBenchmark
{
    /// <inheritdoc cref="Benchmark.RunAsync"/>
    public static Task<int> RunAsync(TextWriter output, string? only, int rounds, bool brief)
    {
        var suite = new RiskSuite(brief ? 10_000 : 1_000_000);
        return Benchmark.RunAsync(output, suite.Comparisons, suite.Bounds, only, rounds, brief);
    }
}

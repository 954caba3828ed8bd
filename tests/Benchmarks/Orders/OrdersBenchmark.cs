using AlgoStack.Benchmarks.Measuring;

namespace AlgoStack.Benchmarks.Orders;

/// <summary>The table of what an order goes through.</summary>
internal static class OrdersBenchmark
{
    /// <summary>Runs of a loop before it counts: it is compiled for good after some dozens of calls.</summary>
    private const int WarmUpRounds = 4;

    /// <inheritdoc cref="Benchmark.RunAsync"/>
    public static async Task<int> RunAsync(TextWriter output, string? only, int rounds, bool brief)
    {
        await output.WriteLineAsync(Table.Head);
        var risk = new RiskSuite(brief ? 10_000 : 1_000_000);
        var decided = await Benchmark.RunAsync(output, risk.Comparisons, risk.Bounds, only, rounds, brief, WarmUpRounds);
        await using var path = await OrderPath.StartAsync();
        var suite = new OrderPathSuite(path, brief);
        return Math.Max(decided, await Benchmark.RunAsync(output, suite.Comparisons, suite.Bounds, only, rounds, brief, warmUp: 1));
    }
}

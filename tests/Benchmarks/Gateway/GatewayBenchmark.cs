using AlgoStack.Benchmarks.Measuring;

namespace AlgoStack.Benchmarks.Gateway;

/// <summary>The table of what callers of the one address wait for.</summary>
internal static class GatewayBenchmark
{
    /// <inheritdoc cref="Benchmark.RunAsync"/>
    public static async Task<int> RunAsync(TextWriter output, string? only, bool brief)
    {
        await output.WriteLineAsync(Table.Head);
        await using var system = await LoadedSystem.StartAsync(brief ? 1_000 : GatewaySuite.Minutes);
        var suite = new GatewaySuite(system, brief);
        return await Benchmark.RunAsync(output, suite.Comparisons, suite.Bounds, only, rounds: 1, brief, warmUp: 1);
    }
}

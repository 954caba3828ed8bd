using AlgoStack.Benchmarks.Measuring;

namespace AlgoStack.Benchmarks.Backtest;

/// <summary>The table of the backtester, against a loop over arrays.</summary>
internal static class BacktestBenchmark
{
    /// <inheritdoc cref="Benchmark.RunAsync"/>
    public static Task<int> RunAsync(TextWriter output, string? only, int rounds, bool brief)
    {
        var suite = new BacktestSuite(brief ? BacktestSuite.Sizes.Short : BacktestSuite.Sizes.Full);
        return Benchmark.RunAsync(output, suite.Comparisons, suite.Bounds, only, rounds, brief);
    }
}

using AlgoStack.Benchmarks.Measuring;

namespace AlgoStack.Benchmarks.Backtest;

/// <summary>The table of the backtester, against a loop over arrays.</summary>
internal static class BacktestBenchmark
{
    /// <summary>Runs of a line before it counts: a loop is compiled for good after some dozens of calls.</summary>
    internal const int WarmUpRounds = 4;

    /// <inheritdoc cref="Benchmark.RunAsync"/>
    public static async Task<int> RunAsync(TextWriter output, string? only, int rounds, bool brief)
    {
        await output.WriteLineAsync(Table.Head);
        var suite = new BacktestSuite(brief ? BacktestSuite.Sizes.Short : BacktestSuite.Sizes.Full);
        return await Benchmark.RunAsync(output, suite.Comparisons, suite.Bounds, only, rounds, brief, WarmUpRounds);
    }
}

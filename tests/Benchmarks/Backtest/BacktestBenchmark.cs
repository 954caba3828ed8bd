using AlgoStack.Benchmarks.Measuring;

namespace AlgoStack.Benchmarks.Backtest;

/// <summary>The table of the backtester, against a loop over arrays.</summary>
internal static class BacktestBenchmark
{
    private const int UnderFloor = 1;
    private const int LimitImplausible = 2;

    /// <summary>Runs of a line before it counts: a loop is compiled for good after some dozens of calls.</summary>
    private const int WarmUpRounds = 4;

    /// <returns>0, or 1 where a line is under its floor, or 2 where a limit is implausible. A short run judges no speed.</returns>
    public static async Task<int> RunAsync(TextWriter output, string? only, int rounds, bool brief)
    {
        await output.WriteLineAsync(Table.Head);
        var suite = new BacktestSuite(brief ? BacktestSuite.Sizes.Short : BacktestSuite.Sizes.Full);
        var holds = true;
        var isImplausible = false;
        foreach (var comparison in suite.Comparisons.Where(c => IsWanted(c.Work)))
        {
            await comparison.MeasureAsync(brief ? 1 : WarmUpRounds);
            var measurement = await comparison.MeasureAsync(rounds);
            holds &= measurement.HoldsFloor;
            isImplausible |= measurement.IsLimitImplausible;
            await output.WriteLineAsync(Table.Of(measurement));
        }

        foreach (var bound in suite.Bounds.Where(b => IsWanted(b.Work)))
        {
            var measurement = bound.Take(rounds);
            holds &= measurement.HoldsFloor;
            await output.WriteLineAsync(Table.Of(measurement));
        }

        if (brief) return 0;
        if (isImplausible) return LimitImplausible;
        return holds ? 0 : UnderFloor;

        bool IsWanted(string work) => only is null || work.Contains(only, StringComparison.OrdinalIgnoreCase);
    }
}

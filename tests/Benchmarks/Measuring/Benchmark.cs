namespace AlgoStack.Benchmarks.Measuring;

/// <summary>A table of work that needs nothing but this process.</summary>
internal static class Benchmark
{
    private const int UnderFloor = 1;
    private const int LimitImplausible = 2;

    /// <returns>0, or 1 where a line is under its floor, or 2 where a limit is implausible. A short run judges no speed.</returns>
    public static async Task<int> RunAsync(
        TextWriter output, IEnumerable<Comparison> comparisons, IEnumerable<Bound> bounds, string? only, int rounds, bool brief, int warmUp)
    {
        var holds = true;
        var isImplausible = false;
        foreach (var comparison in comparisons.Where(c => IsWanted(c.Work)))
        {
            await comparison.MeasureAsync(brief ? 1 : warmUp);
            var measurement = await comparison.MeasureAsync(rounds);
            holds &= measurement.HoldsFloor;
            isImplausible |= measurement.IsLimitImplausible;
            await output.WriteLineAsync(Table.Of(measurement));
        }

        foreach (var bound in bounds.Where(b => IsWanted(b.Work)))
        {
            var measurement = await bound.TakeAsync(rounds);
            holds &= measurement.HoldsFloor;
            await output.WriteLineAsync(Table.Of(measurement));
        }

        if (brief) return 0;
        if (isImplausible) return LimitImplausible;
        return holds ? 0 : UnderFloor;

        bool IsWanted(string work) => only is null || work.Contains(only, StringComparison.OrdinalIgnoreCase);
    }
}

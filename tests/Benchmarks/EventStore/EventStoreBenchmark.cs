using AlgoStack.Benchmarks.Measuring;
using AlgoStack.Benchmarks.Tape;
using AlgoStack.Testing;
using Npgsql;

namespace AlgoStack.Benchmarks.EventStore;

/// <summary>The table of the event store and the tape, against a PostgreSQL of its own with the settings that services get.</summary>
internal static class EventStoreBenchmark
{
    private const int UnderFloor = 1;
    private const int LimitImplausible = 2;

    /// <returns>0, or 1 where a line is under its floor, or 2 where a limit is implausible. A short run judges no speed.</returns>
    public static async Task<int> RunAsync(TextWriter output, string? only, int rounds, bool brief)
    {
        await using var server = await TestServers.StartPrivatePostgresAsync();
        var database = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "postgres" }.ConnectionString;
        await output.WriteLineAsync(Table.Head);
        var sizes = brief ? EventStoreSuite.Sizes.Short : EventStoreSuite.Sizes.Full;
        var results = new List<Measurement>();
        await using (var store = await BenchmarkStore.StartAsync(database, "appends"))
        await using (var suite = new EventStoreSuite(store, sizes))
            await MeasureAsync(suite.Appends);

        // Two logs that grow alike.
        await using (var sealedStore = await BenchmarkStore.StartAsync(database, "chain_on"))
        await using (var unsealedStore = await BenchmarkStore.StartAsync(database, "chain_off"))
        await using (var suite = new EventStoreSuite(sealedStore, sizes))
        await using (var unsealed = new EventStoreSuite(unsealedStore, sizes))
        {
            await unsealedStore.StopFollowingAsync();
            await MeasureAsync([suite.ChainCost(unsealed)]);
        }

        await using (var store = await BenchmarkStore.StartAsync(database, "reads", o => o.Aggregate(new BarCount(0, 0), (count, e) => count.With((BarRecorded)e))))
        await using (var suite = new EventStoreSuite(store, sizes))
        {
            if (suite.Reads.Any(IsWanted)) await suite.FillAsync();
            await MeasureAsync(suite.Reads);
        }

        await using (var tape = await TapeSuite.StartAsync(database, brief)) await MeasureAsync(tape.Comparisons);

        if (brief) return 0;
        if (results.Exists(r => r.IsLimitImplausible)) return LimitImplausible;
        return results.TrueForAll(r => r.HoldsFloor) ? 0 : UnderFloor;

        async Task MeasureAsync(IEnumerable<Comparison> comparisons)
        {
            foreach (var comparison in comparisons.Where(IsWanted))
            {
                // Compiles both.
                await comparison.MeasureAsync(1);
                var measurement = await comparison.MeasureAsync(rounds);
                results.Add(measurement);
                await output.WriteLineAsync(Table.Of(measurement));
            }
        }

        bool IsWanted(Comparison comparison) => only is null || comparison.Work.Contains(only, StringComparison.OrdinalIgnoreCase);
    }
}

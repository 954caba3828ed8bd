using System.Runtime.CompilerServices;
using AlgoStack.EventStore.Tests.Projections;
using AlgoStack.Testing;
using FluentAssertions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Xunit;

namespace AlgoStack.EventStore.Tests.Streams;

public sealed class ServerKilledTests
{
    private const int Kills = 3;
    private const int Writers = 4;

    private static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_server_killed_in_the_middle_of_appends_loses_and_doubles_nothing_for_anybody()
    {
        await using var server = await TestServers.StartPrivatePostgresAsync();
        var database = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "postgres" }.ConnectionString;
        await using var store = await TestStore.StartAsync(database, "killed", o =>
        {
            o.Inline<Balances>();
            o.Async<Applied>();
            o.Subscribe<Told>();
        });
        var enough = new StrongBox<bool>();
        var committed = new long[Writers];
        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(w => Task.Run(() => WriteAsync(store, w, committed, enough))));

        for (var kill = 0; kill < Kills; kill++)
        {
            var before = committed.Sum();
            await Eventually.True(() => committed.Sum() >= before + 200);
            await server.KillAsync();
            await server.RestartAsync();
        }

        var last = committed.Sum();
        await Eventually.True(() => committed.Sum() >= last + 200);
        Volatile.Write(ref enough.Value, true);
        await writing;
        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);

        // What a writer was told is there; what it was not told of it has looked up and repeated only if it was not.
        for (var writer = 0; writer < Writers; writer++)
        {
            (await store.StreamAsync($"w-{writer}")).Select(e => ((Deposited)e.Data).Amount)
                .Should().Equal(Enumerable.Range(1, (int)committed[writer]).Select(i => (decimal)i));
        }

        var total = committed.Sum();
        (await store.RowsAsync("select count(*), count(distinct seq_id) from applied")).Should().Equal($"{total}|{total}");
        (await store.ScalarAsync<decimal>("select sum(changes) from balances")).Should().Be(total);
        var log = await store.RowsAsync("select seq_id from mt_events order by seq_id");
        var told = store.Service<Told>().Seen.Select(e => e.Sequence).ToList();
        told.Distinct().Select(s => $"{s}").Should().Equal(log, "each is told in order, some again after a kill");
        await Eventually.True(async () => (await store.HealthAsync()).Status == HealthStatus.Healthy);
    }

    /// <summary>Appends 1, 2, 3, … to a stream of its own, each exactly once, whatever becomes of the server.</summary>
    private static async Task WriteAsync(TestStore store, int writer, long[] committed, StrongBox<bool> enough)
    {
        var stream = $"w-{writer}";
        while (!Volatile.Read(ref enough.Value))
        {
            try
            {
                var session = store.Log.OpenSession();
                var version = (await session.FetchStreamStateAsync(stream))?.Version ?? 0;
                Volatile.Write(ref committed[writer], version);
                while (!Volatile.Read(ref enough.Value))
                {
                    session.Append(stream, version, [new Deposited(version + 1)]);
                    await session.SaveChangesAsync();
                    Volatile.Write(ref committed[writer], ++version);
                }
            }
            catch (NpgsqlException)
            {
                await Task.Delay(50);
            }
        }
    }
}

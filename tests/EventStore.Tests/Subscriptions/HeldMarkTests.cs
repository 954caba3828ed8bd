using AlgoStack.EventStore.Tests.Projections;
using AlgoStack.Testing;
using FluentAssertions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Xunit;

namespace AlgoStack.EventStore.Tests.Subscriptions;

public sealed class HeldMarkTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    private static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_transaction_held_open_by_an_append_delays_followers_and_is_named()
    {
        var database = await servers.CreateSchemaDatabaseAsync();
        await using var store = await TestStore.StartAsync(database, "held", o => o.Subscribe<Told>());
        await using var other = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database) { ApplicationName = "stuck importer" });
        await using var connection = await other.OpenConnectionAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var hold = new NpgsqlCommand("select 'half an append', pg_advisory_xact_lock_shared($1)::text", connection);
            hold.Parameters.Add(new NpgsqlParameter<long> { TypedValue = store.Log.AppendLock });
            await hold.ExecuteNonQueryAsync();
            await store.AppendAsync("a", new Deposited(1));

            await Eventually.True(async () => (await store.HealthAsync()).Status == HealthStatus.Degraded);

            (await store.HealthAsync()).Entries["projections"].Description.Should().Match(
                $"The high-water mark stays at 0: process {connection.ProcessID} (stuck importer, *, idle in transaction) has held the append lock in a transaction since *, its statement since *: select 'half an append'*.");
            store.Service<Told>().Seen.Should().BeEmpty();
        }

        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);
        store.Service<Told>().Seen.Should().ContainSingle();
        await Eventually.True(async () => (await store.HealthAsync()).Status == HealthStatus.Healthy);
    }
}

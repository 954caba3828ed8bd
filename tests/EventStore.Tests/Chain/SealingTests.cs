using System.Diagnostics.Metrics;
using AlgoStack.EventStore.Chain;
using AlgoStack.Testing;
using FluentAssertions;
using Npgsql;
using Xunit;

namespace AlgoStack.EventStore.Tests.Chain;

public sealed class SealingTests(ServerFixture servers) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private string _database = "";

    public async Task InitializeAsync() => _database = await servers.CreateSchemaDatabaseAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Every_store_seals_its_log_by_itself()
    {
        await using var chain = await ChainStore.StartAsync(_database, "by_itself");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            for (var i = 0; i < 50; i++) await chain.Store.AppendAsync($"account-{(writer + i) % 5}", new Deposited(i));
        }));

        await Eventually.True(async () => (await chain.VerifyAsync()).Report is { Events: 400, Unsealed: 0 });

        (await chain.MessagesAsync()).Should().BeEmpty();
        await Eventually.Equal(0L, () => Lag(chain.Store));
    }

    [Fact]
    public async Task An_append_in_flight_is_never_sealed_past()
    {
        await using var chain = await ChainStore.StartAsync(_database, "in_flight");
        var store = chain.Store;
        await store.AppendAsync("before", new Deposited(1));
        await Eventually.Equal(1L, () => store.ScalarAsync<long>("select count(*) from seals"));
        await using (var connection = await store.Database.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var append = new NpgsqlCommand(
                $"""
                insert into mt_streams (id, version) values ('slow', 1);
                select pg_advisory_xact_lock_shared({store.Log.AppendLock});
                insert into mt_events (seq_id, id, stream_id, version, data, type, timestamp)
                values (nextval('mt_events_sequence'), gen_random_uuid(), 'slow', 1, '1', 'money_deposited', now());
                """,
                connection);
            await append.ExecuteNonQueryAsync();
            await store.AppendAsync("after", new Deposited(2));
            await Eventually.True(async () => await store.ScalarAsync<bool>(
                "select exists (select from pg_locks where locktype = 'advisory' and mode = 'ExclusiveLock' and not granted)"));

            (await store.ScalarAsync<long>("select max(last_seq) from seals")).Should().Be(1);
            await transaction.CommitAsync();
        }

        await Eventually.Equal(3L, () => store.ScalarAsync<long>("select max(last_seq) from seals"));
        (await chain.MessagesAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Two_processes_seal_each_event_once()
    {
        await using var chain = await ChainStore.StartAsync(_database, "twice");
        await using var other = await TestStore.StartAsync(_database, "twice");
        await chain.FillAsync(4 * ChainSealer.PageSize);

        var heads = await Task.WhenAll(
            chain.SealAsync(),
            ChainSealer.SealAsync(other.Log, 4 * ChainSealer.PageSize, CancellationToken.None));

        heads[0].Should().Be(heads[1]);
        var (findings, report) = await chain.VerifyAsync();
        findings.Should().BeEmpty();
        report.Should().BeEquivalentTo(new { Events = 4L * ChainSealer.PageSize, Unsealed = 0L });
        (await chain.Store.ScalarAsync<long>("select max(octet_length(digests) / 40)::bigint from seals")).Should().BeLessThanOrEqualTo(ChainSealer.PageSize);
    }

    [Fact]
    public async Task A_connection_lost_while_sealing_leaves_nothing_half_done()
    {
        await using var chain = await ChainStore.StartAsync(_database, "lost");
        var store = chain.Store;
        await using (var connection = store.Log.Database.CreateConnection())
        {
            await connection.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            // Held from before the first event, so that nobody else seals it.
            await using var begin = new NpgsqlCommand($"select pg_advisory_xact_lock({store.Log.ChainLock})", connection);
            await begin.ExecuteNonQueryAsync();
            await chain.FillAsync(100);
            await using var seal = new NpgsqlCommand($"select sealed_number from seal_events({store.Log.ChainLock}, 100, 1000)", connection);
            (await seal.ExecuteScalarAsync()).Should().Be(1L);
            await chain.TamperAsync($"select pg_terminate_backend({connection.ProcessID})");
        }

        await chain.SealAsync();

        var (findings, report) = await chain.VerifyAsync();
        findings.Should().BeEmpty();
        report.Should().BeEquivalentTo(new { Seals = 1L, Events = 100L, Unsealed = 0L });
    }

    [Fact]
    public async Task A_log_without_a_seal_yet_says_so()
    {
        await using var chain = await ChainStore.StartAsync(_database, "none");

        (await chain.VerifyAsync("00")).Report.Should().BeEquivalentTo(ChainReport.Nothing);
    }

    private static long Lag(TestStore store)
    {
        var lag = -1L;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            // Stores of other tests have meters of the same name.
            if (instrument.Meter.Scope == store.Service<IMeterFactory>() && instrument.Name == "algostack_chain_lag_events") l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => lag = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return lag;
    }
}

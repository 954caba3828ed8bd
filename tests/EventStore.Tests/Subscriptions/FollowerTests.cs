using System.Diagnostics.Metrics;
using AlgoStack.EventStore.Subscriptions;
using AlgoStack.EventStore.Tests.Projections;
using AlgoStack.Testing;
using FluentAssertions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Xunit;

namespace AlgoStack.EventStore.Tests.Subscriptions;

public sealed class FollowerTests(ServerFixture servers) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(30);

    private string _database = "";

    public async Task InitializeAsync() => _database = await servers.CreateSchemaDatabaseAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_subscription_is_told_of_every_event_once_in_order()
    {
        await using var store = await TestStore.StartAsync(_database, "told", o => o.Subscribe<Told>());
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            for (var i = 0; i < 50; i++) await store.AppendAsync($"stream-{(writer + i) % 5}", new Deposited(i), new Withdrawn(i));
        }));

        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);

        var told = store.Service<Told>().Seen.ToList();
        told.Should().HaveCount(800);
        told.Select(e => e.Sequence).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        told.GroupBy(e => e.StreamId, StringComparer.Ordinal).Should().OnlyContain(g => g.Select(e => e.Version).SequenceEqual(Enumerable.Range(1, g.Count()).Select(i => (long)i)));
    }

    [Fact]
    public async Task A_subscription_goes_on_after_a_restart_where_it_was()
    {
        await using (var first = await TestStore.StartAsync(_database, "restarted", o => o.Subscribe<Told>()))
        {
            await first.AppendAsync("a", new Deposited(1), new Deposited(2));
            await first.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);
        }

        await using var second = await TestStore.StartAsync(_database, "restarted", o => o.Subscribe<Told>());
        await second.AppendAsync("a", new Deposited(3));
        await second.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);

        second.Service<Told>().Seen.Select(e => e.Data).Should().Equal(new Deposited(3));
    }

    [Fact]
    public async Task A_store_stops_in_order_also_where_a_connection_breaks_at_that_moment()
    {
        var store = await TestStore.StartAsync(_database, "ends", o => o.Subscribe<EndsBadly>());
        await store.AppendAsync("a", new Deposited(1));
        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);

        var stop = async () => await store.DisposeAsync();

        await stop.Should().NotThrowAsync();
    }

    [Fact]
    public async Task A_subscription_whose_broker_is_away_is_told_again_until_it_gets_through()
    {
        await using var store = await TestStore.StartAsync(_database, "again", o => o.Subscribe<Told>());
        var told = store.Service<Told>();
        told.FailNext(3);
        await store.AppendAsync("a", new Deposited(1));

        await Eventually.True(async () => (await store.HealthAsync()).Status == HealthStatus.Unhealthy);
        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);

        told.Seen.Should().HaveCount(4);
        await Eventually.True(async () => (await store.HealthAsync()).Status == HealthStatus.Healthy);
    }

    [Fact]
    public async Task Another_process_takes_a_shard_over_within_five_seconds_and_never_shares_it()
    {
        var first = await TestStore.StartAsync(_database, "owned", o => o.Subscribe<Told>());
        await first.AppendAsync("a", new Deposited(1));
        await first.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);
        await using var second = await TestStore.StartAsync(_database, "owned", o => o.Subscribe<Told>());
        await first.AppendAsync("a", new Deposited(2));
        await first.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);
        second.Service<Told>().Seen.Should().BeEmpty();

        await first.DisposeAsync();
        await second.AppendAsync("a", new Deposited(3));

        await Eventually.Equal(1, () => second.Service<Told>().Seen.Count, TimeSpan.FromSeconds(5));
        second.Service<Told>().Seen.Single().Version.Should().Be(3);
    }

    [Fact]
    public async Task A_shard_whose_owner_dies_is_taken_over_within_five_seconds()
    {
        await using var store = await TestStore.StartAsync(_database, "orphaned", _ => { });
        await using var other = NpgsqlDataSource.Create(_database);
        await using var owner = await other.OpenConnectionAsync();
        await using (var own = new NpgsqlCommand("select pg_advisory_lock($1)::text", owner))
        {
            own.Parameters.Add(new NpgsqlParameter<long> { TypedValue = store.Log.Database.LockKey("Told:All") });
            await own.ExecuteNonQueryAsync();
        }

        await using var heir = await TestStore.StartAsync(_database, "orphaned", o => o.Subscribe<Told>());
        await heir.AppendAsync("a", new Deposited(1));
        heir.Service<Told>().Seen.Should().BeEmpty();

        await using (var kill = other.CreateCommand("select pg_terminate_backend($1)"))
        {
            kill.Parameters.Add(new NpgsqlParameter<int> { TypedValue = owner.ProcessID });
            await kill.ExecuteNonQueryAsync();
        }

        await Eventually.Equal(1, () => heir.Service<Told>().Seen.Count, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_follower_that_cannot_keep_up_holds_two_pages_and_no_more()
    {
        await using var store = await TestStore.StartAsync(_database, "slow", o => { o.Event<Counted>("counted"); o.Subscribe<Slow>(); });
        var slow = store.Service<Slow>();
        await store.Daemon.PauseAsync("Slow", "", "the test");
        for (var i = 0; i < 4; i++) await store.AppendAsync("a", [.. Enumerable.Range(0, Shard.PageSize).Select(object (n) => new Counted(n))]);
        // A page ahead is read only as far as the mark was known when the one before was.
        await Eventually.Equal(4L * Shard.PageSize, () => store.Daemon.Mark.Value);
        Counted.Made = 0;

        await store.Daemon.ResumeAsync("Slow");
        await Eventually.Equal(2 * Shard.PageSize, () => Counted.Made);
        await Eventually.True(() => slow.Pages.Count == 1);
        Counted.Made.Should().Be(2 * Shard.PageSize);

        slow.LetGo();
        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);
        slow.Pages.Should().Equal(Enumerable.Repeat(Shard.PageSize, 4));
    }

    [Fact]
    public async Task An_owner_whose_connection_is_cut_loses_nothing_and_doubles_no_effect()
    {
        await using var store = await TestStore.StartAsync(_database, "cut", o => o.Async<Applied>());
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 200; i++) await store.AppendAsync($"s-{i % 7}", new Deposited(i));
        });
        await using var superuser = NpgsqlDataSource.Create(_database);
        for (var i = 0; i < 4; i++)
        {
            await Eventually.True(async () => await CutAsync(store, superuser) > 0);
        }

        await writing;
        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);

        (await store.RowsAsync("select count(*), count(distinct seq_id) from applied")).Should().Equal("200|200");
    }

    [Fact]
    public async Task A_projection_stops_before_a_poison_event_and_health_says_which()
    {
        await using (var store = await TestStore.StartAsync(_database, "poison", o => { o.Async<Applied>(); o.Async<Balances>(); }))
        {
            store.Service<Applied>().Poison = 321;
            var session = store.Log.OpenSession();
            for (var i = 1; i <= 1_000; i++) session.Append("a", new Deposited(i));
            await session.SaveChangesAsync();

            await Eventually.True(async () => (await store.HealthAsync()).Status == HealthStatus.Unhealthy && store.Service<Applied>().Failures > 9);
            await Eventually.True(async () => (await store.HealthAsync()).Entries["projections"].Description!.Contains("stopped", StringComparison.Ordinal));

            (await store.HealthAsync()).Entries["projections"].Description
                .Should().Be("Applied:All stopped after sequence 320: event 'money_deposited' of a version 321 (sequence 321): It does not add up.");
            (await store.ScalarAsync<long>("select max(version) from applied")).Should().Be(320);
            await Eventually.Equal(500_500m, () => store.ScalarAsync<decimal>("select coalesce(max(balance), 0) from balances"));
        }

        // Mended, it goes on after a restart as well.
        await using var mended = await TestStore.StartAsync(_database, "poison", o => { o.Async<Applied>(); o.Async<Balances>(); });
        await mended.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);
        (await mended.RowsAsync("select count(*), count(distinct seq_id), max(version) from applied")).Should().Equal("1000|1000|1000");
        (await mended.HealthAsync()).Status.Should().Be(HealthStatus.Healthy);
    }

    [Fact]
    public async Task An_event_that_cannot_be_read_stops_a_subscription_before_it()
    {
        await using var store = await TestStore.StartAsync(_database, "unreadable", o => o.Subscribe<Told>());
        var session = store.Log.OpenSession();
        session.Append("a", Enumerable.Range(1, 40).Select(object (i) => new Deposited(i)));
        session.Enlist(async (connection, _, token) =>
        {
            // Written by another program, in the same commit, so that it is never seen whole.
            await using var command = new NpgsqlCommand(
                """
                insert into mt_streams (id, version) values ('b', 1);
                insert into mt_events (seq_id, id, stream_id, version, data, type, timestamp)
                values (nextval('mt_events_sequence'), gen_random_uuid(), 'b', 1, '{}', 'unheard_of', now())
                """,
                connection);
            await command.ExecuteNonQueryAsync(token);
        });
        await store.AppendAsync("a", new Deposited(0));
        await session.SaveChangesAsync();

        await Eventually.True(async () => (await store.HealthAsync()).Entries["projections"].Description is { } d && d.Contains("stopped", StringComparison.Ordinal));

        (await store.HealthAsync()).Entries["projections"].Description
            .Should().Be("Told:All stopped after sequence 1: Event 'unheard_of' at b version 1 (sequence 2): no type is registered under that name.");
        store.Service<Told>().Seen.Select(e => e.Sequence).Should().Equal(1);
    }

    [Fact]
    public async Task Appends_of_another_process_are_heard_of()
    {
        await using var follower = await TestStore.StartAsync(_database, "heard", o => o.Subscribe<Told>());
        // It owns the shard before the other can.
        await Eventually.True(() => follower.Daemon.HasHandled(0));
        await using var writer = await TestStore.StartAsync(_database, "heard", o => o.Subscribe<Told>());

        await writer.AppendAsync("a", new Deposited(1));

        await Eventually.Equal(1, () => follower.Service<Told>().Seen.Count);
    }

    [Fact]
    public async Task Lag_is_a_metric_by_projection_and_subscription()
    {
        await using var store = await TestStore.StartAsync(_database, "lag", o => { o.Async<Applied>(); o.Subscribe<Told>(); });
        store.Service<Applied>().Poison = 1;
        var lags = new Dictionary<string, long>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == EventDaemon.MeterName && instrument.Name != "algostack_chain_lag_events") l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => lags[$"{instrument.Name} {tags[0].Key}={tags[0].Value}"] = value);
        listener.Start();

        await store.AppendAsync("a", new Deposited(0), new Deposited(1), new Deposited(2));
        await Eventually.True(async () => (await store.HealthAsync()).Status == HealthStatus.Unhealthy && store.Service<Told>().Seen.Count == 3);

        await Eventually.True(() =>
        {
            listener.RecordObservableInstruments();
            return lags.GetValueOrDefault("algostack_outbox_pending_messages subscription=Told", -1) == 0;
        });
    }

    /// <summary>Ends the connection that holds the shard, and no other: who appends is not to be hit.</summary>
    private static async Task<long> CutAsync(TestStore store, NpgsqlDataSource superuser)
    {
        await using var command = superuser.CreateCommand(
            """
            select count(pg_terminate_backend(pid)) from pg_locks
            where locktype = 'advisory' and granted and (classid::bigint << 32 | objid::bigint) = $1
              and database = (select oid from pg_database where datname = current_database())
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = store.Log.Database.LockKey("Applied:All") });
        return (long)(await command.ExecuteScalarAsync())!;
    }
}

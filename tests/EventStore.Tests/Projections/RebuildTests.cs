using AlgoStack.EventStore.Projections;
using AlgoStack.Testing;
using FluentAssertions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Xunit;

namespace AlgoStack.EventStore.Tests.Projections;

public sealed class RebuildTests(ServerFixture servers) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private const string BalanceRows = "select account, balance, changes from balances order by account";
    private const string SummaryRows = "select s::text from account_summaries s order by id";

    private static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(30);

    private string _database = "";

    public async Task InitializeAsync() => _database = await servers.CreateSchemaDatabaseAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rebuilt_under_writers_a_projection_equals_the_one_that_lived_and_serves_all_the_while(bool inline)
    {
        await using var store = await TestStore.StartAsync(_database, $"rebuilt_{inline}".ToLowerInvariant(), o =>
        {
            if (inline) { o.Inline<Balances>(); o.Inline<AccountSummaries>(); }
            else { o.Async<Balances>(); o.Async<AccountSummaries>(); }
        });
        await WriteAsync(store, writers: 4, sessions: 50);
        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);

        var rebuilt = new TaskCompletionSource();
        var reading = Task.Run(() => ReadAsync(store, rebuilt.Task));
        var writing = Task.Run(() => WriteAsync(store, writers: 2, sessions: 100));
        for (var i = 0; i < 3; i++)
        {
            await store.Daemon.RebuildAsync("Balances");
            await store.Daemon.RebuildAsync("AccountSummaries");
        }

        await writing;
        rebuilt.SetResult();
        await reading;
        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);
        var (balances, summaries) = (await store.RowsAsync(BalanceRows), await store.RowsAsync(SummaryRows));
        await store.Daemon.RebuildAsync("Balances");
        await store.Daemon.RebuildAsync("AccountSummaries");

        (await store.RowsAsync(BalanceRows)).Should().Equal(balances);
        (await store.RowsAsync(SummaryRows)).Should().Equal(summaries);
        (await store.ScalarAsync<decimal>("select sum(changes) from balances")).Should().Be(800);
        foreach (var stream in await store.RowsAsync("select id from mt_streams"))
        {
            (await store.Service<AccountSummaries>().LoadAsync(stream))
                .Should().Be(await store.Log.OpenSession().AggregateStreamAsync<AccountSummary>(stream));
        }
    }

    [Fact]
    public async Task A_rebuild_mends_what_was_wrong_and_keeps_the_names_of_keys_and_indexes()
    {
        await using var store = await TestStore.StartAsync(_database, "mended", o => o.Async<Balances>());
        await store.ExecuteAsync("create index largest on balances (balance desc) where balance > 0; alter table balances rename constraint balances_pkey to one_an_account");
        const string Definition =
            """
            select indexdef from pg_indexes where schemaname = 'mended' and tablename = 'balances'
            union all select conname || pg_get_constraintdef(oid) from pg_constraint where conrelid = 'mended.balances'::regclass
            order by 1
            """;
        var definition = await store.RowsAsync(Definition);
        await store.AppendAsync("a", new Deposited(7));
        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);
        await store.ExecuteAsync("update balances set balance = 1000");

        await store.Daemon.RebuildAsync("Balances");
        await store.AppendAsync("a", new Deposited(1));
        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);

        (await store.RowsAsync(BalanceRows)).Should().Equal("a|8|2");
        definition.Should().HaveCount(3);
        (await store.RowsAsync(Definition)).Should().Equal(definition);
    }

    [Fact]
    public async Task What_a_crash_left_of_a_rebuild_is_thrown_away_and_another_process_does_it_all()
    {
        await using (var first = await TestStore.StartAsync(_database, "crashed", o => o.Async<Applied>()))
        {
            await WriteAsync(first, writers: 1, sessions: 20);
            await first.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);
            await first.Daemon.RebuildAsync("Applied");
        }

        await using var superuser = NpgsqlDataSource.Create(_database);
        await using (var leave = superuser.CreateCommand(
            """
            set role algostack_crashed;
            insert into crashed.projection_rebuilds (name, last_seq_id, requested_by) values ('Applied', 3, 'Ada');
            create table crashed_rebuild.applied (seq_id bigint, half text);
            insert into crashed_rebuild.applied values (1), (2), (3);
            delete from crashed.applied;
            reset role
            """))
        {
            await leave.ExecuteNonQueryAsync();
        }

        await using var second = await TestStore.StartAsync(_database, "crashed", o => o.Async<Applied>());

        await Eventually.Equal("40|40", async () => (await second.RowsAsync("select count(*), count(distinct seq_id) from applied"))[0]);
        (await second.ScalarAsync<long>("select count(*) from projection_rebuilds")).Should().Be(0);
        (await second.RowsAsync("select tablename from pg_tables where schemaname = 'crashed_rebuild'")).Should().BeEmpty();
    }

    [Fact]
    public async Task A_rebuild_whose_connection_is_cut_begins_again()
    {
        await using var store = await TestStore.StartAsync(_database, "cut", o => o.Async<Applied>());
        await WriteAsync(store, writers: 4, sessions: 100);
        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);
        await using var superuser = NpgsqlDataSource.Create(_database);
        // Holds the switch up until the connection has been cut.
        await using var reader = await store.Database.OpenConnectionAsync();
        var reading = await reader.BeginTransactionAsync();
        await using (var read = new NpgsqlCommand("select count(*) from applied", reader)) await read.ExecuteScalarAsync();

        var rebuild = store.Daemon.RebuildAsync("Applied");
        await Eventually.Equal(800, () => store.ScalarAsync<long>("select coalesce((select last_seq_id from projection_rebuilds), 0)"));
        await using (var cut = superuser.CreateCommand(
            "select count(pg_terminate_backend(pid)) from pg_locks where locktype = 'advisory' and (classid::bigint << 32 | objid::bigint) = $1"))
        {
            cut.Parameters.Add(new NpgsqlParameter<long> { TypedValue = store.Log.Database.LockKey("rebuild/Applied") });
            (await cut.ExecuteScalarAsync()).Should().Be(1L);
        }

        await reading.DisposeAsync();
        await rebuild;
        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);
        (await store.RowsAsync("select count(*), count(distinct seq_id) from applied")).Should().Equal("800|800");
    }

    [Fact]
    public async Task A_rebuild_that_meets_poison_is_given_up_and_the_old_one_serves_on()
    {
        await using var store = await TestStore.StartAsync(_database, "poisoned", o => o.Async<Applied>());
        await store.AppendAsync("a", new Deposited(1), new Deposited(2), new Deposited(3));
        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);
        store.Service<Applied>().Poison = 2;

        var rebuild = () => store.Daemon.RebuildAsync("Applied");

        await rebuild.Should().ThrowAsync<ProjectionRebuildException>()
            .WithMessage("Applied:All stopped after sequence 1: event 'money_deposited' of a version 2 (sequence 2): It does not add up.");
        await store.AppendAsync("a", new Deposited(4));
        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);
        (await store.RowsAsync("select version from applied order by seq_id")).Should().Equal("1", "2", "3", "4");

        store.Service<Applied>().Poison = null;
        await rebuild.Should().NotThrowAsync();
    }

    [Fact]
    public async Task A_rebuild_by_mended_code_frees_a_projection_that_was_stopped_before_poison()
    {
        await using var store = await TestStore.StartAsync(_database, "freed", o => o.Async<Applied>());
        store.Service<Applied>().Poison = 2;
        await store.AppendAsync("a", new Deposited(1), new Deposited(2), new Deposited(3));
        await Eventually.Equal(1, () => store.ScalarAsync<long>("select count(*) from stopped_shards"));

        store.Service<Applied>().Poison = null;
        await store.Daemon.RebuildAsync("Applied");
        await store.AppendAsync("a", new Deposited(4));
        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);

        (await store.RowsAsync("select version from applied order by seq_id")).Should().Equal("1", "2", "3", "4");
        await Eventually.True(async () => (await store.HealthAsync()).Status == HealthStatus.Healthy);
    }

    [Fact]
    public async Task A_rebuild_of_a_projection_that_is_not_there_is_refused()
    {
        await using var store = await TestStore.StartAsync(_database, "nothing", o => o.Async<Balances>());

        var rebuild = () => store.Daemon.RebuildAsync("Blotter");

        await rebuild.Should().ThrowAsync<ArgumentException>().WithMessage("Projection 'Blotter' is none of Balances.*");
    }

    // No reader sees a table that is empty or half full: what is summed never becomes less.
    private static async Task ReadAsync(TestStore store, Task rebuilt)
    {
        var last = 0m;
        while (!rebuilt.IsCompleted)
        {
            var changes = await store.ScalarAsync<decimal>(
                "select coalesce(sum(changes), 0) + (select coalesce(sum(version), 0) from account_summaries) from balances");
            changes.Should().BeGreaterThanOrEqualTo(last);
            last = changes;
        }
    }

    private static Task WriteAsync(TestStore store, int writers, int sessions) =>
        Task.WhenAll(Enumerable.Range(0, writers).Select(async writer =>
        {
            for (var i = 0; i < sessions; i++)
            {
                await store.AppendAsync($"account-{(writer * 3 + i) % 11}", new Deposited(i + writer + 1), new Withdrawn(i / 2));
            }
        }));
}

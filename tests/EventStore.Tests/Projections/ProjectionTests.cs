using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.EventStore.Tests.Projections;

public sealed class ProjectionTests(ServerFixture servers) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private const string BalanceRows = "select account, balance, changes from balances order by account";

    private static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(30);

    private string _database = "";

    public async Task InitializeAsync() => _database = await servers.CreateSchemaDatabaseAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task An_inline_projection_is_there_when_the_commit_is()
    {
        await using var store = await TestStore.StartAsync(_database, "inline", o => { o.Inline<Balances>(); o.Inline<Applied>(); });

        await store.AppendAsync("a", new Opened("Ada"), new Deposited(10), new Withdrawn(3));
        (await store.RowsAsync(BalanceRows)).Should().Equal("a|7|2");

        await store.AppendAsync("a", new Deposited(1));
        (await store.RowsAsync(BalanceRows)).Should().Equal("a|8|3");
        (await store.RowsAsync("select a.version from applied a join mt_events e using (seq_id, stream_id, version) order by seq_id"))
            .Should().Equal("1", "2", "3", "4");
    }

    [Fact]
    public async Task An_inline_projection_that_fails_takes_the_events_with_it()
    {
        await using var store = await TestStore.StartAsync(_database, "inline_fails", o => o.Inline<Applied>());
        store.Service<Applied>().Poison = 5;

        var append = () => store.AppendAsync("a", new Deposited(5));

        await append.Should().ThrowAsync<ArithmeticException>();
        (await store.StreamAsync("a")).Should().BeEmpty();
        (await store.ScalarAsync<long>("select count(*) from applied")).Should().Be(0);
    }

    [Fact]
    public async Task An_async_projection_applies_every_event_once()
    {
        await using var store = await TestStore.StartAsync(_database, "async", o => { o.Async<Balances>(); o.Async<Applied>(); });

        await WriteAsync(store, writers: 6, sessions: 40);
        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);

        (await store.RowsAsync("select count(*), count(distinct seq_id) from applied")).Should().Equal("480|480");
        (await store.RowsAsync(BalanceRows)).Should().Equal(await store.RowsAsync(
            """
            select stream_id, sum(case type when 'money_deposited' then 1 else -1 end * (data ->> 'Amount')::numeric), count(*)
            from mt_events group by stream_id order by stream_id
            """));
    }

    [Fact]
    public async Task An_async_projection_rebuilt_equals_the_one_that_lived()
    {
        await using var store = await TestStore.StartAsync(_database, "rebuilt", o => { o.Async<Balances>(); o.Async<Applied>(); });
        await WriteAsync(store, writers: 4, sessions: 50);
        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);
        var lived = await store.RowsAsync(BalanceRows);
        await store.ExecuteAsync("update balances set balance = balance + 1");

        // Events keep coming while it is rebuilt.
        var writing = Task.Run(() => WriteAsync(store, writers: 2, sessions: 50, prefix: "late"));
        await store.Daemon.RebuildAsync("Balances");
        await store.Daemon.RebuildAsync("Applied");
        await writing;
        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);

        (await store.RowsAsync("select account, balance, changes from balances where account not like 'late%' order by account")).Should().Equal(lived);
        (await store.RowsAsync("select count(*), count(distinct seq_id) from applied")).Should().Equal("600|600");
    }

    [Fact]
    public async Task An_inline_projection_rebuilt_under_writers_equals_the_one_that_lived()
    {
        await using var store = await TestStore.StartAsync(_database, "inline_rebuilt", o => o.Inline<Balances>());
        await WriteAsync(store, writers: 2, sessions: 20);

        var writing = Task.Run(() => WriteAsync(store, writers: 4, sessions: 60));
        for (var i = 0; i < 5; i++) await store.Daemon.RebuildAsync("Balances");
        await writing;
        var lived = await store.RowsAsync(BalanceRows);
        await store.Daemon.RebuildAsync("Balances");

        (await store.RowsAsync(BalanceRows)).Should().Equal(lived);
        (await store.ScalarAsync<decimal>("select sum(changes) from balances")).Should().Be(560);
    }

    [Fact]
    public async Task A_rebuild_of_a_projection_that_is_not_there_is_refused()
    {
        await using var store = await TestStore.StartAsync(_database, "nothing", o => o.Async<Balances>());

        var rebuild = () => store.Daemon.RebuildAsync("Blotter");

        await rebuild.Should().ThrowAsync<ArgumentException>().WithMessage("Projection 'Blotter' is none of Balances.*");
    }

    private static Task WriteAsync(TestStore store, int writers, int sessions, string prefix = "account") =>
        Task.WhenAll(Enumerable.Range(0, writers).Select(async writer =>
        {
            for (var i = 0; i < sessions; i++)
            {
                await store.AppendAsync($"{prefix}-{(writer * 3 + i) % 11}", new Deposited(i + writer), new Withdrawn(i / 2));
            }
        }));
}

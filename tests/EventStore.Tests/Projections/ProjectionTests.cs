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

    private static Task WriteAsync(TestStore store, int writers, int sessions, string prefix = "account") =>
        Task.WhenAll(Enumerable.Range(0, writers).Select(async writer =>
        {
            for (var i = 0; i < sessions; i++)
            {
                await store.AppendAsync($"{prefix}-{(writer * 3 + i) % 11}", new Deposited(i + writer), new Withdrawn(i / 2));
            }
        }));
}

using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.EventStore.Tests.Projections;

public sealed class DocumentProjectionTests(ServerFixture servers) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(30);

    private string _database = "";

    public async Task InitializeAsync() => _database = await servers.CreateSchemaDatabaseAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Inline_async_and_live_a_stream_comes_to_the_same_document()
    {
        await using var inline = await TestStore.StartAsync(_database, "one_inline", o => o.Inline<AccountSummaries>());
        await using var async = await TestStore.StartAsync(_database, "one_async", o => o.Async<AccountSummaries>());
        await using var live = await TestStore.StartAsync(_database, "one_live", o => o.Live<AccountSummaries>());
        foreach (var store in (TestStore[])[inline, async, live])
        {
            await store.AppendAsync("a", new Opened("Ada"), new Deposited(10));
            await store.AppendAsync("b", new Deposited(5));
            await store.AppendAsync("a", new Withdrawn(3), new Measured(1), new Deposited(1));
            await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);

            var document = await store.Log.OpenSession().AggregateStreamAsync<AccountSummary>("a");
            document!.LastChanged.Should().Be((await store.StreamAsync("a"))[^1].Timestamp);
            (document with { LastChanged = default }).Should().Be(new AccountSummary("Ada", 8, 4, default));
            if (store != live) (await store.Service<AccountSummaries>().LoadAsync("a")).Should().Be(document);
        }

        (await inline.RowsAsync("select id, version, last_seq from account_summaries order by id")).Should().Equal("a|5|6", "b|1|3");
        (await async.RowsAsync("select id, version, last_seq from account_summaries order by id")).Should().Equal("a|5|6", "b|1|3");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_document_that_comes_to_nothing_is_deleted_and_may_come_again(bool inline)
    {
        await using var store = await TestStore.StartAsync(_database, $"deleted_{inline}".ToLowerInvariant(), o =>
        {
            if (inline) o.Inline<AccountSummaries>();
            else o.Async<AccountSummaries>();
        });
        var projection = store.Service<AccountSummaries>();
        await store.AppendAsync("a", new Deposited(10));
        await store.AppendAsync("short-lived", new Deposited(10), new Withdrawn(10));
        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);
        (await projection.LoadAsync("a"))!.Balance.Should().Be(10);

        await store.AppendAsync("a", new Withdrawn(10));
        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);
        (await projection.LoadAsync("a")).Should().BeNull();
        (await projection.LoadAsync("short-lived")).Should().BeNull();

        await store.AppendAsync("a", new Deposited(2));
        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);
        (await projection.LoadAsync("a"))!.Should().Match<AccountSummary>(s => s.Balance == 2 && s.Changes == 1);
    }

    [Fact]
    public async Task Writers_of_many_streams_leave_each_inline_document_as_its_stream_says()
    {
        await using var store = await TestStore.StartAsync(_database, "many_inline", o => o.Inline<AccountSummaries>());

        await Task.WhenAll(Enumerable.Range(0, 6).Select(async writer =>
        {
            for (var i = 0; i < 30; i++)
            {
                var session = store.Log.OpenSession();
                session.Append($"s-{(writer + i) % 4}", new Deposited(i));
                session.Append($"s-{(writer * i) % 4}", new Deposited(1));
                await session.SaveChangesAsync();
            }
        }));

        foreach (var stream in (string[])["s-0", "s-1", "s-2", "s-3"])
        {
            (await store.Service<AccountSummaries>().LoadAsync(stream))
                .Should().Be(await store.Log.OpenSession().AggregateStreamAsync<AccountSummary>(stream));
        }
    }

    [Fact]
    public async Task An_event_concerns_none_one_or_many_documents_of_a_multi_stream_projection()
    {
        await using var store = await TestStore.StartAsync(_database, "multi", o => o.Async<Owners>());
        var owners = store.Service<Owners>();

        await store.AppendAsync("a", new Opened("Ada"), new Deposited(1), new Deposited(10, "Ada,Bob"), new Measured(3));
        await store.AppendAsync("b", new Opened("Ada"), new Opened("Cleo"));
        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);
        await store.AppendAsync("c", new Deposited(5, "Bob"), new Deposited(-1, "Cleo"), new Deposited(7, "Ada,Ada"));
        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);

        (await owners.LoadAsync("Ada")).Should().Be(new OwnerTotals(2, 24));
        (await owners.LoadAsync("Bob")).Should().Be(new OwnerTotals(0, 15));
        (await owners.LoadAsync("Cleo")).Should().BeNull();
        (await store.RowsAsync("select id, version, last_seq from owners order by id")).Should().Equal("Ada|5|9", "Bob|2|7");
    }

    [Fact]
    public async Task A_multi_stream_projection_is_not_let_inline()
    {
        var start = async () => await TestStore.StartAsync(_database, "multi_inline", o => o.Inline<Owners>());

        await start.Should().ThrowAsync<ArgumentException>().WithMessage("Projection owners cannot be inline: *");
    }
}

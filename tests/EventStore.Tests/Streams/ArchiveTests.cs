using AlgoStack.EventStore.Streams;
using AlgoStack.EventStore.Tests.Projections;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.EventStore.Tests.Streams;

public sealed class ArchiveTests(ServerFixture servers) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(30);

    private TestStore _store = null!;
    private string _connectionString = null!;

    public async Task InitializeAsync()
    {
        _connectionString = await servers.CreateSchemaDatabaseAsync();
        _store = await TestStore.StartAsync(_connectionString, "archive", o => o.Subscribe<Told>());
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task An_archived_stream_takes_no_more_events_and_is_read_as_before()
    {
        await _store.AppendAsync("old", new Opened("Ada"), new Deposited(7));
        await _store.AppendAsync("other", new Opened("Bob"));
        var session = _store.Log.OpenSession();
        session.Append("old", new Withdrawn(3));
        session.ArchiveStream("old");
        (await session.FetchStreamStateAsync("old"))!.IsArchived.Should().BeFalse("nothing is sent before the session is saved");

        await session.SaveChangesAsync();

        (await session.FetchStreamStateAsync("old"))!.Should().BeEquivalentTo(new { Version = 3, IsArchived = true });
        (await session.AggregateStreamAsync<Account>("old"))!.Balance.Should().Be(4);
        (await _store.RowsAsync("select distinct stream_id, is_archived from mt_events order by 1")).Should().Equal("old|True", "other|False");
        await AppendIsRefusedAsync(s => s.Append("old", new Deposited(1)));
        await AppendIsRefusedAsync(s => s.Append("old", 3, [new Deposited(1)]));
        await AppendIsRefusedAsync(s => s.StartStream("old", new Opened("Eve")));
        var written = await session.FetchForWriting<Account>("old");
        await AppendIsRefusedAsync(s => s.Append("old", written.Version, [new Deposited(1)]));
    }

    [Fact]
    public async Task What_an_archived_stream_refuses_takes_the_rest_of_the_session_with_it()
    {
        await ArchivedAsync("old");
        var session = _store.Log.OpenSession();
        session.StartStream("fresh", new Opened("Bob"));
        session.Append("old", new Deposited(1));

        var save = () => session.SaveChangesAsync();

        await save.Should().ThrowAsync<StreamArchivedException>();
        (await session.FetchStreamStateAsync("fresh")).Should().BeNull();
    }

    [Fact]
    public async Task Archiving_goes_with_the_commit_or_not_at_all()
    {
        await _store.AppendAsync("kept", new Opened("Ada"));
        var session = _store.Log.OpenSession();
        session.ArchiveStream("kept");
        session.StartStream("kept", new Opened("Eve"));

        var save = () => session.SaveChangesAsync();

        await save.Should().ThrowAsync<StreamExistsException>();
        await _store.AppendAsync("kept", new Deposited(1));
        (await _store.ScalarAsync<long>("select count(*) from mt_events where is_archived")).Should().Be(0);
    }

    [Fact]
    public async Task A_stream_that_is_not_there_stays_so()
    {
        var session = _store.Log.OpenSession();
        session.ArchiveStream("nowhere");
        await session.SaveChangesAsync();

        (await session.FetchStreamStateAsync("nowhere")).Should().BeNull();
        await _store.AppendAsync("nowhere", new Opened("Ada"));
    }

    [Fact]
    public async Task Followers_are_told_nothing_twice_and_new_ones_everything()
    {
        await _store.AppendAsync("old", new Opened("Ada"), new Deposited(7));
        await _store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);
        var session = _store.Log.OpenSession();
        session.ArchiveStream("old");
        await session.SaveChangesAsync();
        await _store.AppendAsync("other", new Opened("Bob"));
        await _store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);

        _store.Service<Told>().Seen.Select(e => e.StreamId).Should().Equal("old", "old", "other");
        await using var later = await TestStore.StartAsync(_connectionString, "archive", o => o.Async<Applied>());
        await later.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);
        (await later.RowsAsync("select stream_id, version from applied order by seq_id")).Should().Equal("old|1", "old|2", "other|1");
    }

    [Fact]
    public async Task Writers_who_meet_whoever_archives_come_wholly_before_it_or_are_refused()
    {
        for (var round = 0; round < 20; round++)
        {
            var stream = $"met-{round}";
            await _store.AppendAsync(stream, new Opened("Ada"));
            var appends = Enumerable.Range(0, 4).Select(i => TryAppendAsync(stream, i)).ToList();
            var session = _store.Log.OpenSession();
            session.ArchiveStream(stream);
            await session.SaveChangesAsync();

            var appended = (await Task.WhenAll(appends)).Count(succeeded => succeeded);

            (await _store.RowsAsync($"select count(*), bool_and(is_archived) from mt_events where stream_id = '{stream}'"))
                .Should().Equal($"{appended + 1}|True");
        }
    }

    private async Task<bool> TryAppendAsync(string stream, int amount)
    {
        try
        {
            await _store.AppendAsync(stream, new Deposited(amount));
            return true;
        }
        catch (StreamArchivedException)
        {
            return false;
        }
    }

    private async Task AppendIsRefusedAsync(Action<EventSession> append)
    {
        var session = _store.Log.OpenSession();
        append(session);
        var save = () => session.SaveChangesAsync();
        (await save.Should().ThrowAsync<StreamArchivedException>()).WithMessage("Stream old is archived and takes no more events.");
    }

    private async Task ArchivedAsync(string stream)
    {
        var session = _store.Log.OpenSession();
        session.StartStream(stream, new Opened("Ada"));
        session.ArchiveStream(stream);
        await session.SaveChangesAsync();
    }
}

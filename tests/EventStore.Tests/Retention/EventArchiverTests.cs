using AlgoStack.EventStore.Chain;
using AlgoStack.EventStore.Retention;
using AlgoStack.EventStore.Tests.Projections;
using AlgoStack.Postgres.Archives;
using AlgoStack.Testing;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace AlgoStack.EventStore.Tests.Retention;

public sealed class EventArchiverTests(ServerFixture servers) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private readonly string _path = Directory.CreateTempSubdirectory("algostack-archives-").FullName;
    private TestStore _store = null!;
    private EventArchiver _archiver = null!;

    public async Task InitializeAsync()
    {
        _store = await TestStore.StartAsync(await servers.CreateSchemaDatabaseAsync(), "kept", o => o.Async<Balances>());
        _archiver = new EventArchiver(
            _store.Log,
            new ArchiveFolder(_path, TimeProvider.System),
            new EventRetentionOptions { KeepArchived = TimeSpan.Zero },
            ["Balances:All"],
            NullLogger<EventArchiver>.Instance);
    }

    [Fact]
    public async Task Events_of_archived_streams_leave_the_log_and_are_read_and_restored_from_their_archive()
    {
        await FillAsync("old", 5);
        await FillAsync("live", 3);
        await FillAsync("older", 4);
        await ArchiveStreamsAsync("old", "older");
        var (old, rows) = (await _store.StreamAsync("old"), await LogAsync());
        await AllHandledAsync();

        (await _archiver.RunAsync()).Should().Equal("events_1_12");

        (await _store.RowsAsync("select distinct stream_id from mt_events")).Should().Equal("live");
        (await _store.RowsAsync("select seqs::text from event_archives")).Should().Equal("{[1,6),[9,13)}");
        (await _archiver.ReadAsync("old").ToListAsync()).Should().BeEquivalentTo(old, o => o.WithStrictOrdering().RespectingRuntimeTypes());
        (await _archiver.ReadAsync(from: 4, to: 9).ToListAsync()).Select(e => e.Sequence).Should().Equal(4, 5, 9);
        (await _store.Log.OpenSession().FetchStreamStateAsync("old"))!.Should().BeEquivalentTo(new { Version = 5, IsArchived = true });
        (await _archiver.RunAsync()).Should().BeEmpty("all is done");

        await _archiver.RestoreAsync("events_1_12");
        await _archiver.RestoreAsync("events_1_12");
        (await LogAsync()).Should().Equal(rows);
        (await _archiver.RunAsync()).Should().BeEmpty("what was restored stays a while");
        (await _archiver.ListAsync()).Should().ContainSingle().Which.Should().BeEquivalentTo(new { Rows = 9, DeletedAt = (DateTimeOffset?)null });
    }

    [Fact]
    public async Task What_a_follower_has_not_handled_stays()
    {
        await FillAsync("old", 10);
        await ArchiveStreamsAsync("old");
        await AllHandledAsync();
        await _store.ExecuteAsync("insert into mt_event_progression (name, last_seq_id) values ('Slow:All', 0)");
        (await _archiver.RunAsync()).Should().BeEmpty();

        await _store.ExecuteAsync("update mt_event_progression set last_seq_id = 4 where name = 'Slow:All'");
        (await _archiver.RunAsync()).Should().Equal("events_1_4");

        (await _store.ScalarAsync<long>("select min(seq_id) from mt_events")).Should().Be(5);
    }

    [Fact]
    public async Task What_the_chain_has_not_sealed_stays()
    {
        await using var holder = await _store.Database.OpenConnectionAsync();
        await using (var hold = new NpgsqlCommand($"select pg_advisory_lock({_store.Log.ChainLock})", holder)) await hold.ExecuteNonQueryAsync();
        await FillAsync("old", 10);
        await ArchiveStreamsAsync("old");
        await _store.Daemon.WaitForNonStaleProjectionDataAsync(Eventually.DefaultTimeout);

        (await _archiver.RunAsync()).Should().BeEmpty();

        await using (var release = new NpgsqlCommand($"select pg_advisory_unlock({_store.Log.ChainLock})", holder)) await release.ExecuteNonQueryAsync();
        await AllHandledAsync();
        (await _archiver.RunAsync()).Should().Equal("events_1_10");
    }

    [Fact]
    public async Task Streams_that_are_not_archived_or_not_for_long_enough_stay()
    {
        await FillAsync("live", 5);
        await FillAsync("closed", 5);
        await ArchiveStreamsAsync("closed");
        await AllHandledAsync();
        var patient = new EventArchiver(
            _store.Log, new ArchiveFolder(_path, TimeProvider.System), new EventRetentionOptions(), [], NullLogger<EventArchiver>.Instance);

        (await patient.RunAsync()).Should().BeEmpty("seven years are not over");
        await _store.ExecuteAsync("update mt_streams set timestamp = now() - interval '7 years 1 day' where id = 'closed'");
        (await patient.RunAsync()).Should().Equal("events_6_10");
    }

    [Fact]
    public async Task The_chain_is_whole_without_archived_events_and_not_without_others()
    {
        await FillAsync("old", 10);
        await FillAsync("live", 3);
        await ArchiveStreamsAsync("old");
        await AllHandledAsync();
        await _archiver.RunAsync();

        (await FindingsAsync()).Should().Equal("10 archived");
        await _store.ExecuteAsync("delete from mt_events where seq_id = 12");
        (await FindingsAsync()).Should().Equal("event 12 was removed", "10 archived");

        await _archiver.RestoreAsync("events_1_10");
        (await FindingsAsync()).Should().Equal("event 12 was removed", "0 archived");
        await _store.ExecuteAsync("delete from mt_events where seq_id = 7");
        (await FindingsAsync()).Should().Equal("event 7 was removed", "event 12 was removed", "0 archived");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_700)]
    [InlineData(2_499)]
    public async Task Broken_off_while_it_deletes_it_goes_on(int deleted)
    {
        await FillAsync("old", 2_500);
        await ArchiveStreamsAsync("old");
        await AllHandledAsync();
        await _store.ExecuteAsync(
            $$"""
            create function stop() returns trigger language plpgsql as $f$ begin
                if old.seq_id > {{deleted}} then raise exception 'broken off'; end if;
                return old;
            end $f$;
            create trigger stop before delete on mt_events for each row execute function stop()
            """);
        await _archiver.Awaiting(a => a.RunAsync()).Should().ThrowAsync<PostgresException>();
        (await _store.ScalarAsync<long>("select count(*) from event_archives where deleted_at is null")).Should().Be(1);
        await _store.ExecuteAsync("drop trigger stop on mt_events");

        (await _archiver.RunAsync()).Should().Equal("events_1_2500");

        (await _store.ScalarAsync<long>("select count(*) from mt_events")).Should().Be(0);
        (await _archiver.ReadAsync().ToListAsync()).Select(e => e.Version).Should().Equal(Enumerable.Range(1, 2_500).Select(v => (long)v));
    }

    [Fact]
    public async Task A_damaged_archive_keeps_its_events_in_the_log()
    {
        await FillAsync("old", 10);
        await ArchiveStreamsAsync("old");
        await AllHandledAsync();
        await _store.ExecuteAsync("create rule keep as on delete to mt_events do instead nothing");
        await _archiver.RunAsync();
        await _store.ExecuteAsync("drop rule keep on mt_events; update event_archives set deleted_at = null");
        await File.WriteAllTextAsync(Path.Combine(_path, "events_1_10.csv.gz"), "no gzip");

        var run = () => _archiver.RunAsync();

        (await run.Should().ThrowAsync<ArchiveException>()).WithMessage("Archive events_1_10: expected * bytes, found 7.");
        (await _store.ScalarAsync<long>("select count(*) from mt_events")).Should().Be(10);
        (await _archiver.Awaiting(a => a.RestoreAsync("events_9_9")).Should().ThrowAsync<ArchiveException>())
            .WithMessage("Archive events_9_9: there is none of that name.");
    }

    [Fact]
    public async Task Appends_go_on_while_events_are_deleted()
    {
        await FillAsync("old", 20_000);
        await ArchiveStreamsAsync("old");
        await AllHandledAsync();

        var begun = TimeProvider.System.GetTimestamp();
        var archiving = _archiver.RunAsync();
        var (longest, appends) = (TimeSpan.Zero, 0);
        for (; !archiving.IsCompleted; appends++)
        {
            var started = TimeProvider.System.GetTimestamp();
            await _store.AppendAsync("live", new Deposited(1));
            var took = TimeProvider.System.GetElapsedTime(started);
            if (took > longest) longest = took;
        }

        var whole = TimeProvider.System.GetElapsedTime(begun);
        (await archiving).Should().Equal("events_1_20000");
        appends.Should().BeGreaterThan(50);
        // Most of it is pauses between deletions: who is held up by them waits about as long. What a disk takes now and then is less.
        longest.Should().BeLessThan(whole / 2);
        (await _store.ScalarAsync<long>("select count(*) from mt_events")).Should().Be(appends);
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        Directory.Delete(_path, recursive: true);
    }

    private Task FillAsync(string stream, int events) =>
        _store.AppendAsync(stream, [.. Enumerable.Range(1, events).Select(n => (object)new Deposited(n, "said \"so\",\nand so"))]);

    private async Task ArchiveStreamsAsync(params string[] streams)
    {
        var session = _store.Log.OpenSession();
        foreach (var stream in streams) session.ArchiveStream(stream);
        await session.SaveChangesAsync();
    }

    private async Task AllHandledAsync()
    {
        await _store.Daemon.WaitForNonStaleProjectionDataAsync(Eventually.DefaultTimeout);
        await Eventually.True(
            async () => await _store.ScalarAsync<bool>("select coalesce(max(last_seq), 0) = (select max(seq_id) from mt_events) from seals"),
            what: "all is sealed");
    }

    private async Task<List<string>> FindingsAsync()
    {
        var verifier = new ChainVerifier(_store.Database);
        var findings = new List<string>();
        await foreach (var finding in verifier.VerifyAsync()) findings.Add(finding.Message);
        return [.. findings, $"{verifier.Report.Archived} archived"];
    }

    private Task<List<string>> LogAsync() => _store.RowsAsync("select e::text from mt_events e order by seq_id");
}

using System.Security.Cryptography;
using System.Text;
using AlgoStack.EventStore.Streams;
using AlgoStack.EventStore.Tests.Projections;
using AlgoStack.Postgres;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.EventStore.Tests.Streams;

public sealed class StringIdentityTests(ServerFixture servers) : IdentityTests(servers, StreamIdentity.AsString)
{
    [Fact]
    public void Streams_identified_by_text_take_no_Guid()
    {
        var append = () => Store.Log.OpenSession().Append(Guid.Empty, new Opened("Ada"));

        append.Should().Throw<InvalidStreamIdException>()
            .WithMessage("Stream id 00000000-0000-0000-0000-000000000000: expected text, as this store identifies streams.");
    }
}

public sealed class GuidIdentityTests(ServerFixture servers) : IdentityTests(servers, StreamIdentity.AsGuid)
{
    [Fact]
    public void Streams_identified_by_Guid_take_no_other_text()
    {
        var append = () => Store.Log.OpenSession().Append("account-1", new Opened("Ada"));

        append.Should().Throw<InvalidStreamIdException>().WithMessage("Stream id 'account-1': expected a Guid, as this store identifies streams.");
    }

    [Fact]
    public async Task A_stream_is_the_same_however_its_Guid_is_given()
    {
        var guid = Guid.Parse("0b1c9a5e-7f2d-4c3a-9d11-aabbccddeeff");
        var session = Store.Log.OpenSession();
        session.StartStream(guid, new Opened("Ada"));
        session.Append(guid.ToString("B").ToUpperInvariant(), new Deposited(1));
        await session.SaveChangesAsync();
        session.Append(guid, 2, [new Deposited(2)]);
        await session.SaveChangesAsync();
        var stream = await session.FetchForWriting<Account>(guid, expectedVersion: 3);
        stream.Append([new Deposited(4)]);
        await session.SaveChangesAsync();

        (await session.AggregateStreamAsync<Account>(guid))!.Balance.Should().Be(7);
        (await session.AggregateStreamAsync<Account>(guid.ToString("N")))!.Balance.Should().Be(7);
        (await session.FetchStreamAsync(guid, fromVersion: 4)).Single().StreamId.Should().Be("0b1c9a5e-7f2d-4c3a-9d11-aabbccddeeff");
        (await session.FetchForWriting<Account>(guid)).Version.Should().Be(4);
        session.ArchiveStream(guid);
        await session.SaveChangesAsync();
        (await session.FetchStreamStateAsync(guid))!.IsArchived.Should().BeTrue();
    }
}

/// <summary>The whole path, held to the same on streams identified by text and by Guid.</summary>
public abstract class IdentityTests(ServerFixture servers, StreamIdentity identity) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(30);

    private readonly string _a = IdOf("a", identity);
    private readonly string _b = IdOf("b", identity);
    private readonly string _c = IdOf("c", identity);
    private string _connectionString = null!;

    private protected TestStore Store { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _connectionString = await servers.CreateSchemaDatabaseAsync();
        Store = await TestStore.StartAsync(_connectionString, "identity", o =>
        {
            o.StreamIdentity = identity;
            o.Inline<Balances>();
            o.Async<Applied>();
            o.Subscribe<Told>();
        });
    }

    public async Task DisposeAsync() => await Store.DisposeAsync();

    [Fact]
    public async Task New_and_existing_streams_are_appended_to_in_one_go()
    {
        await Store.AppendAsync(_b, new Deposited(1), new Deposited(2));
        await Store.AppendAsync(_c, new Deposited(3));
        var session = Store.Log.OpenSession();
        session.Append(_c, 1, [new Deposited(4)]);
        session.StartStream(_a, new Opened("Ada"), new Deposited(5));
        session.Append(_b, new Deposited(6));
        session.Append(_a, new Deposited(7));

        await session.SaveChangesAsync();

        (await Store.StreamAsync(_a)).Select(e => (e.StreamId, e.Version, e.Data)).Should().Equal(
            (_a, 1, new Opened("Ada")), (_a, 2, new Deposited(5)), (_a, 3, new Deposited(7)));
        (await Store.StreamAsync(_b)).Select(e => ((Deposited)e.Data).Amount).Should().Equal(1, 2, 6);
        (await Store.StreamAsync(_c)).Select(e => ((Deposited)e.Data).Amount).Should().Equal(3, 4);
        (await Store.RowsAsync("select id::text, version from mt_streams order by id")).Should().BeEquivalentTo($"{_a}|3", $"{_b}|3", $"{_c}|2");
    }

    [Fact]
    public async Task Whoever_comes_second_is_refused_with_the_stream_named()
    {
        await Store.AppendAsync(_a, new Opened("Ada"), new Deposited(1));
        var started = Store.Log.OpenSession();
        started.StartStream(_b, new Opened("Bob"));
        started.StartStream(_a, new Opened("Eve"));
        var late = Store.Log.OpenSession();
        var stream = await late.FetchForWriting<Account>(_a);
        stream.Append([new Withdrawn(1)]);
        await Store.AppendAsync(_a, new Deposited(2));

        var start = () => started.SaveChangesAsync();
        var write = () => late.SaveChangesAsync();

        (await start.Should().ThrowAsync<StreamExistsException>()).WithMessage($"Stream {_a}: expected none, found version 3.");
        (await write.Should().ThrowExactlyAsync<ConcurrencyException>()).WithMessage($"Stream {_a}: expected version 2, found 3.");
        (await late.FetchStreamStateAsync(_b)).Should().BeNull();
    }

    [Fact]
    public async Task Writers_at_once_on_a_few_streams_leave_no_gap()
    {
        string[] streams = [_a, _b, _c];
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            for (var i = 0; i < 20; i++)
            {
                var session = Store.Log.OpenSession();
                foreach (var stream in streams.Skip(i % 3)) session.Append(stream, new Deposited(writer), new Deposited(i));
                await session.SaveChangesAsync();
            }
        }));

        (await Store.RowsAsync("select count(*), min(version), max(version), count(distinct version) from mt_events group by stream_id order by 1"))
            .Should().Equal("112|1|112|112", "224|1|224|224", "320|1|320|320");
    }

    [Fact]
    public async Task Followers_are_given_every_event_with_its_stream()
    {
        await Store.AppendAsync(_a, new Deposited(1));
        await Store.AppendAsync(_b, new Deposited(2), new Withdrawn(1));
        await Store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);

        Store.Service<Told>().Seen.Select(e => (e.StreamId, e.Version)).Should().Equal((_a, 1), (_b, 1), (_b, 2));
        (await Store.RowsAsync("select stream_id, version from applied order by seq_id")).Should().Equal($"{_a}|1", $"{_b}|1", $"{_b}|2");
        (await Store.RowsAsync("select account, balance from balances order by balance, account")).Should().BeEquivalentTo($"{_a}|1", $"{_b}|1");
        await Store.Daemon.RebuildAsync("Balances");
        (await Store.RowsAsync("select account, balance from balances order by balance, account")).Should().BeEquivalentTo($"{_a}|1", $"{_b}|1");
    }

    [Fact]
    public async Task What_is_received_and_counted_goes_with_the_commit()
    {
        var message = Guid.NewGuid();
        foreach (var expected in (bool[])[true, false])
        {
            var session = Store.Log.OpenSession();
            (await session.TryReceiveAsync(message, "test")).Should().Be(expected);
            if (!expected) continue;

            session.AdvanceSequence("test", "feed", 0, 0, 7);
            session.Append(_a, new Deposited(1));
            await session.SaveChangesAsync();
        }

        (await Store.Log.OpenSession().LastSequenceAsync("test", "feed", 0)).Should().Be(7);
        (await Store.StreamAsync(_a)).Single().CausationId.Should().Be(message.ToString());
    }

    [Fact]
    public async Task An_archived_stream_takes_no_more_events()
    {
        await Store.AppendAsync(_a, new Opened("Ada"));
        var session = Store.Log.OpenSession();
        session.ArchiveStream(_a);
        await session.SaveChangesAsync();

        var one = () => Store.AppendAsync(_a, new Deposited(1));
        var more = () => Store.AppendAsync(_a, new Deposited(1), new Deposited(2));

        (await one.Should().ThrowAsync<StreamArchivedException>()).WithMessage($"Stream {_a} is archived and takes no more events.");
        (await more.Should().ThrowAsync<StreamArchivedException>()).WithMessage($"Stream {_a} is archived and takes no more events.");
        (await session.FetchStreamStateAsync(_a))!.Should().BeEquivalentTo(new { Id = _a, Version = 1, IsArchived = true });
    }

    [Fact]
    public async Task An_aggregate_is_had_as_it_was_at_a_version_and_at_a_time()
    {
        await Store.AppendAsync(_a, new Opened("Ada"), new Deposited(10), new Withdrawn(4));
        var session = Store.Log.OpenSession();

        (await session.AggregateStreamAsync<Account>(_a, version: 2))!.Balance.Should().Be(10);
        (await session.AggregateStreamAsync<Account>(_a, timestamp: DateTimeOffset.MaxValue))!.Balance.Should().Be(6);
        (await session.AggregateStreamAsync<Account>(_b)).Should().BeNull();
    }

    [Fact]
    public async Task A_store_is_opened_only_as_what_it_was_made()
    {
        var other = identity is StreamIdentity.AsGuid ? StreamIdentity.AsString : StreamIdentity.AsGuid;

        var open = () => TestStore.StartAsync(_connectionString, "identity", o => o.StreamIdentity = other);

        (await open.Should().ThrowAsync<MigrationException>()).WithMessage(
            identity is StreamIdentity.AsGuid
                ? "Schema identity: migration 0001_marten_layout of event_store was applied as 0001_marten_layout.guid."
                : "Schema identity: migration 0001_marten_layout.guid of event_store was applied as 0001_marten_layout.");
    }

    private static string IdOf(string name, StreamIdentity identity) =>
        identity is StreamIdentity.AsString ? $"stream-{name}" : new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(name))[..16]).ToString();
}

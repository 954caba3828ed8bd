using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.EventStore.Tests.Chain;

/// <summary>One thing at a time is done to a log of 12 events in 3 seals, and the verifier names it.</summary>
public sealed class TamperingTests(ServerFixture servers) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private static readonly Lock Gate = new();
    private static Task<string>? _database;
    private static int _schemas;

    private ChainStore _chain = null!;

    public async Task InitializeAsync()
    {
        lock (Gate) _database ??= servers.CreateSchemaDatabaseAsync();
        _chain = await ChainStore.StartUnsealedAsync(await _database, $"tampered_{++_schemas}");
        for (var seal = 1; seal <= 3; seal++)
        {
            // A number that is drawn and never used, 1, 6 and 11, belongs to the stretch that it lies in.
            await _chain.TamperAsync("select nextval('mt_events_sequence')");
            await _chain.FillAsync(4);
            await _chain.SealAsync();
        }
    }

    public async Task DisposeAsync() => await _chain.DisposeAsync();

    [Fact]
    public async Task A_log_that_nobody_touched_is_whole()
    {
        var (findings, report) = await _chain.VerifyAsync();

        findings.Should().BeEmpty();
        report.Should().BeEquivalentTo(new { Seals = 3L, Events = 12L, Unsealed = 0L, Findings = 0L });
        report.Head.Should().Be(await _chain.SealAsync());
        report.Head.Should().BeEquivalentTo(new { Number = 3L, Sequence = 15L });
    }

    [Theory]
    [InlineData("seq_id = 3", "user_name = 'mallory'", "event 3 was changed: order-0 version 3")]
    [InlineData("seq_id = 15", "user_name = 'mallory'", "event 15 was changed: order-3 version 3")]
    [InlineData("seq_id = 3", "user_name = null", "event 3 was changed: order-0 version 3")]
    [InlineData("seq_id = 3", "timestamp = timestamp + interval '1 microsecond'", "event 3 was changed: order-0 version 3")]
    [InlineData("seq_id = 3", "timestamp = 'infinity'", "event 3 was changed: order-0 version 3")]
    [InlineData("seq_id = 3", "timestamp = '4000-01-01 BC'", "event 3 was changed: order-0 version 3")]
    [InlineData("seq_id = 3", "version = -1", "event 3 was changed: order-0 version -1")]
    [InlineData("seq_id = 3", "bdata = ''", "event 3 was changed: order-0 version 3")]
    [InlineData("seq_id = 3", "tenant_id = null", "event 3 was changed: order-0 version 3")]
    // The same bytes in a row, cut elsewhere.
    [InlineData("seq_id = 3", "correlation_id = correlation_id || left(causation_id, 1), causation_id = substr(causation_id, 2)", "event 3 was changed: order-0 version 3")]
    [InlineData("seq_id = 3", "data = data || '{\"Volume\": 1e400}'", "event 3 was changed: order-0 version 3")]
    [InlineData("seq_id = 3", "stream_id = 'order-2'", "event 3 was changed: order-2 version 3")]
    public async Task A_changed_event_is_named(string which, string how, string message)
    {
        (await _chain.TamperAsync($"update mt_events set {how} where {which}")).Should().Be(1);

        (await _chain.MessagesAsync()).Should().Equal(message);
    }

    [Theory]
    [InlineData("delete from mt_events where seq_id = 2", "event 2 was removed")]
    [InlineData("delete from mt_events where seq_id = 8", "event 8 was removed")]
    [InlineData("delete from mt_events where seq_id = 15", "event 15 was removed")]
    [InlineData("delete from mt_events where seq_id between 4 and 7", "event 4 was removed", "event 5 was removed", "event 7 was removed")]
    public async Task A_removed_event_is_named(string tampering, params string[] messages)
    {
        await _chain.TamperAsync(tampering);

        (await _chain.MessagesAsync()).Should().Equal(messages);
    }

    [Theory]
    [InlineData(-5)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(11)]
    public async Task An_inserted_event_is_named(long sequence)
    {
        await _chain.TamperAsync(
            """
            insert into mt_events (seq_id, id, stream_id, version, data, type, timestamp)
            values ($1, gen_random_uuid(), 'order-0', 9, '{}', 'bar_closed', now())
            """,
            sequence);

        (await _chain.MessagesAsync()).Should().Equal($"event {sequence} was inserted: order-0 version 9");
    }

    [Fact]
    public async Task Two_events_that_changed_places_are_both_named()
    {
        await _chain.TamperAsync("update mt_events set seq_id = -seq_id where seq_id in (3, 8)");
        await _chain.TamperAsync("update mt_events set seq_id = case seq_id when -3 then 8 else 3 end where seq_id < 0");

        (await _chain.MessagesAsync()).Should().Equal("event 3 was changed: order-1 version 4", "event 8 was changed: order-0 version 3");
    }

    [Fact]
    public async Task An_event_and_its_stream_are_archived_together()
    {
        await _chain.TamperAsync("update mt_events set is_archived = true where stream_id = 'order-1'");
        await _chain.TamperAsync("update mt_streams set is_archived = true where id = 'order-1'");
        (await _chain.MessagesAsync()).Should().BeEmpty("archiving is no tampering");

        await _chain.TamperAsync("update mt_events set is_archived = false where seq_id = 8");
        await _chain.TamperAsync("update mt_events set is_archived = true where seq_id = 3");
        await _chain.TamperAsync("delete from mt_streams where id = 'order-3'");

        (await _chain.MessagesAsync()).Should().Equal(
            "event 3 is archived, its stream is not: order-0 version 3",
            "event 8 is not archived, its stream is: order-1 version 4",
            "event 13 has no stream: order-3 version 1",
            "event 14 has no stream: order-3 version 2",
            "event 15 has no stream: order-3 version 3");
    }

    [Theory]
    [InlineData("sealed_at = sealed_at + interval '1 microsecond'")]
    [InlineData("first_seq = 5")]
    [InlineData("first_seq = 9")]
    [InlineData("last_seq = 1000")]
    [InlineData("last_seq = 8")]
    [InlineData("previous_hash = ''")]
    public async Task A_changed_seal_is_named_and_no_event_is_wronged(string how)
    {
        await _chain.TamperAsync($"update seals set {how} where number = 2");

        var (findings, _) = await _chain.VerifyAsync();

        findings.Should().OnlyContain(f => f.Seal == 2);
        findings[0].Message.Should().Be("seal 2 was changed: its hash is not that of its content");
    }

    [Fact]
    public async Task A_seal_with_another_hash_is_named_and_so_is_the_one_that_no_longer_follows_it()
    {
        await _chain.TamperAsync("update seals set hash = sha256('') where number = 2");

        (await _chain.MessagesAsync()).Should().Equal(
            "seal 2 was changed: its hash is not that of its content", "seal 3 does not follow seal 2: it was made after another");
    }

    [Fact]
    public async Task A_seal_whose_digests_were_changed_is_named_with_the_event_that_they_no_longer_fit()
    {
        await _chain.TamperAsync("update seals set digests = set_byte(digests, 50, get_byte(digests, 50) # 1) where number = 2");

        (await _chain.MessagesAsync()).Should().Equal(
            "seal 2 was changed: its hash is not that of its content", "event 8 was changed: order-1 version 4, or seal 2 was");
    }

    [Theory]
    [InlineData(1, "seal 1 is gone: nothing vouches for sequences 1 to 5, 4 events now")]
    [InlineData(2, "seal 2 is gone: nothing vouches for sequences 6 to 10, 4 events now")]
    public async Task A_removed_seal_is_named(int number, string message)
    {
        await _chain.TamperAsync("delete from seals where number = $1", number);

        (await _chain.MessagesAsync()).Should().Equal(message);
    }

    [Fact]
    public async Task A_seal_with_another_number_is_named_twice_and_no_event_is_wronged()
    {
        await _chain.TamperAsync("update seals set number = 9 where number = 2");

        (await _chain.MessagesAsync()).Should().Equal(
            "seal 2 is gone: nothing vouches for sequences 6 to 10, 4 events now",
            "seals 4 to 8 are gone",
            "seal 9 was changed: its hash is not that of its content");
    }

    [Fact]
    public async Task The_newest_events_removed_with_their_seal_are_missed_by_who_kept_the_head()
    {
        var head = (await _chain.SealAsync()).Hash;
        (await _chain.VerifyAsync(head)).Report.Found.Should().ContainSingle(h => h.Number == 3);

        await _chain.TamperAsync("delete from seals where number = 3");
        await _chain.TamperAsync("delete from mt_events where seq_id > 11");

        var (findings, report) = await _chain.VerifyAsync(head);
        findings.Should().BeEmpty("what is left is a whole chain");
        report.Found.Should().BeEmpty();
    }

    [Fact]
    public async Task Seals_made_anew_after_a_change_are_found_by_who_kept_a_head()
    {
        var first = await _chain.Store.ScalarAsync<string>("select encode(hash, 'hex') from seals where number = 1");
        var last = (await _chain.SealAsync()).Hash;

        await _chain.TamperAsync("update mt_events set user_name = 'mallory' where seq_id = 8");
        await _chain.TamperAsync("delete from seals where number > 1");
        await _chain.SealAsync();

        var (findings, report) = await _chain.VerifyAsync(first, last);
        findings.Should().BeEmpty("whoever can write can seal");
        report.Found.Select(h => h.Hash).Should().Equal([first], "only what came before the change is as it was");
    }
}

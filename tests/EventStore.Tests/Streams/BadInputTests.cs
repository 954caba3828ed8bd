using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using AlgoStack.EventStore.Streams;
using AlgoStack.Postgres;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;
using Xunit.Abstractions;

namespace AlgoStack.EventStore.Tests.Streams;

public sealed class BadInputTests(ServerFixture servers, ITestOutputHelper output) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private const int Megabyte = 1024 * 1024;

    private static readonly bool All = Environment.GetEnvironmentVariable("ALGOSTACK_TEST_ALL") is "1";

    private TestStore _store = null!;
    private string _connectionString = null!;

    public async Task InitializeAsync()
    {
        _connectionString = await servers.CreateSchemaDatabaseAsync();
        _store = await TestStore.StartAsync(_connectionString, "bad", Register);
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    public static TheoryData<string> Ids() => new(
        "a",
        " ",
        " leading and trailing ",
        "tab\tnewline\nreturn\rbell\a",
        "quote'quote\"back\\slash{}[]$1%",
        "🏦-👩‍👩‍👧‍👦",
        "حساب-١٢٣",
        "שלום‏‎ ‮rtl‬",
        "Zoe\u0308",
        "Zo\u00eb",
        "\u0301 begins with a combining accent",
        "\ufeff\u200b\u00a0\ufffd\uffff",
        string.Concat(Enumerable.Range(0, 1_024).Select(i => (char)('!' + (i * 7919 % 94)))),
        string.Concat(Enumerable.Repeat("🏦", 256)));

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task A_stream_may_have_any_Unicode_for_its_id(string id)
    {
        await _store.AppendAsync($".{id.EnumerateRunes().First()}", new Opened("neighbour"));
        var session = _store.Log.OpenSession();
        session.StartStream(id, new Opened("Ada"));
        session.Append(id, new Deposited(2));
        await session.SaveChangesAsync();

        (await _store.StreamAsync(id)).Select(e => (e.StreamId, e.Version)).Should().Equal((id, 1), (id, 2));
        (await session.AggregateStreamAsync<Account>(id))!.Balance.Should().Be(2);
        session.Append(id, 1, [new Deposited(4)]);
        var stale = () => session.SaveChangesAsync();
        (await stale.Should().ThrowExactlyAsync<ConcurrencyException>()).Which.StreamId.Should().Be(id);
        var archiving = _store.Log.OpenSession();
        archiving.ArchiveStream(id);
        await archiving.SaveChangesAsync();
        (await archiving.FetchStreamStateAsync(id))!.Should().BeEquivalentTo(new { Id = id, Version = 2, IsArchived = true });
    }

    [Fact]
    public async Task Ids_that_look_alike_are_streams_of_their_own()
    {
        string[] ids = ["Zoe\u0308", "Zo\u00eb", "zoe", "Zoe", "Zoe ", " Zoe", "Zoe\u200b", "\u0396oe"];
        foreach (var id in ids) await _store.AppendAsync(id, new Opened(id));

        foreach (var id in ids) (await _store.StreamAsync(id)).Single().Data.Should().Be(new Opened(id));
    }

    [Fact]
    public async Task An_id_that_PostgreSQL_cannot_hold_is_refused_wherever_it_is_given()
    {
        await IsRefusedAsync("", "Stream id: expected some text, found none.");
        await IsRefusedAsync("a\0b", "Stream id 'a\\u0000b': NUL (U+0000) at character 1 cannot be stored.");
        await IsRefusedAsync("ab\ud83c", "Stream id 'ab\ufffd': half a surrogate pair (U+D83C) at character 2 cannot be stored.");
        await IsRefusedAsync("🏦\udfe6x", "Stream id '🏦\ufffdx': half a surrogate pair (U+DFE6) at character 2 cannot be stored.");
        await IsRefusedAsync(new string('x', 1_025), $"Stream id '{new string('x', 40)}…': expected up to 1024 bytes of UTF-8, found 1025.");
        await IsRefusedAsync(
            string.Concat(Enumerable.Repeat("🏦", 257)),
            $"Stream id '{string.Concat(Enumerable.Repeat("🏦", 40))}…': expected up to 1024 bytes of UTF-8, found 1028.");
        (await _store.ScalarAsync<long>("select count(*) from mt_streams")).Should().Be(0);
    }

    [Fact]
    public async Task NUL_in_an_event_is_refused_by_the_path_it_is_at()
    {
        Refused(new Deposited(1, "a\0b"), "Event 'money_deposited' for stream a: $.Note holds NUL (U+0000), which PostgreSQL does not store.");
        Refused(
            new Tagged([new Opened("fine"), new Opened("\0")], new Dictionary<string, string>(StringComparer.Ordinal)),
            "Event 'things_tagged' for stream a: $.Owners[1].Owner holds NUL (U+0000), which PostgreSQL does not store.");
        Refused(
            new Tagged([], new Dictionary<string, string>(StringComparer.Ordinal) { ["\0"] = "x" }),
            "Event 'things_tagged' for stream a: A name in $.Tags holds NUL (U+0000), which PostgreSQL does not store.");

        // Six characters that only look like it.
        await _store.AppendAsync("a", new Deposited(1, @"\u0000"), new Deposited(1, "🏦 \ufffd"));
        (await _store.StreamAsync("a")).Select(e => e.Data).Should().Equal(new Deposited(1, @"\u0000"), new Deposited(1, "🏦 \ufffd"));
    }

    [Fact]
    public async Task An_event_that_cannot_be_JSON_is_refused_when_it_is_given()
    {
        JsonObject deep = [];
        for (var i = 0; i < 70; i++) deep = new JsonObject { ["d"] = deep };

        Refused(new Nested(deep), "Event 'things_nested' for stream a: it cannot be written as JSON: *");

        (await _store.StreamAsync("a")).Should().BeEmpty();
    }

    [Fact]
    public async Task Metadata_that_PostgreSQL_cannot_hold_is_refused_before_anything_is_sent()
    {
        (string What, Action<EventSession, string> Set)[] cases =
        [
            ("Correlation id", (s, text) => s.CorrelationId = text),
            ("Causation id", (s, text) => s.CausationId = text),
            ("User name", (s, text) => s.UserName = text),
            ("Header", (s, text) => s.Headers[text] = "value"),
            ("Header", (s, text) => s.Headers["name"] = text),
        ];
        foreach (var (what, set) in cases)
        {
            await SaveIsRefusedAsync(s => set(s, "a\0b"), $"{what} 'a\\u0000b': NUL (U+0000) at character 1 cannot be stored.");
            await SaveIsRefusedAsync(s => set(s, "a\ud83c"), $"{what} 'a\ufffd': half a surrogate pair (U+D83C) at character 1 cannot be stored.");
        }

        (await _store.StreamAsync("a")).Should().BeEmpty();
    }

    [Fact]
    public async Task A_row_of_another_shape_is_named_and_what_is_beside_it_can_be_read()
    {
        var deep = string.Concat(Enumerable.Repeat("""{"d":""", 100)) + "1" + new string('}', 100);
        string[] rows =
        [
            """[1]""", """null""", "\"text\"", """{"Amount": null}""", """{"Amount": "much"}""", $$"""{"Amount": {{deep}}}""",
            """{"Amount": 1e29}""", $$"""{"Amount": {{new string('9', 100_000)}}}""", """{"Amount": 1, "Note": {"a": "b"}}""",
        ];
        await _store.AppendAsync("a", [.. Enumerable.Range(0, rows.Length + 1).Select(object (i) => new Deposited(i))]);
        for (var i = 0; i < rows.Length; i++) await _store.ExecuteAsync($"update mt_events set data = '{rows[i]}' where version = {i + 2}");

        for (var version = 2; version < rows.Length + 2; version++)
        {
            var fetch = () => _store.Log.OpenSession().FetchStreamAsync("a", version, fromVersion: version);
            (await fetch.Should().ThrowAsync<UnreadableEventException>(rows[version - 2]))
                .WithMessage($"Event 'money_deposited' at a version {version} (sequence *)*");
        }

        (await _store.Log.OpenSession().FetchStreamAsync("a", version: 1)).Single().Data.Should().Be(new Deposited(0));
    }

    [Fact]
    public async Task A_row_nested_deeper_than_any_JSON_that_is_read_is_named()
    {
        await _store.AppendAsync("a", new Measured(1));
        await _store.ExecuteAsync($"update mt_events set data = '{string.Concat(Enumerable.Repeat("""{"d":""", 5_000))}1{new string('}', 5_000)}'");

        var fetch = () => _store.StreamAsync("a");

        (await fetch.Should().ThrowAsync<UnreadableEventException>()).WithMessage("Event 'level_measured' at a version 1 *");
    }

    [Fact]
    public async Task What_is_taken_though_it_is_not_as_it_was_given_is_known()
    {
        await _store.AppendAsync("a", new Opened("\ud83c"), new Measured(1), new Deposited(1, "note"));
        await _store.ExecuteAsync("""update mt_events set data = '{"Value": 1e400}' where version = 2""");
        await _store.ExecuteAsync("""update mt_events set data = '{"Amounts": 1}' where version = 3""");

        (await _store.StreamAsync("a")).Select(e => e.Data).Should().Equal(
            new Opened("\ufffd"), new Measured(double.PositiveInfinity), new Deposited(0));
    }

    [Fact]
    public async Task An_event_of_a_megabyte_is_stored_and_read()
    {
        var note = string.Concat(Enumerable.Range(0, Megabyte).Select(i => (char)('!' + (i % 94))));
        var written = Stopwatch.GetTimestamp();
        await _store.AppendAsync("large", new Deposited(1, note));
        var read = Stopwatch.GetTimestamp();

        ((Deposited)(await _store.StreamAsync("large")).Single().Data).Note.Should().Be(note);

        output.WriteLine($"1 MB: written in {Stopwatch.GetElapsedTime(written, read).TotalMilliseconds:F0} ms, "
            + $"read in {Stopwatch.GetElapsedTime(read).TotalMilliseconds:F0} ms.");
    }

    [Fact]
    public async Task An_event_over_the_bound_is_refused_before_anything_is_sent()
    {
        var session = _store.Log.OpenSession();
        session.Append("small", new Deposited(1));

        var append = () => session.Append("large", new Deposited(1, new string('x', 100 * Megabyte)));

        append.Should().Throw<EventTooLargeException>()
            .WithMessage("Event 'money_deposited' for stream large: expected up to 67,108,864 bytes of JSON, found 104,857,622.");
        (await session.FetchStreamStateAsync("small")).Should().BeNull();
        await session.SaveChangesAsync();
        (await _store.RowsAsync("select id, version from mt_streams")).Should().Equal(["small|1"], "the session goes on without the event");
    }

    [Fact]
    public async Task Large_events_up_to_the_bound_are_stored_and_read_several_in_a_commit()
    {
        // At the bound it takes some gigabytes of memory, here and in the server.
        var bytes = All ? EventJson.MostBytes : 8 * Megabyte;
        var note = new string('x', bytes - Encoding.UTF8.GetByteCount("""{"Amount":1,"Note":""}"""));
        var started = Stopwatch.GetTimestamp();
        await _store.AppendAsync("large", new Deposited(1, note), new Deposited(2, note), new Deposited(3, note));

        (await _store.StreamAsync("large")).Select(e => ((Deposited)e.Data).Note!.Length).Should().Equal(note.Length, note.Length, note.Length);

        output.WriteLine($"3 of {bytes / Megabyte} MiB: written and read in {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s.");
    }

    [Fact]
    public async Task A_schema_from_a_newer_version_ends_the_start()
    {
        await _store.ExecuteAsync("insert into migrations (source, number, name, checksum, needs) values ('event_store', 9999, '9999_of_tomorrow', '', 9999)");

        var start = () => TestStore.StartAsync(_connectionString, "bad");

        (await start.Should().ThrowAsync<MigrationException>())
            .WithMessage("Schema bad: migration 9999_of_tomorrow of event_store was applied by a newer version and needs one that knows 9999; this one knows up to *");
    }

    private async Task IsRefusedAsync(string id, string message)
    {
        var session = _store.Log.OpenSession();
        Action[] calls = [() => session.Append(id, new Deposited(1)), () => session.StartStream(id), () => session.ArchiveStream(id)];
        Func<Task>[] fetches = [() => session.FetchStreamAsync(id), () => session.FetchStreamStateAsync(id), () => session.FetchForWriting<Account>(id)];

        foreach (var call in calls) call.Should().Throw<InvalidStreamIdException>().WithMessage(message);
        foreach (var fetch in fetches) (await fetch.Should().ThrowAsync<InvalidStreamIdException>()).WithMessage(message);
        await session.SaveChangesAsync();
    }

    private async Task SaveIsRefusedAsync(Action<EventSession> set, string message)
    {
        var session = _store.Log.OpenSession();
        set(session);
        session.Append("a", new Deposited(1));

        var save = () => session.SaveChangesAsync();

        (await save.Should().ThrowAsync<UnstorableMetadataException>()).WithMessage(message);
    }

    private void Refused(object data, string message)
    {
        var append = () => _store.Log.OpenSession().Append("a", data);
        append.Should().Throw<UnstorableEventException>().WithMessage(message);
    }

    private static void Register(EventStoreOptions options)
    {
        options.Event<Tagged>("things_tagged");
        options.Event<Nested>("things_nested");
    }

    private sealed record Tagged(IReadOnlyList<Opened> Owners, IReadOnlyDictionary<string, string> Tags);

    private sealed record Nested(JsonObject Inner);
}

using System.Text.Json;
using AlgoStack.EventStore.Streams;
using AlgoStack.EventStore.Tests.Projections;
using AlgoStack.Testing;
using FluentAssertions;
using Npgsql;
using Xunit;

namespace AlgoStack.EventStore.Tests.Inspection;

public sealed class InspectionTests(ServerFixture servers) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(30);

    private string _database = "";

    public async Task InitializeAsync() => _database = await servers.CreateSchemaDatabaseAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Events_are_listed_by_what_is_asked_for_and_paged_by_sequence()
    {
        await using var store = await InspectedStore.StartAsync(_database, "listed", _ => { });
        await store.AppendAsync("a", new Opened("Ada"), new Deposited(10.50m, "first"));
        await store.AppendAsync("b/ü 😀", new Deposited(1), new Withdrawn(2), new Deposited(3));

        Sequences(await store.GetAsync("/store/events")).Should().Equal(5, 4, 3, 2, 1);
        Sequences(await store.GetAsync("/store/events?order=oldest&type=money_deposited")).Should().Equal(2, 3, 5);
        Sequences(await store.GetAsync($"/store/events?stream={Uri.EscapeDataString("b/ü 😀")}")).Should().Equal(5, 4, 3);
        Sequences(await store.GetAsync("/store/events?correlation=about-a")).Should().Equal(2, 1);
        Sequences(await store.GetAsync("/store/events?fromSequence=2&toSequence=3")).Should().Equal(3, 2);
        Sequences(await store.GetAsync("/store/events?to=2000-01-01T00:00:00Z")).Should().BeEmpty();
        Sequences(await store.GetAsync("/store/events?from=2000-01-01T00:00:00Z")).Should().HaveCount(5);

        var page = await store.GetAsync("/store/events?limit=2");
        Sequences(page).Should().Equal(5, 4);
        page.GetProperty("next").GetInt64().Should().Be(3);
        var last = await store.GetAsync("/store/events?limit=3&toSequence=3");
        Sequences(last).Should().Equal(3, 2, 1);
        last.GetProperty("next").ValueKind.Should().Be(JsonValueKind.Null);

        var e = (await store.GetAsync("/store/events?fromSequence=2&toSequence=2")).GetProperty("events")[0];
        e.GetProperty("stream").GetString().Should().Be("a");
        e.GetProperty("version").GetInt64().Should().Be(2);
        e.GetProperty("data").GetRawText().Should().Be("""{"Note": "first", "Amount": 10.50}""");
        e.GetProperty("correlationId").GetString().Should().Be("about-a");
    }

    [Fact]
    public async Task An_event_of_a_type_that_nobody_knows_is_shown_as_it_is_stored()
    {
        await using var store = await InspectedStore.StartAsync(_database, "unknown", _ => { });
        await WriteAsync(
            """
            insert into unknown.mt_streams (id, version) values ('x', 1);
            insert into unknown.mt_events (seq_id, id, stream_id, version, data, type, timestamp)
            values (nextval('unknown.mt_events_sequence'), gen_random_uuid(), 'x', 1, '{"what": [1, null]}', 'unheard_of', now())
            """);

        var e = (await store.GetAsync("/store/stream?id=x")).GetProperty("events")[0];

        e.GetProperty("type").GetString().Should().Be("unheard_of");
        e.GetProperty("isKnown").GetBoolean().Should().BeFalse();
        e.GetProperty("data").GetRawText().Should().Be("""{"what": [1, null]}""");
    }

    [Fact]
    public async Task Streams_known_by_a_Guid_are_found_by_its_text()
    {
        await using var store = await InspectedStore.StartAsync(_database, "guids", o => o.StreamIdentity = StreamIdentity.AsGuid);
        var id = new Guid("6f9619ff-8b86-d011-b42d-00c04fc964ff");
        await store.AppendAsync(id.ToString("D"), new Deposited(1));

        Sequences(await store.GetAsync($"/store/events?stream={id:N}")).Should().Equal(1);
        (await store.GetAsync($"/store/stream?id={id:D}")).GetProperty("events")[0].GetProperty("stream").GetString().Should().Be(id.ToString("D"));
        (await store.RefusalAsync("/store/events?stream=a")).Should().Be((400, "filter_invalid"));
    }

    [Fact]
    public async Task A_stream_is_shown_from_its_first_event_on()
    {
        await using var store = await InspectedStore.StartAsync(_database, "timeline", _ => { });
        await store.AppendAsync("b", new Deposited(0));
        await store.AppendAsync("a", new Opened("Ada"), new Deposited(1), new Deposited(2));

        var stream = await store.GetAsync("/store/stream?id=a&limit=2");
        stream.GetProperty("version").GetInt64().Should().Be(3);
        stream.GetProperty("isArchived").GetBoolean().Should().BeFalse();
        Sequences(stream).Should().Equal(2, 3);
        stream.GetProperty("next").GetInt64().Should().Be(3);
        Sequences(await store.GetAsync("/store/stream?id=a&fromVersion=3")).Should().Equal(4);
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused_with_a_code()
    {
        await using var store = await InspectedStore.StartAsync(_database, "refused", o => { o.Inline<Balances>(); o.Subscribe<Told>(); });

        (await store.RefusalAsync("/store/events?order=random")).Should().Be((400, "order_invalid"));
        (await store.RefusalAsync("/store/events?fromSequence=3&toSequence=2")).Should().Be((400, "range_invalid"));
        (await store.RefusalAsync("/store/events?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z")).Should().Be((400, "range_invalid"));
        (await store.RefusalAsync("/store/events?type=a%00b")).Should().Be((400, "filter_invalid"));
        (await store.RefusalAsync("/store/events/follow?stream=a%00b")).Should().Be((400, "filter_invalid"));
        (await store.RefusalAsync("/store/stream?id=a%00b")).Should().Be((400, "id_invalid"));
        (await store.RefusalAsync("/store/stream")).Should().Be((400, "id_missing"));
        (await store.RefusalAsync("/store/stream?id=nobody")).Should().Be((404, "stream_not_found"));
        (await RefusalAsync("/store/projections/nobody/pause")).Should().Be((404, "projection_not_found"));
        (await RefusalAsync("/store/projections/Balances/pause")).Should().Be((409, "projection_unfit"));
        (await RefusalAsync("/store/projections/Told/rebuild")).Should().Be((409, "projection_unfit"));

        async Task<(int, string?)> RefusalAsync(string path)
        {
            var (status, body) = await store.PostAsync(path);
            return (status, body.GetProperty("code").GetString());
        }
    }

    [Fact]
    public async Task Whoever_follows_is_told_of_each_commit_and_after_a_break_of_those_it_missed()
    {
        await using var store = await InspectedStore.StartAsync(_database, "followed", o => o.Subscribe<Told>());
        await store.AppendAsync("a", new Deposited(1));

        var told = new List<string>();
        await foreach (var item in store.FollowAsync("/store/events/follow?type=money_deposited"))
        {
            if (item.EventType == "waiting" && told.Count == 0)
            {
                await store.AppendAsync("a", new Withdrawn(1), new Deposited(2));
                await store.AppendAsync("a", new Deposited(3));
            }

            if (item.EventType == "stored") told.Add($"{item.EventId} {JsonDocument.Parse(item.Data).RootElement.GetProperty("data")}");
            if (told.Count == 2) break;
        }

        told.Should().Equal("""3 {"Note": null, "Amount": 2}""", """4 {"Note": null, "Amount": 3}""");
        await foreach (var item in store.FollowAsync("/store/events/follow?stream=a&after=2"))
        {
            if (item.EventType == "stored") told.Add(item.EventId!);
            if (told.Count == 4) break;
        }

        told[2..].Should().Equal("3", "4");
    }

    [Fact]
    public async Task Projections_are_shown_where_they_are_and_obey()
    {
        await using var store = await InspectedStore.StartAsync(
            _database, "obeying", o => { o.Inline<Balances>(); o.Async<Applied>(); o.Subscribe<Told>(); });
        await using var other = await InspectedStore.StartAsync(
            _database, "obeying", o => { o.Inline<Balances>(); o.Async<Applied>(); o.Subscribe<Told>(); });
        await store.AppendAsync("a", new Deposited(1), new Deposited(2));
        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);

        var view = await store.GetAsync("/store/projections");
        view.GetProperty("store").GetString().Should().Be("obeying");
        view.GetProperty("newest").GetInt64().Should().Be(2);
        view.GetProperty("projections").EnumerateArray().Select(p => $"{p.GetProperty("name")} {p.GetProperty("kind")} {p.GetProperty("position")} {p.GetProperty("lag")}")
            .Should().Equal("Balances inline  0", "Applied async 2 0", "Told subscription 2 0");
        string[] states = [await StateAsync(store), await StateAsync(other)];
        states.Should().BeEquivalentTo("running", "elsewhere");

        // By the one that does not run it.
        var (status, body) = await other.PostAsync("/store/projections/Applied/pause", new { by = "Ada", why = "to look at it" });
        status.Should().Be(200);
        body.GetProperty("state").GetString().Should().Be("paused");
        body.GetProperty("stopped").GetProperty("by").GetString().Should().Be("Ada");
        await Eventually.Equal("paused", () => StateAsync(store));
        (await store.PostAsync("/store/projections/Applied/resume")).Body.GetProperty("state").GetString().Should().NotBe("paused");

        await WriteAsync("update obeying.balances set balance = 0");
        (await store.PostAsync("/store/projections/Balances/rebuild", new { by = "Ada" })).Status.Should().Be(202);
        await Eventually.Equal(3m, () => ScalarAsync<decimal>("select balance from obeying.balances"));
    }

    [Fact]
    public async Task Poison_is_shown_with_its_event_and_its_error()
    {
        await using var store = await InspectedStore.StartAsync(_database, "poisoned", o => o.Async<Applied>());
        store.Service<Applied>().Poison = 2;
        await store.AppendAsync("a", new Deposited(1), new Deposited(2), new Deposited(3));
        await Eventually.Equal("poisoned", () => StateAsync(store));

        var applied = (await store.GetAsync("/store/projections")).GetProperty("projections")[0];
        applied.GetProperty("position").GetInt64().Should().Be(1);
        applied.GetProperty("lag").GetInt64().Should().Be(2);
        var stopped = applied.GetProperty("stopped");
        stopped.GetProperty("sequence").GetInt64().Should().Be(2);
        stopped.GetProperty("stream").GetString().Should().Be("a");
        stopped.GetProperty("version").GetInt64().Should().Be(2);
        stopped.GetProperty("type").GetString().Should().Be("money_deposited");
        stopped.GetProperty("why").GetString().Should().EndWith("It does not add up.");

        store.Service<Applied>().Poison = null;
        await store.PostAsync("/store/projections/Applied/resume");
        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);
        await Eventually.Equal("running", () => StateAsync(store));
    }

    private static async Task<string> StateAsync(InspectedStore store) => (await store.GetAsync("/store/projections"))
        .GetProperty("projections").EnumerateArray().Single(p => p.GetProperty("name").GetString() == "Applied").GetProperty("state").GetString()!;

    private static IEnumerable<long> Sequences(JsonElement page) =>
        page.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("sequence").GetInt64());

    private async Task WriteAsync(string sql)
    {
        await using var superuser = NpgsqlDataSource.Create(_database);
        await using var command = superuser.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<T> ScalarAsync<T>(string sql)
    {
        await using var superuser = NpgsqlDataSource.Create(_database);
        await using var command = superuser.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}

using AlgoStack.EventStore.Projections;
using AlgoStack.EventStore.Streams;
using AlgoStack.Testing;
using FluentAssertions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Xunit;

namespace AlgoStack.EventStore.Tests.Streams;

public sealed class UpcastTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    private static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task What_each_version_stored_is_read_as_the_event_of_today()
    {
        var database = await servers.CreateSchemaDatabaseAsync();
        await using (var first = await TestStore.StartAsync(database, "upcast", LimitStore.RegisterFirst))
            await first.AppendAsync("limits", new LimitSetFirst(100.50m));

        await using var third = await TestStore.StartAsync(database, "upcast", o =>
        {
            LimitStore.RegisterThird(o);
            o.Async<Limits>();
        });
        await third.ExecuteAsync(
            """
            update mt_streams set version = 3;
            insert into mt_events (seq_id, id, stream_id, version, data, type, timestamp)
            values (nextval('mt_events_sequence'), gen_random_uuid(), 'limits', 2, '{"Limit": 200, "Currency": "EUR"}', 'limit_set_v2', now()),
                   (nextval('mt_events_sequence'), gen_random_uuid(), 'limits', 3, '{"Why": "quiet", "Who": "Bob"}', 'limit_lifted', now())
            """);
        await third.AppendAsync("limits", new LimitSet(300, "EUR", "Ada"), new LimitLifted("holiday", "Ada"));

        var events = await third.StreamAsync("limits");

        events.Select(e => e.Data).Should().Equal(
            new LimitSet(100.50m, "USD", "unknown"), new LimitSet(200, "EUR", "unknown"), new LimitLifted("quiet", "Bob"),
            new LimitSet(300, "EUR", "Ada"), new LimitLifted("holiday", "Ada"));
        events.Select(e => e.TypeName).Should().Equal("limit_set", "limit_set_v2", "limit_lifted", "limit_set_v3", "limit_lifted_v2");
        await third.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);
        third.Service<Limits>().Given.Should().Equal([100.50m, 200, 300], "who follows an event is given all its versions");
    }

    [Fact]
    public async Task An_old_event_that_cannot_be_upcast_is_named_and_stops_whoever_follows()
    {
        var database = await servers.CreateSchemaDatabaseAsync();
        await using var store = await TestStore.StartAsync(database, "upcast", LimitStore.RegisterThird);
        await store.AppendAsync("limits", new LimitLifted("holiday", "Ada"), new LimitSet(1, "USD", "Ada"));
        await store.ExecuteAsync("""update mt_events set type = 'limit_set_v2', data = '{"Limit": "none"}' where version = 2""");
        await store.ExecuteAsync("""update mt_events set type = 'limit_lifted', data = '{"Why": "quiet"}' where version = 1""");

        var lifted = () => store.Log.OpenSession().FetchStreamAsync("limits", version: 1);
        var set = () => store.Log.OpenSession().FetchStreamAsync("limits", fromVersion: 2);

        (await lifted.Should().ThrowAsync<UnreadableEventException>()).WithMessage(
            "Event 'limit_lifted' at limits version 1 (sequence 1) cannot be upcast from JsonObject to LimitLifted: Who lifted it is not said.");
        (await set.Should().ThrowAsync<UnreadableEventException>()).WithMessage(
            "Event 'limit_set_v2' at limits version 2 (sequence 2) cannot be read as LimitSetSecond: *");
        await using var follower = await TestStore.StartAsync(database, "upcast", o =>
        {
            LimitStore.RegisterThird(o);
            o.Async<Limits>();
        });
        await Eventually.True(async () => (await follower.HealthAsync()).Entries["projections"] is { Status: HealthStatus.Unhealthy } entry
            && entry.Description!.Contains("limits version 2", StringComparison.Ordinal));
    }

    [Fact]
    public void Only_the_newest_shape_is_appended()
    {
        var options = new EventStoreOptions();
        LimitStore.RegisterThird(options);
        var types = new EventTypes(options);

        var old = () => types.Serialize(new LimitSetSecond(1, "USD"));

        old.Should().Throw<UnknownEventTypeException>();
        types.NameOf(typeof(LimitSet)).Should().Be("limit_set_v3");
    }

    [Fact]
    public async Task A_store_with_a_step_left_out_does_not_start()
    {
        var database = await servers.CreateSchemaDatabaseAsync();

        var start = () => TestStore.StartAsync(database, "upcast", o => o.Event<LimitSet>("limit_set_v3"));

        (await start.Should().ThrowAsync<EventConfigurationException>()).WithMessage(
            "Event 'limit_set_v3': 'limit_set_v2', the version before, is missing; what is stored under it needs an upcast.");
    }

    [Fact]
    public void A_step_left_out_is_named()
    {
        Refuse(
            "Event 'limit_set_v2': 'limit_set', the version before, is an event too; what is stored under it needs an upcast.",
            o => o.Event<LimitSetFirst>("limit_set"),
            o => o.Event<LimitSetSecond>("limit_set_v2"));
        Refuse(
            "Event 'limit_set_v10': 'limit_set_v9', the version before, is missing; what is stored under it needs an upcast.",
            o => o.Event<LimitSet>("limit_set_v10"));
        Refuse(
            "Upcast of 'limit_set' must end at an event, and gets to LimitSetSecond, which is neither an event nor upcast any further.",
            o => o.Upcast<LimitSetFirst, LimitSetSecond>("limit_set", _ => null!),
            o => o.Event<LimitSet>("limit_set_v2"));
    }

    [Fact]
    public void Upcasts_that_contradict_each_other_are_named()
    {
        Refuse(
            "Upcast of 'a' must end at an event, and gets to LimitSetFirst, which comes back to where 'a' was.",
            o => o.Upcast<LimitSetFirst, LimitSetSecond>("a", _ => null!),
            o => o.Upcast<LimitSetSecond, LimitSetFirst>("b", _ => null!));
        Refuse(
            "Upcast of 'a' must end at an event, and gets to LimitSetSecond, which is upcast by 'b' and by 'c'.",
            o => o.Upcast<LimitSetFirst, LimitSetSecond>("a", _ => null!),
            o => o.Upcast<LimitSetSecond, LimitSet>("b", _ => null!),
            o => o.Upcast<LimitSetSecond, LimitSet>("c", _ => null!),
            o => o.Event<LimitSet>("d"));
        Refuse(
            "Upcast of 'a': LimitSet is an event of today and needs none.",
            o => o.Upcast<LimitSet, LimitSet>("a", e => e),
            o => o.Event<LimitSet>("b"));
    }

    [Fact]
    public void A_name_is_taken_by_an_event_or_by_an_upcast()
    {
        var options = new EventStoreOptions();
        options.Event<LimitSet>("limit_set");

        var upcast = () => options.Upcast<LimitSetFirst, LimitSet>("limit_set", _ => null!);

        upcast.Should().Throw<ArgumentException>().WithMessage("Event name 'limit_set' is taken by LimitSet; LimitSetFirst needs one of its own.*");
    }

    private static void Refuse(string message, params Action<EventStoreOptions>[] register)
    {
        var options = new EventStoreOptions();
        foreach (var step in register) step(options);

        var types = () => new EventTypes(options);

        types.Should().Throw<EventConfigurationException>().WithMessage(message);
    }

    private sealed class Limits : Projection
    {
        public override string Name => "Limits";

        public override IReadOnlyList<string> Tables => [];

        public override IReadOnlyList<Type> Events => [typeof(LimitSet)];

        public List<decimal> Given { get; } = [];

        public override Task ApplyAsync(
            IReadOnlyList<StoredEvent> events, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
        {
            Given.AddRange(events.Select(e => ((LimitSet)e.Data).Limit));
            return Task.CompletedTask;
        }
    }
}

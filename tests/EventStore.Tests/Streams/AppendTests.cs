using System.Diagnostics;
using System.Globalization;
using AlgoStack.EventStore.Streams;
using AlgoStack.Testing;
using FluentAssertions;
using Npgsql;
using NpgsqlTypes;
using Xunit;

namespace AlgoStack.EventStore.Tests.Streams;

public sealed class AppendTests(ServerFixture servers) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private TestStore _store = null!;

    public async Task InitializeAsync() => _store = await TestStore.StartAsync(await servers.CreateSchemaDatabaseAsync(), "append");

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task Events_come_back_as_they_were_given_with_versions_from_one()
    {
        await _store.AppendAsync("account-1", new Opened("Ada", AccountKind.Margin), new Deposited(12.50m, "first"));
        await _store.AppendAsync("account-1", new Withdrawn(0.01m));

        var events = await _store.StreamAsync("account-1");

        events.Select(e => e.Data).Should().Equal(new Opened("Ada", AccountKind.Margin), new Deposited(12.50m, "first"), new Withdrawn(0.01m));
        events.Select(e => e.Version).Should().Equal(1, 2, 3);
        events.Select(e => e.Sequence).Should().BeInAscendingOrder();
        events.Select(e => e.TypeName).Should().Equal("account_opened", "money_deposited", "money_withdrawn");
    }

    [Fact]
    public async Task A_part_of_a_stream_can_be_fetched()
    {
        await _store.AppendAsync("account-1", Enumerable.Range(1, 9).Select(object (i) => new Deposited(i)).ToArray());

        var events = await _store.Log.OpenSession().FetchStreamAsync("account-1", fromVersion: 3, version: 5);

        events.Select(e => ((Deposited)e.Data).Amount).Should().Equal(3, 4, 5);
    }

    [Fact]
    public async Task New_and_existing_streams_are_appended_to_in_one_go_in_the_order_given()
    {
        await _store.AppendAsync("b", new Deposited(1), new Deposited(2));
        var session = _store.Log.OpenSession();
        session.Append("c", new Deposited(3));
        session.Append("b", 2, [new Deposited(4)]);
        session.StartStream("a", new Deposited(5));
        session.Append("c", new Deposited(6));
        session.Append("b", new Deposited(7));

        await session.SaveChangesAsync();

        (await _store.RowsAsync("select stream_id, version, data ->> 'Amount' from mt_events order by seq_id"))
            .Should().Equal("b|1|1", "b|2|2", "c|1|3", "b|3|4", "a|1|5", "c|2|6", "b|4|7");
        (await _store.RowsAsync("select id, version from mt_streams order by id")).Should().Equal("a|1", "b|4", "c|2");
    }

    [Fact]
    public async Task Events_that_are_copied_are_still_one_commit()
    {
        var session = _store.Log.OpenSession();
        for (var i = 0; i < 50 * Append.MostInArrays + 7; i++) session.Append($"stream-{i % 13}", new Deposited(i));
        session.StartStream("started", Enumerable.Range(0, 10).Select(object (i) => new Withdrawn(i)));
        await _store.AppendAsync("stream-5", new Deposited(-1));

        await session.SaveChangesAsync();

        (await _store.ScalarAsync<long>("select count(*) from mt_events")).Should().Be(50 * Append.MostInArrays + 18);
        (await _store.ScalarAsync<long>(
            """
            select count(*) from mt_streams s
            where version <> (select count(*) from mt_events where stream_id = s.id)
               or version <> (select max(version) from mt_events where stream_id = s.id)
            """)).Should().Be(0);
        var order = await _store.RowsAsync("select data ->> 'Amount' from mt_events where type = 'money_deposited' and data ->> 'Amount' <> '-1' order by seq_id");
        order.Should().Equal(Enumerable.Range(0, order.Count).Select(i => i.ToString(CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void A_session_may_not_contradict_itself_about_a_streams_version()
    {
        var session = _store.Log.OpenSession();
        session.Append("a", 2, [new Deposited(1)]);
        session.Append("a", 2, [new Deposited(2)]);

        var append = () => session.Append("a", 3, [new Deposited(3)]);

        append.Should().Throw<ArgumentException>().WithMessage("Stream a: this session appends to it at version 2 already, and now at 3.*");
    }

    [Fact]
    public async Task A_stream_that_is_started_twice_is_named_and_nothing_of_the_second_is_kept()
    {
        await _store.AppendAsync("taken", new Opened("Ada"), new Deposited(1));
        var session = _store.Log.OpenSession();
        foreach (var stream in Enumerable.Range(0, 500)) session.StartStream($"fresh-{stream}", new Opened("Bob"));
        session.StartStream("taken", new Opened("Eve"));

        var save = () => session.SaveChangesAsync();

        var refusal = (await save.Should().ThrowAsync<StreamExistsException>()).Which;
        refusal.StreamId.Should().Be("taken");
        refusal.Found.Should().Be(2);
        refusal.Message.Should().Be("Stream taken: expected none, found version 2.");
        (await _store.ScalarAsync<long>("select count(*) from mt_streams")).Should().Be(1);
    }

    [Fact]
    public async Task An_unexpected_version_is_refused_with_what_was_expected_and_found()
    {
        await _store.AppendAsync("account-\"1\"|ü", new Opened("Ada"), new Deposited(1), new Deposited(2));
        var session = _store.Log.OpenSession();
        session.Append("account-\"1\"|ü", 2, [new Deposited(3)]);

        var save = () => session.SaveChangesAsync();

        (await save.Should().ThrowExactlyAsync<ConcurrencyException>()).WithMessage("Stream account-\"1\"|ü: expected version 2, found 3.");
    }

    [Fact]
    public async Task A_stream_expected_further_than_it_is_is_refused()
    {
        var session = _store.Log.OpenSession();
        session.Append("nowhere", 4, [new Deposited(3)]);

        var save = () => session.SaveChangesAsync();

        (await save.Should().ThrowAsync<ConcurrencyException>()).Which.Found.Should().Be(0);
        (await _store.Log.OpenSession().FetchStreamStateAsync("nowhere")).Should().BeNull();
    }

    [Fact]
    public async Task An_aggregate_is_written_back_only_if_nobody_came_in_between()
    {
        await _store.AppendAsync("account-1", new Opened("Ada"), new Deposited(10));
        var mine = _store.Log.OpenSession();
        var stream = await mine.FetchForWriting<Account>("account-1");
        stream.Aggregate.Balance.Should().Be(10);
        stream.Append([new Withdrawn(10)]);
        await _store.AppendAsync("account-1", new Withdrawn(5));

        var save = () => mine.SaveChangesAsync();

        (await save.Should().ThrowAsync<ConcurrencyException>()).Which.Found.Should().Be(3);
        (await _store.Log.OpenSession().AggregateStreamAsync<Account>("account-1"))!.Balance.Should().Be(5);
        (await _store.Log.OpenSession().AggregateStreamAsync<AccountTotals>("account-1"))!.Balance.Should().Be(5);
        (await _store.Log.OpenSession().AggregateStreamAsync<AccountTotals>("account-1"))!.Balance.Should().Be(5, "each fold begins with a new one");
    }

    [Fact]
    public async Task A_stream_that_is_not_there_is_fetched_as_the_seed()
    {
        var session = _store.Log.OpenSession();
        var stream = await session.FetchForWriting<Account>("new");
        stream.Version.Should().Be(0);
        stream.Append([new Opened("Ada")]);
        await session.SaveChangesAsync();

        var state = await session.FetchStreamStateAsync("new");
        state!.Version.Should().Be(1);
        (await session.AggregateStreamAsync<Account>("none")).Should().BeNull();
    }

    [Fact]
    public async Task A_saved_session_is_empty_and_can_be_used_again()
    {
        var session = _store.Log.OpenSession();
        session.Append("a", new Deposited(1));
        await session.SaveChangesAsync();
        await session.SaveChangesAsync();
        session.Append("a", new Deposited(2));
        await session.SaveChangesAsync();

        (await _store.StreamAsync("a")).Should().HaveCount(2);
    }

    [Fact]
    public async Task The_slices_own_statements_commit_with_the_events_or_not_at_all()
    {
        await _store.AppendAsync("taken", new Opened("Ada"));
        var refused = _store.Log.OpenSession();
        refused.Execute("insert into notes (text) values ($1)", new NpgsqlParameter<string> { TypedValue = "lost" });
        refused.StartStream("taken", new Opened("Eve"));
        var save = () => refused.SaveChangesAsync();
        await save.Should().ThrowAsync<StreamExistsException>();

        var kept = _store.Log.OpenSession();
        kept.Execute("insert into notes (text) select unnest($1)", new NpgsqlParameter<string[]> { TypedValue = ["one", "two"] });
        kept.Execute("insert into notes (text) values ($1) returning text", new NpgsqlParameter<string> { TypedValue = "three" });
        kept.StartStream("free", new Opened("Ada"));
        await kept.SaveChangesAsync();

        (await _store.RowsAsync("select text from notes")).Should().Equal("one", "two", "three");
    }

    [Fact]
    public async Task A_statement_that_fails_takes_the_events_with_it()
    {
        var session = _store.Log.OpenSession();
        session.Append("a", new Deposited(1));
        session.Execute("insert into notes (text) values (null)");

        var save = () => session.SaveChangesAsync();

        await save.Should().ThrowAsync<PostgresException>();
        (await _store.StreamAsync("a")).Should().BeEmpty();
    }

    [Fact]
    public async Task Binary_copy_can_be_enlisted_in_the_commit()
    {
        await _store.AppendAsync("taken", new Opened("Ada"));
        foreach (var stream in new[] { "taken", "free" })
        {
            var session = _store.Log.OpenSession();
            session.Enlist(async (connection, _, token) =>
            {
                await using var copy = await connection.BeginBinaryImportAsync("copy notes (text) from stdin (format binary)", token);
                await copy.StartRowAsync(token);
                await copy.WriteAsync(stream, NpgsqlDbType.Text, token);
                await copy.CompleteAsync(token);
            });
            session.StartStream(stream, new Opened("Bob"));
            try
            {
                await session.SaveChangesAsync();
            }
            catch (StreamExistsException)
            {
                stream.Should().Be("taken");
            }
        }

        (await _store.RowsAsync("select text from notes")).Should().Equal("free");
    }

    [Fact]
    public async Task Events_carry_who_caused_them_and_the_trace_they_are_part_of()
    {
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        activity.TraceStateString = "vendor=1";
        var session = _store.Log.OpenSession();
        session.UserName = "ada";
        session.Headers["origin"] = "test";
        session.Append("traced", new Deposited(1));
        await session.SaveChangesAsync();
        activity.Stop();

        var told = _store.Log.OpenSession();
        told.CorrelationId = "corr";
        (await told.TryReceiveAsync(Guid.Parse("11111111-1111-1111-1111-111111111111"), "test")).Should().BeTrue();
        told.Append("told", new Deposited(1));
        await told.SaveChangesAsync();

        var traced = (await _store.StreamAsync("traced")).Single();
        traced.TraceParent.Should().Be(activity.Id);
        traced.CorrelationId.Should().Be(activity.TraceId.ToHexString());
        traced.UserName.Should().Be("ada");
        traced.Headers.Select(h => $"{h.Key}={h.Value}").Should().BeEquivalentTo("origin=test", $"traceparent={activity.Id}", "tracestate=vendor=1");
        (await _store.RowsAsync(
            "select user_name, headers ->> 'origin', headers ->> 'tracestate', mt_dotnet_type, type from mt_events where stream_id = 'traced'"))
            .Should().Equal("ada|test|vendor=1|AlgoStack.EventStore.Tests.Deposited, AlgoStack.EventStore.Tests|money_deposited");
        (await _store.RowsAsync("select correlation_id, causation_id, headers from mt_events where stream_id = 'told'"))
            .Should().Equal("corr|11111111-1111-1111-1111-111111111111|");
        var plain = (await _store.StreamAsync("told")).Single();
        (plain.CausationId, plain.UserName, plain.TraceParent, plain.Headers.Count)
            .Should().Be(("11111111-1111-1111-1111-111111111111", null, null, 0));
    }

    /// <param name="events">One, some and many go to the database by three ways.</param>
    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(300)]
    public async Task Events_of_one_session_may_each_say_what_brought_them_about(int events)
    {
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        var trace = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
        var session = _store.Log.OpenSession();
        (session.CorrelationId, session.CausationId, session.Headers["origin"]) = ("session", "session", "test");
        for (var i = 0; i < events; i++)
        {
            if (i % 3 == 2) session.Append("caused", new Deposited(i));
            else session.Append("caused", new EventOrigin($"correlation-{i % 7}", i % 3 == 0 ? "wish" : null, trace), new Deposited(i));
        }

        await session.SaveChangesAsync();

        var stored = await _store.StreamAsync("caused");
        stored.Select(e => ((Deposited)e.Data).Amount).Should().Equal(Enumerable.Range(0, events).Select(i => (decimal)i));
        stored.Select(e => $"{e.CorrelationId}|{e.CausationId}|{e.TraceParent}|{e.Headers["origin"]}").Should().Equal(Enumerable.Range(0, events).Select(i => i % 3 == 2
            ? $"session|session|{activity.Id}|test"
            : $"correlation-{i % 7}|{(i % 3 == 0 ? "wish" : "session")}|00-{trace.TraceId}-{trace.SpanId}-01|test"));
    }

    [Fact]
    public async Task An_event_that_is_not_registered_is_refused_when_it_is_given()
    {
        var append = () => _store.AppendAsync("a", new Uri("http://localhost"));

        (await append.Should().ThrowAsync<UnknownEventTypeException>()).WithMessage("Event type System.Uri is not registered with the store.");
    }

    [Fact]
    public async Task A_stored_event_that_cannot_be_read_is_named()
    {
        await _store.AppendAsync("a", new Deposited(1), new Deposited(2));
        await _store.ExecuteAsync("update mt_events set type = 'unheard_of' where version = 2");
        var fetch = () => _store.StreamAsync("a");
        (await fetch.Should().ThrowAsync<UnknownEventTypeException>())
            .WithMessage("Event 'unheard_of' at a version 2 (sequence *): no type is registered under that name.");

        await _store.ExecuteAsync("""update mt_events set type = 'money_deposited', data = '{"Amount": "much"}' where version = 2""");
        (await fetch.Should().ThrowAsync<UnreadableEventException>())
            .WithMessage("Event 'money_deposited' at a version 2 (sequence *) cannot be read as Deposited: *");
    }

    [Fact]
    public async Task Numbers_survive_the_store_to_the_last_digit()
    {
        double[] values = [0.1, 1e-300, double.MaxValue, -0.0, 123456789.123456789, double.Epsilon, double.NaN, double.PositiveInfinity];
        decimal[] amounts = [0.10m, 79228162514264337593543950335m, 0.0000000000000000000000000001m];
        await _store.AppendAsync("m", [.. values.Select(object (v) => new Measured(v)), .. amounts.Select(object (a) => new Deposited(a))]);

        var back = await _store.StreamAsync("m");

        back.Select(e => e.Data).OfType<Measured>().Select(m => BitConverter.DoubleToInt64Bits(m.Value))
            .Should().Equal(values.Select(v => BitConverter.DoubleToInt64Bits(v == 0 ? 0.0 : v)), "JSON numbers in jsonb have no negative zero");
        back.Select(e => e.Data).OfType<Deposited>().Select(d => d.Amount.ToString(CultureInfo.InvariantCulture))
            .Should().Equal(amounts.Select(a => a.ToString(CultureInfo.InvariantCulture)));
    }
}

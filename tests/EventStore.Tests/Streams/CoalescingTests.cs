using AlgoStack.EventStore.Streams;
using AlgoStack.Testing;
using FluentAssertions;
using Npgsql;
using Xunit;

namespace AlgoStack.EventStore.Tests.Streams;

public sealed class CoalescingTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    private static readonly TimeSpan LongTime = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Sessions_saved_at_once_share_transactions_and_all_are_there()
    {
        await using var store = await StartAsync("shared", LongTime);
        var saves = await SaveWhileAppendsWaitAsync(store, Enumerable.Range(0, 60).Select(i => Deposit(store, $"account-{i % 20}", i)));

        await Task.WhenAll(saves);

        (await store.ScalarAsync<long>("select count(distinct xmin::text) from mt_events")).Should().BeLessThanOrEqualTo(4);
        (await store.ScalarAsync<long>("select count(*) from mt_events")).Should().Be(60);
        (await store.RowsAsync("select distinct version from mt_streams")).Should().Equal("3");
        var events = await store.StreamAsync("account-7");
        events.Select(e => e.Version).Should().Equal(1, 2, 3);
        events.Select(e => ((Deposited)e.Data).Amount).Should().BeEquivalentTo([7m, 27m, 47m], "who saves at once has no order");
    }

    [Fact]
    public async Task What_a_session_says_of_its_events_stays_with_its_own()
    {
        await using var store = await StartAsync("metadata", LongTime);
        var sessions = Enumerable.Range(0, 20).Select(i =>
        {
            var session = Deposit(store, "account", i);
            session.CorrelationId = $"correlation-{i}";
            session.CausationId = i % 2 == 0 ? null : $"causation-{i}";
            session.UserName = $"user-{i}";
            session.Headers["number"] = $"{i}";
            return session;
        });

        await Task.WhenAll(await SaveWhileAppendsWaitAsync(store, sessions));

        foreach (var e in await store.StreamAsync("account"))
        {
            var i = (int)((Deposited)e.Data).Amount;
            (e.CorrelationId, e.CausationId, e.UserName, e.Headers["number"])
                .Should().Be(($"correlation-{i}", i % 2 == 0 ? null : $"causation-{i}", $"user-{i}", $"{i}"));
        }
    }

    [Fact]
    public async Task Each_session_of_a_transaction_hears_its_own_error_and_the_others_succeed()
    {
        await using var store = await StartAsync("errors", LongTime);
        await store.AppendAsync("there", new Opened("a"));
        await store.AppendAsync("closed", new Opened("b"));
        var archive = store.Log.OpenSession();
        archive.ArchiveStream("closed");
        await archive.SaveChangesAsync();
        var message = Guid.NewGuid();

        var stale = store.Log.OpenSession();
        stale.Append("there", 7, [new Deposited(1)]);
        stale.Append("beside-stale", new Deposited(1));
        var exists = store.Log.OpenSession();
        exists.StartStream("there", new Opened("c"));
        var archived = Deposit(store, "closed", 1);
        var received = Deposit(store, "first", 1);
        await received.TryReceiveAsync(message, "consumer");
        var again = Deposit(store, "second", 1);
        await again.TryReceiveAsync(message, "consumer");
        var right = store.Log.OpenSession();
        right.Append("there", 1, [new Deposited(5)]);
        EventSession[] sessions = [.. Enumerable.Range(0, 5).Select(i => Deposit(store, $"good-{i}", i)), stale, exists, archived, right, received, again];

        var saves = await SaveWhileAppendsWaitAsync(store, sessions);

        foreach (var good in saves[..5]) await good;
        (await ((Func<Task>)(() => saves[5])).Should().ThrowAsync<ConcurrencyException>()).Which.Expected.Should().Be(7);
        await ((Func<Task>)(() => saves[6])).Should().ThrowAsync<StreamExistsException>();
        await ((Func<Task>)(() => saves[7])).Should().ThrowAsync<StreamArchivedException>();
        await saves[8];
        var outcomes = await Task.WhenAll(saves[9..].Select(async save => await Record.ExceptionAsync(() => save)));
        outcomes.Should().ContainSingle(e => e == null).And.ContainSingle(e => e is MessageAlreadyReceivedException);
        (await store.Log.OpenSession().FetchStreamStateAsync("beside-stale")).Should().BeNull("its session was refused as a whole");
        (await store.Log.OpenSession().FetchStreamStateAsync("there"))!.Version.Should().Be(2);
    }

    [Theory]
    [InlineData("held_first", 0)]
    [InlineData("held_last", 40)]
    public async Task A_stream_that_somebody_holds_holds_up_only_who_appends_to_it(string schema, int place)
    {
        await using var store = await StartAsync(schema, TimeSpan.FromMilliseconds(100));
        await store.AppendAsync("held", new Opened("a"));
        await using var holder = await store.Database.OpenConnectionAsync();
        await using var transaction = await holder.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("select from mt_streams where id = 'held' for update", holder)) await hold.ExecuteNonQueryAsync();

        var sessions = Enumerable.Range(0, 40).Select(i => Deposit(store, $"free-{i}", i)).ToList();
        sessions.Insert(place, Deposit(store, "held", 1));
        var saves = sessions.ConvertAll(s => s.SaveChangesAsync());
        await Task.WhenAll(saves.Where((_, i) => i != place)).WaitAsync(LongTime);

        saves[place].IsCompleted.Should().BeFalse();
        await transaction.CommitAsync();
        await saves[place];
    }

    [Fact]
    public async Task A_session_given_up_while_it_waits_writes_nothing()
    {
        await using var store = await StartAsync("given_up", LongTime);
        await using var holder = await store.Database.OpenConnectionAsync();
        await using var transaction = await HoldAppendsAsync(store, holder);
        var saves = Enumerable.Range(0, 4).Select(i => Deposit(store, $"account-{i}", i).SaveChangesAsync()).ToList();
        var given = await GiveUpAsync(Deposit(store, "given-up", 1));

        given.Should().BeAssignableTo<OperationCanceledException>();
        await transaction.CommitAsync();
        await Task.WhenAll(saves);
        (await store.ScalarAsync<long>("select count(*) from mt_streams")).Should().Be(4);
    }

    [Fact]
    public async Task With_no_delay_allowed_each_session_has_a_transaction_of_its_own()
    {
        await using var store = await StartAsync("alone", TimeSpan.Zero);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Deposit(store, $"account-{i}", i).SaveChangesAsync()));

        (await store.ScalarAsync<long>("select count(distinct xmin::text) from mt_events")).Should().Be(50);
    }

    private async Task<TestStore> StartAsync(string schema, TimeSpan mostDelay) =>
        await TestStore.StartAsync(await servers.CreateSchemaDatabaseAsync(), schema, o => o.MostCoalescingDelay = mostDelay);

    private static EventSession Deposit(TestStore store, string account, int amount)
    {
        var session = store.Log.OpenSession();
        session.Append(account, new Deposited(amount));
        return session;
    }

    private static async Task<Exception?> GiveUpAsync(EventSession session)
    {
        using var patience = new CancellationTokenSource();
        var save = session.SaveChangesAsync(patience.Token);
        await patience.CancelAsync();
        return await Record.ExceptionAsync(() => save);
    }

    /// <summary>Saves that are all under way before the first can be done.</summary>
    private static async Task<Task[]> SaveWhileAppendsWaitAsync(TestStore store, IEnumerable<EventSession> sessions)
    {
        await using var holder = await store.Database.OpenConnectionAsync();
        await using var transaction = await HoldAppendsAsync(store, holder);
        Task[] saves = [.. sessions.Select(s => s.SaveChangesAsync())];
        await transaction.CommitAsync();
        return saves;
    }

    private static async Task<NpgsqlTransaction> HoldAppendsAsync(TestStore store, NpgsqlConnection holder)
    {
        var transaction = await holder.BeginTransactionAsync();
        await using var hold = new NpgsqlCommand("select pg_advisory_xact_lock($1)", holder);
        hold.Parameters.Add(new NpgsqlParameter<long> { TypedValue = store.Log.AppendLock });
        await hold.ExecuteNonQueryAsync();
        return transaction;
    }
}

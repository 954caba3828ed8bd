using AlgoStack.EventStore.Streams;
using AlgoStack.EventStore.Subscriptions;
using AlgoStack.EventStore.Tests.Projections;
using AlgoStack.Testing;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace AlgoStack.EventStore.Tests.Streams;

public sealed class ConcurrencyTests(ServerFixture servers) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(60);

    private string _database = "";

    public async Task InitializeAsync() => _database = await servers.CreateSchemaDatabaseAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Sixty_four_writers_at_any_version_make_one_stream_without_gaps()
    {
        const int Writers = 64;
        const int Appends = 25;
        await using var store = await TestStore.StartAsync(_database, "any", o => o.Async<Applied>());

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < Appends; i++) await store.AppendAsync("one", new Deposited(writer * Appends + i));
        })));

        var events = await store.StreamAsync("one");
        events.Select(e => e.Version).Should().Equal(Enumerable.Range(1, Writers * Appends).Select(i => (long)i));
        events.Select(e => e.Sequence).Should().BeInAscendingOrder("a stream's order is the log's order");
        events.Select(e => ((Deposited)e.Data).Amount).Should().OnlyHaveUniqueItems();
        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);
        (await store.ScalarAsync<long>("select count(distinct seq_id) from applied")).Should().Be(Writers * Appends);
    }

    [Fact]
    public async Task Eight_writers_at_an_expected_version_lose_no_update_and_hear_of_every_conflict()
    {
        const int Writers = 8;
        const int Appends = 40;
        await using var store = await TestStore.StartAsync(_database, "expected");
        var conflicts = 0;

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < Appends;)
            {
                var session = store.Log.OpenSession();
                var account = await session.FetchForWriting<Account>("one");
                // What it writes depends on what it read, so that a lost update shows.
                account.Append([new Deposited(account.Aggregate.Events + 1)]);
                try
                {
                    await session.SaveChangesAsync();
                    i++;
                }
                catch (ConcurrencyException e)
                {
                    e.Found.Should().BeGreaterThan(e.Expected);
                    Interlocked.Increment(ref conflicts);
                }
            }
        })));

        (await store.StreamAsync("one")).Select(e => ((Deposited)e.Data).Amount)
            .Should().Equal(Enumerable.Range(1, Writers * Appends).Select(i => (decimal)i));
        conflicts.Should().BeGreaterThan(0, "otherwise nothing was tried");
    }

    [Fact]
    public async Task Writers_of_many_streams_in_any_order_do_not_deadlock()
    {
        await using var store = await TestStore.StartAsync(_database, "crossed");

        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            var random = new Random(writer);
            for (var i = 0; i < 30; i++)
            {
                var session = store.Log.OpenSession();
                foreach (var stream in Enumerable.Range(0, 40).OrderBy(_ => random.Next())) session.Append($"s-{stream}", new Deposited(i));
                await session.SaveChangesAsync();
            }
        })));

        (await store.ScalarAsync<long>("select count(*) from mt_events")).Should().Be(8 * 30 * 40);
        (await store.ScalarAsync<long>("select min(version) from mt_streams")).Should().Be(8 * 30);
    }

    [Fact]
    public async Task The_barrier_loses_no_event_under_twelve_writers_with_rollbacks()
    {
        await using var store = await TestStore.StartAsync(_database, "barrier", o => { o.Async<Applied>(); o.Subscribe<Told>(); });
        var committed = 0;

        await Task.WhenAll(Enumerable.Range(0, 12).Select(writer => Task.Run(async () =>
        {
            var random = new Random(writer);
            for (var i = 0; i < 120; i++)
            {
                var session = store.Log.OpenSession();
                var count = random.Next(1, 6);
                for (var e = 0; e < count; e++) session.Append($"s-{writer}-{random.Next(5)}", new Deposited(e));
                // After the numbers are drawn: the gap is then a rolled-back append's.
                var fails = random.Next(4) == 0;
                if (fails) session.Append("closed", 7, [new Deposited(0)]);
                try
                {
                    await session.SaveChangesAsync();
                    Interlocked.Add(ref committed, count);
                }
                catch (ConcurrencyException) when (fails)
                {
                    await LeaveGapAsync(store);
                }
            }
        })));
        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);

        (await store.ScalarAsync<long>("select max(seq_id) - count(*) from mt_events")).Should().BeGreaterThan(0, "rollbacks leave gaps");
        (await store.RowsAsync("select count(*), count(distinct seq_id) from applied")).Should().Equal($"{committed}|{committed}");
        var told = store.Service<Told>().Seen.Select(e => e.Sequence).ToList();
        told.Should().HaveCount(committed).And.BeInAscendingOrder();
    }

    [Fact]
    public async Task A_rolled_back_append_leaves_no_stuck_mark()
    {
        await using var store = await TestStore.StartAsync(_database, "stuck", o => o.Subscribe<Told>());
        await store.AppendAsync("a", new Deposited(1));
        for (var i = 0; i < 5; i++) await LeaveGapAsync(store);
        await store.AppendAsync("a", new Deposited(2));

        await store.Daemon.WaitForNonStaleProjectionDataAsync(TimeSpan.FromSeconds(10));

        store.Service<Told>().Seen.Select(e => e.Sequence).Should().Equal(1, 7);
    }

    [Fact]
    public async Task The_mark_does_not_pass_an_append_in_flight()
    {
        await using var store = await TestStore.StartAsync(_database, "in_flight", o => o.Subscribe<Told>());
        await store.AppendAsync("a", new Deposited(1));
        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);

        await using (var slow = await store.Database.OpenConnectionAsync())
        {
            await using var transaction = await slow.BeginTransactionAsync();
            await AppendByHandAsync(store, slow, "slow");
            await store.AppendAsync("a", new Deposited(2));
            var mark = new HighWaterMark(store.Log, NullLogger.Instance);
            using var stop = new CancellationTokenSource();
            var running = mark.RunAsync(stop.Token);
            (await mark.WaitBeyondAsync(0, TimeSpan.FromMilliseconds(400), stop.Token)).Should().Be(0);
            store.Service<Told>().Seen.Select(e => e.Sequence).Should().Equal(1);

            await transaction.CommitAsync(stop.Token);
            await Eventually.Equal(3L, () => mark.Value);
            await stop.CancelAsync();
            await Task.WhenAny(running);
        }

        await Eventually.Equal(3, () => store.Service<Told>().Seen.Count);
        store.Service<Told>().Seen.Select(e => e.Sequence).Should().Equal(1, 2, 3);
    }

    private static async Task LeaveGapAsync(TestStore store)
    {
        await using var connection = await store.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await AppendByHandAsync(store, connection, "gone");
        await transaction.RollbackAsync();
    }

    private static async Task AppendByHandAsync(TestStore store, NpgsqlConnection connection, string stream)
    {
        var save = new PendingSave(store.Log.Types);
        save.Events.Add(stream, null, [new Deposited(0)], EventOrigin.OfSession, DateTimeOffset.UnixEpoch);
        save.Describe(_ => new EventMetadata(DateTimeOffset.UnixEpoch, null, null, null, null));
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new Append([save], store.Log).Command);
        await batch.ExecuteNonQueryAsync();
    }
}

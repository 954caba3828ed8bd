using AlgoStack.EventStore.Streams;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.EventStore.Tests.Streams;

public sealed class AggregateTests(ServerFixture servers) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 30, 0, TimeSpan.Zero);

    private readonly SteppedClock _clock = new(Start);
    private TestStore _store = null!;

    public async Task InitializeAsync() =>
        _store = await TestStore.StartAsync(await servers.CreateSchemaDatabaseAsync(), "aggregate", clock: _clock);

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task An_aggregate_is_had_as_it_was_at_any_version()
    {
        await _store.AppendAsync("a", new Opened("Ada"), new Deposited(10), new Withdrawn(4));

        (await AtAsync(version: 0)).Should().BeNull();
        (await AtAsync(version: 1)).Should().Be(new Account("Ada", 0, 1));
        (await AtAsync(version: 2)).Should().Be(new Account("Ada", 10, 2));
        (await AtAsync(version: 3)).Should().Be(new Account("Ada", 6, 3));
        (await AtAsync(version: 9)).Should().Be(new Account("Ada", 6, 3), "it has not come further");
    }

    [Fact]
    public async Task An_aggregate_is_had_as_it_was_at_any_time()
    {
        await AppendAtAsync(Start, new Opened("Ada"));
        await AppendAtAsync(Start.AddMinutes(1), new Deposited(10), new Deposited(20));
        await AppendAtAsync(Start.AddMinutes(2), new Withdrawn(4));

        (await AtAsync(timestamp: Start.AddTicks(-10))).Should().BeNull("there was no such stream");
        (await AtAsync(timestamp: Start))!.Balance.Should().Be(0);
        (await AtAsync(timestamp: Start.AddMinutes(1)))!.Balance.Should().Be(30, "the very moment is included");
        (await AtAsync(timestamp: Start.AddSeconds(119)))!.Balance.Should().Be(30);
        (await AtAsync(timestamp: Start.AddSeconds(119).ToOffset(TimeSpan.FromHours(-5))))!.Balance.Should().Be(30);
        (await AtAsync(timestamp: Start.AddDays(1)))!.Balance.Should().Be(26);
        (await AtAsync(version: 2, timestamp: Start.AddDays(1)))!.Balance.Should().Be(10, "both bounds hold");
        (await AtAsync(version: 4, timestamp: Start.AddMinutes(1)))!.Balance.Should().Be(30);
    }

    [Fact]
    public async Task A_clock_that_steps_leaves_versions_in_order_and_no_hole_in_an_aggregate()
    {
        await AppendAtAsync(Start, new Opened("Ada"));
        await AppendAtAsync(Start.AddMinutes(10), new Deposited(1));
        await AppendAtAsync(Start.AddMinutes(-5), new Deposited(2));
        await AppendAtAsync(Start.AddYears(70), new Deposited(4));
        await AppendAtAsync(Start.AddMinutes(11), new Deposited(8));

        var events = await _store.StreamAsync("a");
        events.Select(e => e.Version).Should().Equal(1, 2, 3, 4, 5);
        events.Select(e => e.Sequence).Should().BeInAscendingOrder();
        events.Select(e => (e.Timestamp - Start).TotalMinutes).Take(3).Should().Equal(0, 10, -5);
        events.Select(e => e.Id).Should().OnlyHaveUniqueItems();
        (await _store.RowsAsync("select version from mt_events order by seq_id")).Should().Equal("1", "2", "3", "4", "5");

        (await AtAsync(timestamp: Start.AddMinutes(-6))).Should().BeNull();
        (await AtAsync(timestamp: Start.AddMinutes(-5)))!.Balance.Should().Be(3, "what came before is part of it, whatever its clock said");
        (await AtAsync(timestamp: Start.AddMinutes(10)))!.Balance.Should().Be(3);
        (await AtAsync(timestamp: Start.AddMinutes(11)))!.Balance.Should().Be(15);
    }

    [Fact]
    public async Task Ids_of_events_are_unique_however_the_clock_stands_still_or_steps_back()
    {
        for (var step = 0; step < 4; step++)
        {
            _clock.Now = Start.AddMinutes(step % 2);
            await _store.AppendAsync("many", Enumerable.Range(0, 2_500).Select(object (i) => new Deposited(i)).ToArray());
        }

        (await _store.ScalarAsync<long>("select count(distinct id) from mt_events")).Should().Be(10_000);
    }

    [Fact]
    public async Task A_stream_is_fetched_for_writing_at_the_version_it_is_known_to_be_at()
    {
        await _store.AppendAsync("a", new Opened("Ada"), new Deposited(10));
        var session = _store.Log.OpenSession();

        var stream = await session.FetchForWriting<Account>("a", expectedVersion: 2);
        stream.Append([new Withdrawn(10)]);
        await session.SaveChangesAsync();
        var stale = () => session.FetchForWriting<Account>("a", expectedVersion: 2);

        (await AtAsync())!.Balance.Should().Be(0);
        (await stale.Should().ThrowExactlyAsync<ConcurrencyException>()).WithMessage("Stream a: expected version 2, found 3.");
    }

    private async Task AppendAtAsync(DateTimeOffset now, params object[] events)
    {
        _clock.Now = now;
        await _store.AppendAsync("a", events);
    }

    private Task<Account?> AtAsync(long? version = null, DateTimeOffset? timestamp = null) =>
        _store.Log.OpenSession().AggregateStreamAsync<Account>("a", version, timestamp);

    /// <summary>Says the time it is told to; waits as the real one does.</summary>
    private sealed class SteppedClock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}

using AlgoStack.EventStore.Streams;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.EventStore.Tests.Streams;

public sealed class InboxTests(ServerFixture servers) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private const string Schema = "inbox";

    private string _database = "";
    private TestStore _store = null!;

    public async Task InitializeAsync()
    {
        _database = await servers.CreateSchemaDatabaseAsync();
        _store = await TestStore.StartAsync(_database, Schema);
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task A_message_delivered_again_is_not_taken_again()
    {
        var message = Guid.NewGuid();
        (await ReceiveAsync(message, "orders")).Should().BeTrue();
        (await ReceiveAsync(message, "orders")).Should().BeFalse();
        (await ReceiveAsync(message, "alerts")).Should().BeTrue("another consumer has an inbox of its own");

        (await _store.StreamAsync("orders")).Should().HaveCount(1);
    }

    [Fact]
    public async Task A_message_whose_work_was_not_saved_is_taken_again()
    {
        var message = Guid.NewGuid();
        (await _store.Log.OpenSession().TryReceiveAsync(message, "orders")).Should().BeTrue();

        (await ReceiveAsync(message, "orders")).Should().BeTrue();
    }

    [Theory]
    [InlineData(31)]
    [InlineData(25 * 60)]
    [InlineData(8 * 24 * 60)]
    public async Task A_message_delivered_again_takes_no_second_effect_however_long_after(int minutes)
    {
        var message = Guid.NewGuid();
        (await ReceiveAsync(message, "orders")).Should().BeTrue();
        // The server's clock cannot be moved, so the row goes back by as much as the service's goes on.
        await _store.ExecuteAsync($"update inbox set received_at = received_at - interval '{minutes} minutes'");

        await using var later = await TestStore.StartAsync(_database, Schema, clock: new LaterClock(TimeSpan.FromMinutes(minutes)));
        for (var delivery = 0; delivery < 21; delivery++) (await ReceiveAsync(later, message, "orders")).Should().BeFalse();

        (await later.StreamAsync("orders")).Should().HaveCount(1);
    }

    [Fact]
    public async Task A_message_delivered_to_many_at_once_takes_effect_once()
    {
        var message = Guid.NewGuid();
        var taken = await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            try
            {
                return await ReceiveAsync(message, "orders");
            }
            catch (MessageAlreadyReceivedException e)
            {
                e.Message.Should().Be($"Message {message}: orders has received it already.");
                return false;
            }
        }));

        taken.Count(t => t).Should().Be(1);
        (await _store.StreamAsync("orders")).Should().HaveCount(1);
    }

    [Fact]
    public async Task A_feeds_position_moves_with_the_commit()
    {
        (await LastAsync()).Should().Be(0);
        await AdvanceAsync(0, 1);
        await AdvanceAsync(1, 2);

        (await LastAsync()).Should().Be(2);
        (await _store.StreamAsync("evaluated")).Should().HaveCount(2);
    }

    [Fact]
    public async Task The_positions_of_a_feed_are_those_of_its_partitions_with_something_committed()
    {
        var session = _store.Log.OpenSession();
        session.AdvanceSequence("EvaluateBars", "replay-1", 3, 0, 7);
        session.AdvanceSequence("EvaluateBars", "replay-2", 1, 0, 5);
        session.AdvanceSequence("PlaceOrders", "replay-1", 2, 0, 4);
        session.Append("evaluated", new Deposited(1));
        await session.SaveChangesAsync();
        await AdvanceAsync(0, 2);

        (await _store.Log.OpenSession().LastSequencesAsync("EvaluateBars", "replay-1")).Should().Equal((0, 2L), (3, 7L));
        (await _store.Log.OpenSession().LastSequencesAsync("EvaluateBars", "replay-3")).Should().BeEmpty();
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(3, 4)]
    public async Task A_feed_that_is_elsewhere_than_its_consumer_thinks_is_refused(long from, long to)
    {
        await AdvanceAsync(0, 2);

        var advance = () => AdvanceAsync(from, to);

        (await advance.Should().ThrowAsync<SequenceMismatchException>())
            .WithMessage($"Feed replay-1/0 of EvaluateBars: expected sequence {from}, found 2.");
        (await _store.StreamAsync("evaluated")).Should().HaveCount(1);
    }

    [Fact]
    public async Task Two_consumers_that_take_the_same_batch_at_once_move_the_feed_once()
    {
        for (var i = 0L; i < 20; i++)
        {
            var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
            {
                try
                {
                    await AdvanceAsync(i, i + 1);
                    return true;
                }
                catch (SequenceMismatchException)
                {
                    return false;
                }
            }));
            results.Count(r => r).Should().Be(1);
        }

        (await _store.StreamAsync("evaluated")).Should().HaveCount(20);
    }

    private Task<bool> ReceiveAsync(Guid message, string consumer) => ReceiveAsync(_store, message, consumer);

    private static async Task<bool> ReceiveAsync(TestStore store, Guid message, string consumer)
    {
        var session = store.Log.OpenSession();
        if (!await session.TryReceiveAsync(message, consumer)) return false;

        session.Append(consumer, new Deposited(1));
        await session.SaveChangesAsync();
        return true;
    }

    private async Task AdvanceAsync(long from, long to)
    {
        var session = _store.Log.OpenSession();
        session.AdvanceSequence("EvaluateBars", "replay-1", 0, from, to);
        session.Append("evaluated", new Deposited(1));
        await session.SaveChangesAsync();
    }

    private Task<long> LastAsync() => _store.Log.OpenSession().LastSequenceAsync("EvaluateBars", "replay-1", 0);
}

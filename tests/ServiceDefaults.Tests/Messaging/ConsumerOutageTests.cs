using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.ServiceDefaults.Tests.Messaging;

/// <summary>What is consumed while the broker is away.</summary>
public sealed class ConsumerOutageTests
{
    // A confirm that the broker took with it is waited for, 30 s, and MassTransit rests up to 30 s between its tries to connect.
    // One may come after the other, on a machine that does other things besides.
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(150);

    [Fact]
    public async Task A_message_being_worked_on_when_the_broker_dies_is_never_worked_on_twice_at_once()
    {
        await using var broker = await TestServers.StartPrivateRabbitMQAsync();
        var working = 0;
        var most = 0;
        var gate = new TaskCompletionSource();
        var seen = new Seen(async _ =>
        {
            most = Math.Max(most, Interlocked.Increment(ref working));
            await gate.Task;
            Interlocked.Decrement(ref working);
        });
        await using var service = await CountingService.StartAsync(broker, seen);
        await service.PublishAsync([1, 2]);
        await Eventually.Equal(1, () => working);

        await broker.KillAsync();
        await broker.RestartAsync();
        await service.PublishAsync(3);
        gate.SetResult();

        await Eventually.Equal(3, () => seen.Once.Count(), Recovery);
        seen.Once.Should().Equal(1, 2, 3);
        most.Should().Be(1);
    }

    [Fact]
    public async Task A_consumer_that_fails_while_the_broker_is_away_goes_on_after_it()
    {
        await using var broker = await TestServers.StartPrivateRabbitMQAsync();
        var fails = true;
        var seen = new Seen(_ => fails ? throw new IOException("the store is away") : Task.CompletedTask);
        await using var service = await CountingService.StartAsync(broker, seen);
        await service.PublishAsync([1, 2]);
        await Eventually.True(() => seen.Numbers.Count > 1);

        await broker.KillAsync();
        await broker.RestartAsync();
        fails = false;

        await Eventually.Equal(2, () => seen.Once.Count(), Recovery);
        seen.Once.Should().Equal(1, 2);
    }

    [Fact]
    public async Task A_consumer_that_publishes_when_the_broker_dies_is_not_stuck()
    {
        await using var broker = await TestServers.StartPrivateRabbitMQAsync();
        TestService? service = null;
        var killed = false;
        var seen = new Seen(async number =>
        {
            if (number > 1) return;

            if (!killed)
            {
                await broker.KillAsync();
                killed = true;
            }

            await service!.PublishAsync(number + 1);
        });
        await using var started = service = await CountingService.StartAsync(broker, seen);
        // The broker may be killed before it has confirmed even this one.
        var publishing = service.PublishAsync(1);
        await Eventually.True(() => killed);
        await broker.RestartAsync();

        await publishing;
        await Eventually.True(() => seen.Numbers.Contains(2), Recovery);
    }
}

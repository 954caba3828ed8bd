using System.Text;
using AlgoStack.Testing;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AlgoStack.ServiceDefaults.Tests.Messaging;

public sealed class BrokerOutageTests
{
    [Fact]
    public async Task Nothing_confirmed_is_lost_when_the_broker_is_killed_and_started_again()
    {
        const int many = 600;
        await using var broker = await TestServers.StartPrivateRabbitMQAsync();
        var seen = new Seen(_ => Task.Delay(TimeSpan.FromMilliseconds(2)));
        await using var service = await StartAsync(broker, seen);

        var publishing = service.PublishAsync(Enumerable.Range(1, many));
        await Eventually.True(() => seen.Numbers.Count >= 100);
        await broker.KillAsync();
        publishing.IsCompleted.Should().BeFalse();
        await broker.RestartAsync();

        await publishing.WaitAsync(TimeSpan.FromSeconds(60));
        await Eventually.Equal(many, () => seen.Once.Count(), TimeSpan.FromSeconds(60));
        seen.Once.Should().Equal(Enumerable.Range(1, many));
    }

    [Fact]
    public async Task A_service_started_before_its_broker_comes_up_with_it()
    {
        await using var broker = await TestServers.StartPrivateRabbitMQAsync();
        await broker.KillAsync();
        var seen = new Seen();
        var starting = StartAsync(broker, seen);
        (await Task.WhenAny(starting, Task.Delay(TimeSpan.FromSeconds(3)))).Should().NotBe(starting);

        await broker.RestartAsync();

        await using var service = await starting.WaitAsync(TimeSpan.FromSeconds(60));
        await service.PublishAsync(1);
        await Eventually.Equal(1, () => seen.Numbers.Count);
    }

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
        await using var service = await StartAsync(broker, seen);
        await service.PublishAsync([1, 2]);
        await Eventually.Equal(1, () => working);

        await broker.KillAsync();
        await broker.RestartAsync();
        await service.PublishAsync(3);
        gate.SetResult();

        await Eventually.Equal(3, () => seen.Once.Count(), TimeSpan.FromSeconds(60));
        seen.Once.Should().Equal(1, 2, 3);
        most.Should().Be(1);
    }

    [Fact]
    public async Task A_consumer_that_fails_while_the_broker_is_away_goes_on_after_it()
    {
        await using var broker = await TestServers.StartPrivateRabbitMQAsync();
        var fails = true;
        var seen = new Seen(_ => fails ? throw new IOException("the store is away") : Task.CompletedTask);
        await using var service = await StartAsync(broker, seen);
        await service.PublishAsync([1, 2]);
        await Eventually.True(() => seen.Numbers.Count > 1);

        await broker.KillAsync();
        await broker.RestartAsync();
        fails = false;

        await Eventually.Equal(2, () => seen.Once.Count(), TimeSpan.FromSeconds(60));
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
        await using var started = service = await StartAsync(broker, seen);
        await service.PublishAsync(1);
        await Eventually.True(() => killed);
        await broker.RestartAsync();

        await Eventually.True(() => seen.Numbers.Contains(2), TimeSpan.FromSeconds(60));
    }

    private static async Task<TestService> StartAsync(PrivateServer broker, Seen seen)
    {
        var service = await TestService.StartOnBusAsync(
            broker.ConnectionString, bus => bus.AddOrderedConsumer<TakeCounted, Counted>(), builder => builder.Services.AddSingleton(seen));
        await Eventually.True(() => Outlives("test-service.take-counted.0", broker));
        return service;
    }

    // RabbitMQ 3.10 writes the names of quorum queues to disk only after half a second without a new one. A queue whose name
    // is not there when the broker is killed comes back as one that answers nobody.
    private static bool Outlives(string queue, PrivateServer broker) => Directory
        .EnumerateFiles(Path.Combine(broker.Folder, "mnesia"), "names.dets", SearchOption.AllDirectories)
        .Any(names =>
        {
            using var file = new FileStream(names, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(file, Encoding.Latin1);
            return reader.ReadToEnd().Contains(queue, StringComparison.Ordinal);
        });
}

using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.ServiceDefaults.Tests.Messaging;

/// <summary>What is published while the broker is away. What is consumed is in <see cref="ConsumerOutageTests"/>, which runs beside these.</summary>
public sealed class BrokerOutageTests
{
    [Fact]
    public async Task Nothing_confirmed_is_lost_when_the_broker_is_killed_and_started_again()
    {
        const int many = 600;
        await using var broker = await TestServers.StartPrivateRabbitMQAsync();
        var seen = new Seen(_ => Task.Delay(TimeSpan.FromMilliseconds(2)));
        await using var service = await CountingService.StartAsync(broker, seen);

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
        var starting = CountingService.StartAsync(broker, seen);
        (await Task.WhenAny(starting, Task.Delay(TimeSpan.FromSeconds(3)))).Should().NotBe(starting);

        await broker.RestartAsync();

        await using var service = await starting.WaitAsync(TimeSpan.FromSeconds(60));
        await service.PublishAsync(1);
        await Eventually.Equal(1, () => seen.Numbers.Count);
    }
}

using System.Diagnostics;
using AlgoStack.Testing;
using FluentAssertions;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;

namespace AlgoStack.ServiceDefaults.Tests.Messaging;

public sealed class OrderedDeliveryTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    private const string Queue = "test-service.take-counted.0";

    [Fact]
    public async Task Messages_of_a_partition_arrive_once_and_in_order()
    {
        var seen = new Seen();
        await using var service = await StartAsync(await servers.CreateVirtualHostAsync(), seen);

        await service.PublishAsync(Enumerable.Range(1, 200));

        await Eventually.Equal(200, () => seen.Numbers.Count);
        seen.Numbers.Should().Equal(Enumerable.Range(1, 200));
    }

    [Fact]
    public async Task A_message_that_fails_is_tried_again_before_the_next_is_touched()
    {
        var failures = 2;
        var seen = new Seen(number => number == 2 && failures-- > 0 ? throw new IOException("the store is away") : Task.CompletedTask);
        await using var service = await StartAsync(await servers.CreateVirtualHostAsync(), seen);

        await service.PublishAsync([1, 2, 3]);

        await Eventually.Equal(5, () => seen.Numbers.Count);
        seen.Numbers.Should().Equal(1, 2, 2, 2, 3);
    }

    [Fact]
    public async Task A_failing_consumer_shows_red_until_it_succeeds()
    {
        var fails = true;
        var seen = new Seen(_ => fails ? throw new IOException("the store is away") : Task.CompletedTask);
        await using var service = await StartAsync(await servers.CreateVirtualHostAsync(), seen);

        await service.PublishAsync(1);

        await Eventually.Equal(HealthStatus.Unhealthy, () => HealthAsync(service));
        (await service.Http.GetStringAsync(new Uri("/health/ready", UriKind.Relative))).Should().Contain("healthy");
        fails = false;
        await Eventually.Equal(HealthStatus.Healthy, () => HealthAsync(service));
    }

    [Fact]
    public async Task A_full_queue_holds_the_publisher_back_and_loses_nothing()
    {
        const int many = 400;
        var gate = new TaskCompletionSource();
        var seen = new Seen(_ => gate.Task);
        await using var service = await StartAsync(await servers.CreateVirtualHostAsync(), seen);
        var published = 0;

        var publishing = Task.Run(async () =>
        {
            for (; published < many; published++) await service.PublishAsync(published + 1);
        });

        await Eventually.True(() => published >= OrderedTopologyBound);
        // Refused for longer than a quick attempt or two.
        (await Task.WhenAny(publishing, Task.Delay(TimeSpan.FromSeconds(3)))).Should().NotBe(publishing);
        published.Should().BeLessThan(OrderedTopologyBound + 32);
        gate.SetResult();
        await publishing.WaitAsync(Eventually.DefaultTimeout);
        await Eventually.Equal(many, () => seen.Once.Count());
        seen.Once.Should().BeInAscendingOrder();
    }

    [Fact]
    public async Task A_message_published_before_any_queue_is_bound_waits_for_one()
    {
        var host = await servers.CreateVirtualHostAsync();
        await using var publisher = await TestService.StartOnBusAsync(host, _ => { }, name: "AlgoStack.Publisher");
        var publishing = publisher.PublishAsync(1);
        var seen = new Seen();

        (await Task.WhenAny(publishing, Task.Delay(TimeSpan.FromSeconds(1)))).Should().NotBe(publishing);
        await using var service = await StartAsync(host, seen);

        await publishing.WaitAsync(Eventually.DefaultTimeout);
        await Eventually.Equal(1, () => seen.Numbers.Count);
    }

    [Fact]
    public async Task A_publish_that_is_cancelled_ends()
    {
        await using var publisher = await TestService.StartOnBusAsync(await servers.CreateVirtualHostAsync(), _ => { });
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        var publish = () => publisher.PublishAsync(1, cancellation.Token);

        await publish.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_message_its_consumer_does_not_take_holds_the_queue_and_shows_red()
    {
        var seen = new Seen();
        await using var service = await StartAsync(await servers.CreateVirtualHostAsync(), seen);
        var exchange = await service.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri("exchange:Counted?type=direct"));
        await exchange.Send(new Noted("a stranger"), context => context.SetRoutingKey("0"));

        await service.PublishAsync(1);

        await Eventually.Equal(HealthStatus.Unhealthy, () => HealthAsync(service));
        seen.Numbers.Should().BeEmpty();
    }

    [Fact]
    public async Task A_service_whose_consumer_fails_stops_at_once_and_the_message_is_there_for_the_next()
    {
        var host = await servers.CreateVirtualHostAsync();
        var failing = new Seen(_ => throw new IOException("the store is away"));
        var service = await StartAsync(host, failing);
        await service.PublishAsync([1, 2]);
        await Eventually.True(() => failing.Numbers.Count > 1);

        var started = Stopwatch.GetTimestamp();
        await service.DisposeAsync();

        Stopwatch.GetElapsedTime(started).Should().BeLessThan(TimeSpan.FromSeconds(5));
        failing.Once.Should().Equal(1);
        var seen = new Seen();
        await using var next = await StartAsync(host, seen);
        await Eventually.Equal(2, () => seen.Numbers.Count);
        seen.Numbers.Should().Equal(1, 2);
    }

    [Fact]
    public async Task Of_two_replicas_one_is_handed_the_messages_and_the_other_takes_over()
    {
        var host = await servers.CreateVirtualHostAsync();
        var seen = new Seen();
        var first = await StartAsync(host, seen);
        var other = new Seen();
        await using var second = await StartAsync(host, other);

        await second.PublishAsync(Enumerable.Range(1, 20));
        await Eventually.Equal(20, () => seen.Numbers.Count);
        await first.DisposeAsync();
        await second.PublishAsync(Enumerable.Range(21, 20));

        await Eventually.Equal(20, () => other.Numbers.Count);
        seen.Numbers.Should().Equal(Enumerable.Range(1, 20));
        other.Numbers.Should().Equal(Enumerable.Range(21, 20));
    }

    private static int OrderedTopologyBound => ServiceDefaults.Messaging.OrderedTopology.MostQueuedMessages;

    private static Task<TestService> StartAsync(string host, Seen seen) =>
        TestService.StartOnBusAsync(
            host, bus => bus.AddOrderedConsumer<TakeCounted, Counted>(), builder => builder.Services.AddSingleton(seen));

    private static async Task<HealthStatus> HealthAsync(TestService service)
    {
        var report = await service.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Name == Queue);
        return report.Status;
    }
}

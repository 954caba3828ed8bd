using System.Collections.Concurrent;
using AlgoStack.Testing;
using FluentAssertions;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AlgoStack.ServiceDefaults.Tests.Messaging;

public sealed record Counted(int Number);

public sealed class OrderedDeliveryTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task Messages_of_a_partition_arrive_once_and_in_order()
    {
        var seen = new ConcurrentQueue<int>();
        await using var service = await StartAsync(seen.Enqueue);

        for (var number = 1; number <= 200; number++) await PublishAsync(service, number);

        await Eventually.True(() => seen.Count >= 200);
        seen.Should().Equal(Enumerable.Range(1, 200));
    }

    [Fact]
    public async Task A_message_that_fails_is_tried_again_before_the_next_is_touched()
    {
        var seen = new ConcurrentQueue<int>();
        var failures = 2;
        await using var service = await StartAsync(number =>
        {
            seen.Enqueue(number);
            if (number == 2 && failures-- > 0) throw new InvalidOperationException("the store is away");
        });

        for (var number = 1; number <= 3; number++) await PublishAsync(service, number);

        await Eventually.True(() => seen.Count >= 5);
        seen.Should().Equal(1, 2, 2, 2, 3);
    }

    private async Task<TestService> StartAsync(Action<int> consume) =>
        await TestService.StartOnBusAsync(
            await servers.CreateVirtualHostAsync(),
            bus => bus.AddOrderedConsumer<TakeCounted, Counted>(),
            builder => builder.Services.AddSingleton(consume));

    private static Task PublishAsync(TestService service, int number) =>
        service.Publisher.PublishAsync(new Counted(number), 0, Guid.CreateVersion7(), CancellationToken.None);

    private sealed class TakeCounted(Action<int> consume) : IConsumer<Counted>
    {
        public Task Consume(ConsumeContext<Counted> context)
        {
            consume(context.Message.Number);
            return Task.CompletedTask;
        }
    }
}

using System.Collections.Concurrent;
using System.Net;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using FluentAssertions;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;

namespace AlgoStack.ServiceDefaults.Tests.Messaging;

public sealed class OtherDeliveryTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    private const string OrdinaryQueue = "test-service.fail-on-noted";

    [Fact]
    public async Task A_live_listener_hears_what_is_published_from_then_on()
    {
        var host = await servers.CreateVirtualHostAsync();
        var seen = new Seen();
        await using var service = await StartOrderedAsync(host, seen);
        await service.PublishAsync([1, 2]);
        await Eventually.Equal(2, () => seen.Numbers.Count);
        var heard = new Seen();
        await using var listener = await StartLiveAsync(host, heard);

        await service.PublishAsync([3, 4, 5]);

        await Eventually.Equal(3, () => heard.Numbers.Count);
        heard.Numbers.Should().Equal(3, 4, 5);
    }

    [Fact]
    public async Task A_live_listener_that_falls_behind_loses_the_oldest_and_holds_nobody_up()
    {
        const int many = 400;
        var host = await servers.CreateVirtualHostAsync();
        var seen = new Seen();
        await using var service = await StartOrderedAsync(host, seen);
        var gate = new TaskCompletionSource();
        var heard = new Seen(_ => gate.Task);
        await using var listener = await StartLiveAsync(host, heard);

        await service.PublishAsync(Enumerable.Range(1, many));
        await Eventually.Equal(many, () => seen.Numbers.Count);
        gate.SetResult();

        await Eventually.True(() => heard.Numbers.Contains(many));
        heard.Numbers.Should().HaveCountLessThan(many).And.BeInAscendingOrder();
    }

    [Fact]
    public async Task A_live_listener_that_fails_goes_on_with_the_next()
    {
        var host = await servers.CreateVirtualHostAsync();
        await using var service = await StartOrderedAsync(host, new Seen());
        var heard = new Seen(number => number == 1 ? throw new IOException("the page is gone") : Task.CompletedTask);
        await using var listener = await StartLiveAsync(host, heard);

        await service.PublishAsync([1, 2]);

        await Eventually.Equal(2, () => heard.Numbers.Count);
    }

    [Fact]
    public async Task An_ordinary_event_that_keeps_failing_moves_to_the_error_queue()
    {
        var tries = new ConcurrentQueue<string>();
        await using var service = await StartOrdinaryAsync(await servers.CreateVirtualHostAsync(), tries);
        var bus = service.Services.GetRequiredService<IBus>();

        await bus.Publish(new Noted("bad"));
        await bus.Publish(new Noted("good"));

        await Eventually.Equal(7, () => tries.Count, TimeSpan.FromSeconds(60));
        tries.Count(text => text is "bad").Should().Be(6);
        await Eventually.Equal("Messages were set aside: 1 in test-service.fail-on-noted_error.", () => SetAsideAsync(service));
        var moved = new TaskCompletionSource<string>();
        var handle = bus.ConnectReceiveEndpoint("test-service.fail-on-noted_error", endpoint =>
        {
            endpoint.ConfigureConsumeTopology = false;
            ((IRabbitMqReceiveEndpointConfigurator)endpoint).SetQuorumQueue();
            endpoint.Handler<Noted>(context =>
            {
                moved.TrySetResult(context.Message.Text);
                return Task.CompletedTask;
            });
        });
        (await moved.Task.WaitAsync(Eventually.DefaultTimeout)).Should().Be("bad");
        await handle.StopAsync();
    }

    [Fact]
    public async Task A_message_delivered_21_times_and_never_finished_is_set_aside_and_shows_red()
    {
        var host = await servers.CreateVirtualHostAsync();
        var tries = new ConcurrentQueue<string>();
        await using var publisher = await TestService.StartOnBusAsync(host, _ => { }, name: "AlgoStack.Publisher");
        await using (var first = await StartOrdinaryAsync(host, tries))
        {
            // Its queue is there from now on.
        }

        await publisher.Services.GetRequiredService<IBus>().Publish(new Noted("bad"));
        await using var queue = await RawQueue.OpenAsync(host, OrdinaryQueue);
        await queue.DeliverInVainAsync(20);

        await using var service = await StartOrdinaryAsync(host, tries);
        await publisher.Services.GetRequiredService<IBus>().Publish(new Noted("good"));

        await Eventually.Equal("Messages were set aside: 1 in test-service.fail-on-noted_error.", () => SetAsideAsync(service));
        await Eventually.Equal(1, () => tries.Count);
        tries.Should().Equal("good");
        (await queue.CountAsync()).Should().Be(0);
        using var health = await service.Http.GetAsync(new Uri("/health", UriKind.Relative));
        health.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable, "alerting asks there");
        (await service.Http.GetStringAsync(new Uri("/health/ready", UriKind.Relative))).Should().Contain("healthy", "it goes on working");

        await using var errors = await RawQueue.OpenAsync(host, $"{OrdinaryQueue}_error");
        (await errors.TakeFaultAsync()).Should().EndWith("was delivered 20 times and never finished.");
        await Eventually.True(async () => await SetAsideAsync(service) is null);
    }

    [Fact]
    public async Task A_worker_takes_no_more_than_it_has_cores_and_leaves_the_rest_to_others()
    {
        var host = await servers.CreateVirtualHostAsync();
        var (begun, after) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>());
        using var stuck = new CancellationTokenSource();
        await using var first = await StartWorkerAsync(host, new Work(begun, stuck.Token));
        string[] work = [.. Enumerable.Range(0, (2 * Environment.ProcessorCount) + 1).Select(i => $"part {i}")];

        foreach (var part in work) await first.Services.GetRequiredService<IBus>().Publish(new Noted(part), CancellationToken.None);
        await Eventually.Equal(Environment.ProcessorCount, () => begun.Count);
        await using var next = await StartWorkerAsync(host, new Work(after, CancellationToken.None));

        // The next has been given all that the first, which holds what it took, was not.
        await Eventually.Equal(work.Length - begun.Count, () => after.Count);
        begun.Should().HaveCount(Environment.ProcessorCount);
        after.Concat(begun).Should().BeEquivalentTo(work);
        await stuck.CancelAsync();
    }

    [Fact]
    public async Task A_batch_of_bars_arrives_bit_for_bit()
    {
        const int rows = 2_000;
        var taken = new TaskCompletionSource<BarsClosed>();
        await using var service = await TestService.StartOnBusAsync(
            await servers.CreateVirtualHostAsync(),
            bus => bus.AddOrderedConsumer<TakeBars, BarsClosed>(),
            builder => builder.Services.AddSingleton(taken));
        var random = new Random(1);
        double[] Column() => [.. Enumerable.Range(0, rows).Select(_ => BitConverter.Int64BitsToDouble(random.NextInt64(0, 0x7FEFFFFFFFFFFFFF)))];
        var bars = new BarsClosed(
            "replay-1", 0, 1, "1h", WarmUp: false, EndOfSession: true, [new InstrumentTerms("AAPL.SIM", 0.01m, 1m, "USD")],
            new BarColumns(["AAPL.SIM"], new int[rows], new long[rows], Column(), Column(), Column(), Column(), Column()));

        await service.Publisher.PublishAsync(bars, 0, Guid.CreateVersion7(), CancellationToken.None);

        (await taken.Task.WaitAsync(Eventually.DefaultTimeout)).Should().BeEquivalentTo(bars, options => options.WithStrictOrdering());
    }

    private static Task<TestService> StartOrderedAsync(string host, Seen seen) =>
        TestService.StartOnBusAsync(
            host, bus => bus.AddOrderedConsumer<TakeCounted, Counted>(), builder => builder.Services.AddSingleton(seen));

    private static Task<TestService> StartOrdinaryAsync(string host, ConcurrentQueue<string> tries) =>
        TestService.StartOnBusAsync(host, bus => bus.AddConsumer<FailOnNoted>(), builder => builder.Services.AddSingleton(tries));

    private static Task<TestService> StartWorkerAsync(string host, Work work) =>
        TestService.StartOnBusAsync(host, bus => bus.AddWorker<DoWork>(), builder => builder.Services.AddSingleton(work));

    private static async Task<string?> SetAsideAsync(TestService service)
    {
        var report = await service.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Name == OrdinaryQueue);
        return report.Entries[OrdinaryQueue].Description;
    }

    private static Task<TestService> StartLiveAsync(string host, Seen heard) =>
        TestService.StartOnBusAsync(
            host,
            bus => bus.AddLiveConsumer<FollowCounted, Counted>(),
            builder => builder.Services.AddSingleton(heard),
            name: "AlgoStack.Listener");

    private sealed record Work(ConcurrentQueue<string> Begun, CancellationToken Stuck);

    /// <summary>Goes on until it is no longer stuck.</summary>
    private sealed class DoWork(Work work) : IConsumer<Noted>
    {
        public async Task Consume(ConsumeContext<Noted> context)
        {
            work.Begun.Enqueue(context.Message.Text);
            if (work.Stuck.CanBeCanceled) await Task.Delay(Timeout.InfiniteTimeSpan, work.Stuck).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private sealed class FailOnNoted(ConcurrentQueue<string> tries) : IConsumer<Noted>
    {
        public Task Consume(ConsumeContext<Noted> context)
        {
            tries.Enqueue(context.Message.Text);
            return context.Message.Text is "bad" ? throw new IOException("no good") : Task.CompletedTask;
        }
    }

    private sealed class TakeBars(TaskCompletionSource<BarsClosed> taken) : IConsumer<BarsClosed>
    {
        public Task Consume(ConsumeContext<BarsClosed> context)
        {
            taken.TrySetResult(context.Message);
            return Task.CompletedTask;
        }
    }
}

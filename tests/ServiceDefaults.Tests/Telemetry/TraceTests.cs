using System.Collections.Concurrent;
using System.Diagnostics;
using AlgoStack.ServiceDefaults.Messaging;
using AlgoStack.ServiceDefaults.Telemetry;
using AlgoStack.ServiceDefaults.Tests.Messaging;
using AlgoStack.Testing;
using FluentAssertions;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AlgoStack.ServiceDefaults.Tests.Telemetry;

public sealed class TraceTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    private const string TraceParent = $"00-{TraceId}-b7ad6b7169203331-01";

    [Fact]
    public async Task One_trace_runs_from_a_request_over_two_messages()
    {
        var traces = new ConcurrentQueue<string?>();
        await using var service = await TestService.StartOnBusAsync(
            await servers.CreateVirtualHostAsync(),
            bus =>
            {
                bus.AddOrderedConsumer<PassOn, Counted>();
                bus.AddConsumer<NoteTrace>();
            },
            builder => builder.Services.AddSingleton(traces),
            app => app.MapPost("/start", (OrderedPublisher publisher, CancellationToken token) =>
                publisher.PublishAsync(new Counted(1), 0, Guid.CreateVersion7(), token)));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/start");
        request.Headers.Add("traceparent", TraceParent);

        using var answer = await service.Http.SendAsync(request);

        answer.EnsureSuccessStatusCode();
        await Eventually.Equal(2, () => traces.Count);
        traces.Should().OnlyContain(trace => trace == TraceId);
    }

    [Fact]
    public void A_stored_trace_is_gone_on_with_and_the_rest_of_the_page_is_linked()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("AlgoStack.", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
        const string other = "00-11111111111111111111111111111111-2222222222222222-01";

        using (var activity = Tracing.Continue("publish OrdersChanged", TraceParent, [TraceParent, other, other, null, "not one"]))
        {
            activity!.TraceId.ToHexString().Should().Be(TraceId);
            activity.ParentId.Should().Be(TraceParent);
            activity.Links.Select(link => link.Context.TraceId.ToHexString()).Should().Equal("11111111111111111111111111111111");
            Tracing.CurrentTraceParent.Should().StartWith($"00-{TraceId}-");
        }

        using var alone = Tracing.Continue("alone", traceParent: null);
        alone!.ParentId.Should().BeNull();
    }

    private sealed class PassOn(ConcurrentQueue<string?> traces, IPublishEndpoint bus) : IConsumer<Counted>
    {
        public Task Consume(ConsumeContext<Counted> context)
        {
            traces.Enqueue(Activity.Current?.TraceId.ToHexString());
            return bus.Publish(new Noted("passed on"), context.CancellationToken);
        }
    }

    private sealed class NoteTrace(ConcurrentQueue<string?> traces) : IConsumer<Noted>
    {
        public Task Consume(ConsumeContext<Noted> context)
        {
            traces.Enqueue(Activity.Current?.TraceId.ToHexString());
            return Task.CompletedTask;
        }
    }
}

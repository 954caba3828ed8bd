using System.Collections.Concurrent;
using AlgoStack.Contracts.MarketData;
using AlgoStack.ServiceDefaults;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AlgoStack.Ingestion.Tests.Running;

/// <summary>Another service that listens to what ingestion announces.</summary>
internal sealed class BarListener : IAsyncDisposable
{
    private readonly IHost _host;

    private BarListener(IHost host) => _host = host;

    /// <summary>In the order of arrival, repeats included.</summary>
    public ConcurrentQueue<BarsClosed> Batches => _host.Services.GetRequiredService<Heard>().Batches;

    public ConcurrentQueue<BarGapDetected> Gaps => _host.Services.GetRequiredService<Heard>().Gaps;

    public ConcurrentQueue<object> FeedNews => _host.Services.GetRequiredService<Heard>().FeedNews;

    public IReadOnlyList<BarsClosed> Of(string sessionId) => [.. Batches.Where(b => b.SessionId == sessionId)];

    public static async Task<BarListener> StartAsync(string broker)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "AlgoStack.Listener" });
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:messaging", broker), new("Logging:LogLevel:Default", "Warning")]);
        builder.Services.AddSingleton<Heard>();
        builder.AddServiceDefaults();
        builder.AddBus(bus =>
        {
            bus.AddOrderedConsumer<HearBars, BarsClosed>();
            bus.AddConsumer<HearGaps>();
            bus.AddConsumer<HearFeeds>();
        });
        var host = builder.Build();
        await host.StartAsync();
        return new BarListener(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    internal sealed class Heard
    {
        public ConcurrentQueue<BarsClosed> Batches { get; } = new();

        public ConcurrentQueue<BarGapDetected> Gaps { get; } = new();

        public ConcurrentQueue<object> FeedNews { get; } = new();
    }

    internal sealed class HearBars(Heard heard) : IConsumer<BarsClosed>
    {
        public Task Consume(ConsumeContext<BarsClosed> context)
        {
            heard.Batches.Enqueue(context.Message);
            return Task.CompletedTask;
        }
    }

    internal sealed class HearGaps(Heard heard) : IConsumer<BarGapDetected>
    {
        public Task Consume(ConsumeContext<BarGapDetected> context)
        {
            heard.Gaps.Enqueue(context.Message);
            return Task.CompletedTask;
        }
    }

    internal sealed class HearFeeds(Heard heard) : IConsumer<FeedWentQuiet>, IConsumer<FeedRecovered>
    {
        public Task Consume(ConsumeContext<FeedWentQuiet> context)
        {
            heard.FeedNews.Enqueue(context.Message);
            return Task.CompletedTask;
        }

        public Task Consume(ConsumeContext<FeedRecovered> context)
        {
            heard.FeedNews.Enqueue(context.Message);
            return Task.CompletedTask;
        }
    }
}

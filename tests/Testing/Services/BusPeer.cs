using System.Collections.Concurrent;
using AlgoStack.ServiceDefaults;
using AlgoStack.ServiceDefaults.Messaging;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AlgoStack.Testing.Services;

/// <summary>What came by the bus, in the order of arrival, repeats included.</summary>
public sealed class Heard<T>
{
    private readonly ConcurrentQueue<T> _messages = new();

    public IReadOnlyList<T> Messages => [.. _messages];

    public void Add(T message) => _messages.Enqueue(message);
}

/// <summary>Keeps what it hears. A test derives one of its own, whose name becomes the queue's.</summary>
public abstract class Hear<T>(Heard<T> heard) : IConsumer<T>
    where T : class
{
    public Task Consume(ConsumeContext<T> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        heard.Add(context.Message);
        return Task.CompletedTask;
    }
}

/// <summary>Another service on the bus: says what a test wants said, and listens.</summary>
public sealed class BusPeer : IAsyncDisposable
{
    private readonly IHost _host;

    private BusPeer(IHost host) => _host = host;

    public static async Task<BusPeer> StartAsync(string broker, Action<BusBuilder, IServiceCollection> listen)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "AlgoStack.Peer" });
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:messaging", broker), new("Logging:LogLevel:Default", "Warning")]);
        builder.AddServiceDefaults();
        builder.AddBus(bus => listen(bus, builder.Services));
        var host = builder.Build();
        await host.StartAsync();
        return new BusPeer(host);
    }

    public IReadOnlyList<T> Heard<T>() => _host.Services.GetRequiredService<Heard<T>>().Messages;

    /// <summary>Returns once the message is in every queue bound for it.</summary>
    public Task PublishAsync<T>(T message)
        where T : class =>
        _host.Services.GetRequiredService<OrderedPublisher>().PublishAsync(message, partition: 0, Guid.CreateVersion7(), CancellationToken.None);

    /// <summary>The same for a contract whose order does not matter.</summary>
    /// <param name="messageId">Null: one of its own.</param>
    public async Task TellAsync<T>(T message, Guid? messageId = null)
        where T : class =>
        // Awaited here: the bus leaves its logger behind in the flow that calls it, and the next bus would take that one.
        await _host.Services.GetRequiredService<IBus>().Publish(message, context => context.MessageId = messageId ?? context.MessageId, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}

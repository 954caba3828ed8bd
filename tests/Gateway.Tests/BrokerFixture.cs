using AlgoStack.ServiceDefaults;
using AlgoStack.ServiceDefaults.Messaging;
using AlgoStack.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace AlgoStack.Gateway.Tests;

/// <summary>A virtual host of the real RabbitMQ and a database of the real PostgreSQL for one test class, and a way to publish.</summary>
public sealed class BrokerFixture : IAsyncLifetime
{
    private readonly ServerFixture _servers = new();
    private IHost? _publisher;

    /// <summary>Its AMQP address.</summary>
    public string Address { get; private set; } = "";

    /// <summary>The connection string of the database.</summary>
    public string Database { get; private set; } = "";

    /// <summary>What the gateway keeps outside of it.</summary>
    public string State { get; } = Directory.CreateTempSubdirectory("algostack-gateway-").FullName;

    public IServiceProvider Publishing => _publisher!.Services;

    public Task PublishAsync<T>(T message, string sessionId, long sequence)
        where T : class => Publishing.GetRequiredService<OrderedPublisher>().PublishAsync(
            message, 0, OrderedTopology.MessageId(typeof(T), sessionId, 0, sequence), CancellationToken.None);

    public async Task InitializeAsync()
    {
        await _servers.InitializeAsync();
        var database = _servers.CreateSchemaDatabaseAsync();
        Address = await _servers.CreateVirtualHostAsync();
        Database = await database;
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "AlgoStack.Publisher" });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ConnectionStrings:messaging"] = Address,
            ["Logging:LogLevel:Default"] = "Warning",
        });
        builder.AddServiceDefaults();
        builder.AddBus();
        _publisher = builder.Build();
        await _publisher.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _publisher!.StopAsync();
        _publisher.Dispose();
        await _servers.DisposeAsync();
        Directory.Delete(State, recursive: true);
    }
}

using AlgoStack.EventStore.Streams;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace AlgoStack.BrokerRouting.Tests;

public sealed class StoredEventTests : StoredEventSamples
{
    private static readonly EventTypes OfTheService = Services().GetRequiredService<EventLog>().Types;

    protected override EventTypes Types => OfTheService;

    protected override string Folder => "tests/BrokerRouting.Tests/stored";

    /// <summary>The service put together and not started: its servers and whoever it asks are nowhere.</summary>
    internal static IServiceProvider Services(params IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(
        [
            new("ConnectionStrings:algostack", "Host=nowhere"),
            new("ConnectionStrings:messaging", "amqp://nowhere"),
            .. ServiceAccess.Settings,
            new("services:ingestion:http:0", "http://nowhere"),
            new("services:signal:http:0", "http://nowhere"),
            .. settings,
        ]);
        return BrokerRoutingService.Build(builder).Services;
    }
}

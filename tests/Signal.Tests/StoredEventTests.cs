using AlgoStack.EventStore.Streams;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace AlgoStack.Signal.Tests;

public sealed class StoredEventTests : StoredEventSamples
{
    private static readonly EventTypes OfTheService = TypesOfTheService();

    protected override EventTypes Types => OfTheService;

    protected override string Folder => "tests/Signal.Tests/stored";

    private static EventTypes TypesOfTheService()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(
        [
            new("ConnectionStrings:algostack", "Host=nowhere"),
            new("ConnectionStrings:messaging", "amqp://nowhere"),
            .. ServiceAccess.Settings,
            new("services:ingestion:http:0", "http://nowhere"),
        ]);
        return SignalService.Build(builder).Services.GetRequiredService<EventLog>().Types;
    }
}

using AlgoStack.EventStore.Streams;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;

namespace AlgoStack.Gateway.Tests.Audit;

public sealed class StoredEventTests : StoredEventSamples
{
    private static readonly EventTypes OfTheGateway = TypesOfTheGateway();

    protected override EventTypes Types => OfTheGateway;

    protected override string Folder => "tests/Gateway.Tests/stored";

    private static EventTypes TypesOfTheGateway() => GatewayApplication.Build(
    [
        "--ConnectionStrings:algostack", "Host=nowhere",
        "--ConnectionStrings:messaging", "amqp://nowhere",
        "--Tokens:ServiceKey", ServiceAccess.Key,
    ]).Services.GetRequiredService<EventLog>().Types;
}

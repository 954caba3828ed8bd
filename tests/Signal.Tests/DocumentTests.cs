using AlgoStack.Testing;
using AlgoStack.Testing.OpenApi;
using AlgoStack.Testing.Services;
using Xunit;

namespace AlgoStack.Signal.Tests;

public sealed class DocumentTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    // Nobody is asked.
    private static readonly Uri Nobody = new("http://127.0.0.1:9");

    [Fact]
    public async Task The_document_has_every_endpoint_and_what_it_answers()
    {
        await using var service = await ServiceUnderTest.StartAsync(
            SignalService.Build, await servers.CreateSchemaDatabaseAsync(), await servers.CreateVirtualHostAsync(), ("ingestion", Nobody));

        CommittedDocument.ShouldHold(await DocumentedEndpoints.ShouldBeWholeAsync(service.Http, service.Services), "signal");
    }

    [Fact]
    public Task Every_endpoint_lets_in_who_has_its_scope_and_nobody_else() =>
        ScopeMatrix.ShouldHoldAsync(SignalService.Build, "services/signal/scopes.txt", servers, "ingestion");
}

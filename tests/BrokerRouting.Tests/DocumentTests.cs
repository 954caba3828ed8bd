using System.Net;
using System.Net.Http.Json;
using AlgoStack.Contracts.Orders;
using AlgoStack.Testing;
using AlgoStack.Testing.OpenApi;
using AlgoStack.Testing.Services;
using FluentAssertions;
using Xunit;

namespace AlgoStack.BrokerRouting.Tests;

public sealed class DocumentTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    // Nobody is asked.
    private static readonly Uri Nobody = new("http://127.0.0.1:9");

    [Fact]
    public async Task The_document_has_every_endpoint_and_what_it_answers()
    {
        await using var service = await StartAsync();

        var document = await DocumentedEndpoints.ShouldBeWholeAsync(service.Http, service.Services);
        CommittedDocument.ShouldHold(document, "broker-routing");

        var halt = document.GetProperty("paths").GetProperty("/halt").GetProperty("post");
        halt.GetProperty("operationId").GetString().Should().Be("HaltTrading");
        halt.GetProperty("parameters").EnumerateArray().Select(p => p.GetProperty("name").GetString()).Should().Equal("Idempotency-Key");
        halt.GetProperty("responses").EnumerateObject().Select(r => r.Name).Should().BeEquivalentTo("200", "400", "404", "409", "422");
        document.GetProperty("components").GetProperty("schemas").GetProperty("ProblemDetails").GetProperty("properties")
            .EnumerateObject().Select(p => p.Name).Should().Contain(["code", "traceId", "retryable", "detail"]);
    }

    [Fact]
    public async Task A_halt_that_is_sent_again_is_answered_the_same()
    {
        await using var service = await StartAsync();

        using var first = await HaltAsync(service, "desk");
        using var again = await HaltAsync(service, "desk");
        using var other = await HaltAsync(service, "another reason");

        first.StatusCode.Should().Be(HttpStatusCode.OK);
        again.Headers.GetValues("Idempotency-Replayed").Should().Equal("true");
        (await again.Content.ReadAsStringAsync()).Should().Be(await first.Content.ReadAsStringAsync());
        other.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
    }

    private static async Task<HttpResponseMessage> HaltAsync(ServiceUnderTest service, string reason)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/halt", UriKind.Relative)) { Content = JsonContent.Create(new HaltTrading(reason)) };
        request.Headers.Add("Idempotency-Key", "halt-1");
        return await service.Http.SendAsync(request);
    }

    private async Task<ServiceUnderTest> StartAsync() => await ServiceUnderTest.StartAsync(
        BrokerRoutingService.Build,
        await servers.CreateSchemaDatabaseAsync(),
        await servers.CreateVirtualHostAsync(),
        ("ingestion", Nobody),
        ("signal", Nobody));

    [Fact]
    public Task Every_endpoint_lets_in_who_has_its_scope_and_nobody_else() =>
        ScopeMatrix.ShouldHoldAsync(BrokerRoutingService.Build, "services/broker-routing/scopes.txt", servers, "ingestion", "signal");
}

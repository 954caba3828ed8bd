using System.Text.Json;
using AlgoStack.Gateway.OpenApi;
using AlgoStack.Testing.Services;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Gateway.Tests;

public sealed class DocumentTests(BrokerFixture broker) : IClassFixture<BrokerFixture>
{
    [Fact]
    public async Task The_document_has_the_gateways_own_endpoints_and_what_they_answer()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(broker, new Dictionary<string, Uri>(StringComparer.Ordinal));

        var document = JsonSerializer.SerializeToElement(await gateway.Services.GetRequiredService<WholeDocument>().OwnAsync(CancellationToken.None));
        DocumentedEndpoints.ShouldBeWhole(document, gateway.Services);

        document.GetProperty("paths").EnumerateObject().Select(p => p.Name).Should().BeEquivalentTo(
            "/api/v1/status", "/api/v1/client-errors", "/.well-known/jwks.json",
            "/auth/users", "/auth/invitations", "/auth/me", "/auth/password",
            "/auth/sign-in", "/auth/refresh", "/auth/sign-out", "/auth/sessions", "/auth/sessions/{id}",
            "/auth/two-factor", "/auth/two-factor/confirm", "/auth/two-factor/remove",
            "/auth/api-keys", "/auth/api-keys/{id}", "/auth/api-keys/{id}/rotate", "/auth/token",
            "/udf/config", "/udf/symbols", "/udf/search", "/udf/history", "/udf/time", "/udf/marks", "/udf/timescale_marks", "/udf/quotes");
    }
}

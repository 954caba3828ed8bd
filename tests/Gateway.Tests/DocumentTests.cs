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
            "/api/v1/status", "/api/v1/client-errors", "/api/v1/maintenance", "/hooks/tradingview/{name}", "/.well-known/jwks.json",
            "/auth/users", "/auth/invitations", "/auth/me", "/auth/password",
            "/auth/sign-in", "/auth/refresh", "/auth/sign-out", "/auth/sessions", "/auth/sessions/{id}",
            "/auth/me/export", "/auth/two-factor", "/auth/two-factor/confirm", "/auth/two-factor/remove",
            "/auth/api-keys", "/auth/api-keys/{id}", "/auth/api-keys/{id}/rotate", "/auth/token",
            "/auth/oidc", "/auth/oidc/begin", "/auth/oidc/callback", "/auth/oidc/token",
            "/auth/users/{id}", "/auth/users/{id}/role", "/auth/users/{id}/disable", "/auth/users/{id}/enable", "/auth/users/{id}/export",
            "/auth/users/{id}/sessions", "/auth/users/{id}/sessions/{session}", "/auth/users/{id}/api-keys", "/auth/users/{id}/api-keys/{key}",
            "/api/v1/audit",
            "/api/v1/stores/gateway/events", "/api/v1/stores/gateway/events/follow", "/api/v1/stores/gateway/stream", "/api/v1/stores/gateway/chain/verification",
            "/api/v1/stores/gateway/projections", "/api/v1/stores/gateway/projections/{name}/pause",
            "/api/v1/stores/gateway/projections/{name}/resume", "/api/v1/stores/gateway/projections/{name}/rebuild",
            "/api/v1/stores/gateway/archives", "/api/v1/stores/gateway/archives/events", "/api/v1/stores/gateway/archives/{name}/restore",
            "/udf/config", "/udf/symbols", "/udf/symbol_info", "/udf/search", "/udf/history", "/udf/time", "/udf/marks", "/udf/timescale_marks", "/udf/quotes");
    }
}

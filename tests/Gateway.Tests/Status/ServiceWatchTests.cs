using System.Net.Http.Json;
using AlgoStack.Contracts.Operations;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Gateway.Tests.Status;

public sealed class ServiceWatchTests(BrokerFixture broker) : IClassFixture<BrokerFixture>
{
    [Fact]
    public async Task Status_says_how_each_service_answers()
    {
        await using var upstream = await FakeUpstream.StartAsync(app => app.MapGet("/health/ready", () => Results.Json(new
        {
            status = "healthy",
            checks = new Dictionary<string, object>(StringComparer.Ordinal) { ["postgres"] = new { status = "healthy", latency = 1.5 } },
        })));
        await using var gateway = await GatewayUnderTest.StartAsync(broker, upstream);

        await Eventually.True(async () => (await StatusAsync(gateway)).State == "healthy");
        var status = await StatusAsync(gateway);

        status.Services.Select(s => s.Service).Should().Equal("ingestion", "signal", "broker-routing", "alerting", "backtest");
        status.Services.Should().OnlyContain(s => s.State == "healthy" && s.LatencyMs > 0 && s.Detail == null);
        status.Services[0].Checks.Should().Equal(new CheckStatus("postgres", "healthy", 1.5, null));
    }

    [Fact]
    public async Task A_service_that_is_not_ready_is_unhealthy_with_its_reason()
    {
        await using var upstream = await FakeUpstream.StartAsync(app => app.MapGet("/health/ready", () => Results.Json(
            new { status = "unhealthy", checks = new { messaging = new { status = "unhealthy", reason = "connection refused" } } },
            statusCode: 503)));
        await using var gateway = await GatewayUnderTest.StartAsync(broker, upstream);

        await Eventually.True(async () => (await StatusAsync(gateway)).State == "unhealthy");

        (await StatusAsync(gateway)).Services[0].Detail.Should().Be("messaging: connection refused");
    }

    [Fact]
    public async Task A_service_that_gives_no_answer_is_unreachable()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(
            broker,
            new Dictionary<string, Uri>(StringComparer.Ordinal) { ["signal"] = new("http://127.0.0.1:9") });

        await Eventually.True(async () => (await StatusAsync(gateway)).State == "unreachable");

        var signal = (await StatusAsync(gateway)).Services.Single(s => s.Service == "signal");
        signal.State.Should().Be("unreachable");
        signal.LatencyMs.Should().BeNull();
        signal.Detail.Should().NotBeNullOrEmpty();
    }

    private static async Task<SystemStatus> StatusAsync(GatewayUnderTest gateway) =>
        (await gateway.Http.GetFromJsonAsync<SystemStatus>("/api/v1/status"))!;
}

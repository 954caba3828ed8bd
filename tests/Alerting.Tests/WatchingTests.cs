using AlgoStack.Alerting.Tests.Channels;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Alerting.Tests;

public sealed class WatchingTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task A_service_that_falls_sick_is_told_once_and_so_is_its_recovery()
    {
        var sick = new HttpPeerAnswer(503, """{"status":"unhealthy","checks":{"postgres":{"status":"unhealthy","reason":"gone"}}}""");
        await using var routing = await HttpPeer.StartAsync(new HttpPeerAnswer(200), sick, sick, sick, new HttpPeerAnswer(200));
        await using var alerting = await AlertingUnderTest.StartAsync(
            await AlertingServers.NewAsync(servers), ("services:broker-routing:http:0", routing.Address.ToString()));

        await Eventually.Equal(2, async () => (await alerting.AlertsAsync()).Count);

        var alerts = await alerting.AlertsAsync();
        alerts.Select(alert => (alert.Severity, alert.Title)).Should().Equal(
            ("info", "broker-routing is healthy again"), ("critical", "broker-routing is down"));
        alerts[1].Text.Should().Be("2 bad answers in a row, the last: HTTP 503: postgres is unhealthy, gone");
        routing.Requests.Should().OnlyContain(request => request.Path == "/health");
    }
}

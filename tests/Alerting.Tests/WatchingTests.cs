using AlgoStack.Alerting.Tests.Channels;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Xunit;

namespace AlgoStack.Alerting.Tests;

public sealed class WatchingTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task A_service_that_falls_sick_is_told_once_and_so_is_its_recovery()
    {
        var sick = new HttpPeerAnswer(503, """{"status":"unhealthy","checks":{"postgres":{"status":"unhealthy","reason":"gone"}}}""");
        await using var ingestion = await HttpPeer.StartAsync(new HttpPeerAnswer(200), sick, sick, sick, new HttpPeerAnswer(200));
        await using var alerting = await AlertingUnderTest.StartAsync(
            await AlertingServers.NewAsync(servers), ("services:ingestion:http:0", ingestion.Address.ToString()));

        await Eventually.Equal(2, async () => (await alerting.AlertsAsync()).Count);

        var alerts = await alerting.AlertsAsync();
        alerts.Select(alert => (alert.Severity, alert.Title)).Should().Equal(
            ("info", "ingestion is healthy again"), ("critical", "ingestion is down"));
        alerts[1].Text.Should().Be("2 bad answers in a row, the last: HTTP 503: postgres is unhealthy, gone");
        ingestion.Requests.Should().OnlyContain(request => request.Path == "/health");
    }

    [Fact]
    public async Task A_drift_of_an_account_is_told_until_it_is_resolved_and_by_the_next_alerting_too()
    {
        var drift = new DriftView("Position:AAPL:5", "Position", "AAPL", 0, 5, "AAPL: the books say 0, the venue 5.", DateTimeOffset.UnixEpoch);
        AccountView account = new("main", "ALPACA", IsProven: true, null, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, [], [drift]);
        await using var routing = await AlgoStack.Testing.Services.HttpPeer.StartAsync(map =>
        {
            map.MapGet("/health", () => "healthy");
            map.MapGet("/accounts", () => new[] { account });
        });
        var around = await AlertingServers.NewAsync(servers);
        await using (var alerting = await AlertingUnderTest.StartAsync(around, ("services:broker-routing:http:0", routing.Address.ToString())))
            await Eventually.Equal(1, async () => (await alerting.AlertsAsync()).Count);

        account = account with { Drifts = [] };
        await using var next = await AlertingUnderTest.StartAsync(around, ("services:broker-routing:http:0", routing.Address.ToString()));
        await Eventually.Equal(2, async () => (await next.AlertsAsync()).Count);

        (await next.AlertsAsync()).Select(alert => (alert.Severity, alert.Title)).Should().Equal(
            ("info", "Account main and ALPACA: Position:AAPL:5 is resolved"), ("high", "Account main and ALPACA do not agree: Position AAPL"));
    }
}

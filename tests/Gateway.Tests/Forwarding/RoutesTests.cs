using System.Net;
using AlgoStack.Gateway.Forwarding;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Gateway.Tests.Forwarding;

public sealed class RoutesTests(ForwardingFixture fixture) : IClassFixture<ForwardingFixture>
{
    [Theory]
    [InlineData("/api/v1/replays", "ingestion", "/replays")]
    [InlineData("/api/v1/feeds", "ingestion", "/feeds")]
    [InlineData("/api/v1/sessions", "ingestion", "/sessions")]
    [InlineData("/api/v1/sessions/replay-1", "ingestion", "/sessions/replay-1")]
    [InlineData("/api/v1/sessions/replay-1/batches?from=1", "ingestion", "/sessions/replay-1/batches?from=1")]
    [InlineData("/api/v1/sessions/replay-1/signals", "signal", "/sessions/replay-1/signals")]
    [InlineData("/api/v1/history?instrument=A.SIM", "ingestion", "/history?instrument=A.SIM")]
    [InlineData("/api/v1/instruments", "ingestion", "/instruments")]
    [InlineData("/api/v1/archives/bars_200001_1/restore", "ingestion", "/archives/bars_200001_1/restore")]
    [InlineData("/api/v1/stores/signal/archives", "signal", "/store/archives")]
    [InlineData("/api/v1/signals?limit=5", "signal", "/signals?limit=5")]
    [InlineData("/api/v1/orders/abc", "broker-routing", "/orders/abc")]
    [InlineData("/api/v1/executions/abc", "broker-routing", "/executions/abc")]
    [InlineData("/api/v1/baskets", "broker-routing", "/baskets")]
    [InlineData("/api/v1/positions", "broker-routing", "/positions")]
    [InlineData("/api/v1/portfolio", "broker-routing", "/portfolio")]
    [InlineData("/api/v1/portfolios/main/equity?currency=USD", "broker-routing", "/portfolios/main/equity?currency=USD")]
    [InlineData("/api/v1/corporate-actions", "broker-routing", "/corporate-actions")]
    [InlineData("/portfolios", "broker-routing", "/portfolios")]
    [InlineData("/api/v1/halt", "broker-routing", "/halt")]
    [InlineData("/api/v1/reduce", "broker-routing", "/reduce")]
    [InlineData("/api/v1/resume", "broker-routing", "/resume")]
    [InlineData("/api/v1/trading", "broker-routing", "/trading")]
    [InlineData("/api/v1/alerts", "alerting", "/alerts")]
    [InlineData("/api/v1/backtest/replay", "backtest", "/api/backtest/replay")]
    [InlineData("/api/v1/backtest/parity/replay-1", "backtest", "/api/backtest/parity/replay-1")]
    [InlineData("/api/backtest/replay", "backtest", "/api/backtest/replay")]
    [InlineData("/api/backtest/events", "backtest", "/api/backtest/events")]
    [InlineData("/api/backtest/parity/replay-1", "backtest", "/api/backtest/parity/replay-1")]
    [InlineData("/api/v1/routing/sessions/replay-1/progress", "broker-routing", "/sessions/replay-1/progress")]
    [InlineData("/api/v1/alerting/sessions/replay-1/progress", "alerting", "/sessions/replay-1/progress")]
    [InlineData("/api/v1/stores/signal/events?stream=a%2Fb", "signal", "/store/events?stream=a%2Fb")]
    [InlineData("/api/v1/stores/broker-routing/events/follow", "broker-routing", "/store/events/follow")]
    [InlineData("/api/v1/stores/alerting/projections/inbox/rebuild", "alerting", "/store/projections/inbox/rebuild")]
    [InlineData("/api/v1/stores/backtest/stream?id=backtest-1", "backtest", "/store/stream?id=backtest-1")]
    [InlineData("/signals", "signal", "/signals")]
    [InlineData("/orders", "broker-routing", "/orders")]
    [InlineData("/positions", "broker-routing", "/positions")]
    [InlineData("/portfolio", "broker-routing", "/portfolio")]
    [InlineData("/halt", "broker-routing", "/halt")]
    [InlineData("/reduce", "broker-routing", "/reduce")]
    [InlineData("/resume", "broker-routing", "/resume")]
    [InlineData("/history", "ingestion", "/history")]
    public async Task A_path_goes_to_the_service_that_owns_it(string path, string service, string target)
    {
        using var response = await fixture.Gateway.Http.GetAsync(path);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        (await response.Content.ReadAsStringAsync()).Should().Be($"{ForwardingFixture.Reached}: {service} {target}");
    }

    [Theory]
    [InlineData("/health/ready")]
    [InlineData("/metrics")]
    [InlineData("/api/v1/nothing")]
    [InlineData("/api/v1/orders/../../../metrics")]
    [InlineData("/api/v1/stores/signal/%2e%2e/metrics")]
    [InlineData("/api/v1/stores/ingestion/events")]
    [InlineData("/api/v1/routing/%2e%2e/%2e%2e/x/../metrics")]
    public async Task What_is_not_in_the_table_reaches_no_service(string path)
    {
        using var response = await fixture.Gateway.Http.GetAsync(path);

        (await response.Content.ReadAsStringAsync()).Should().NotContain(ForwardingFixture.Reached);
    }

    [Fact]
    public void Every_service_has_a_route() =>
        Routes.All.Select(r => r.Service).Distinct(StringComparer.Ordinal).Should().BeEquivalentTo(Routes.Services);

    [Fact]
    public async Task The_page_is_served_at_the_root()
    {
        using var response = await fixture.Gateway.Http.GetAsync("/");

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        (await response.Content.ReadAsStringAsync()).Should().Contain("<title>AlgoStack</title>");
        response.Headers.GetValues("Content-Security-Policy").Single().Should().StartWith("default-src 'self'");
    }
}

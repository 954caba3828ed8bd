using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using AlgoStack.Gateway.Tests.SigningIn;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Gateway.Tests.Hooks;

/// <summary>Against an upstream that keeps what it was sent, as broker-routing keeps keys.</summary>
public sealed class TakeAlertTests(BrokerFixture broker) : IClassFixture<BrokerFixture>, IAsyncLifetime
{
    private const string Secret = "the secret of the hook: 0123456789";

    private readonly SettableClock _clock = new();
    private readonly ConcurrentQueue<(string Path, string Key, string Token, JsonElement Body)> _sent = [];
    private FakeUpstream? _routing;
    private GatewayUnderTest? _one;
    private GatewayUnderTest? _other;
    private int _status = StatusCodes.Status201Created;

    public async Task InitializeAsync()
    {
        _routing = await FakeUpstream.StartAsync(app => app.MapPost("/{**path}", async (HttpContext context) =>
        {
            var body = await context.Request.ReadFromJsonAsync<JsonElement>(context.RequestAborted);
            _sent.Enqueue((context.Request.Path, context.Request.Headers["Idempotency-Key"].ToString(), context.Request.Headers.Authorization.ToString(), body));
            return Results.Json(new { orderId = "o-1" }, statusCode: _status);
        }));
        (_one, _other) = (await StartAsync(), await StartAsync());
    }

    public async Task DisposeAsync()
    {
        await _one!.DisposeAsync();
        await _other!.DisposeAsync();
        await _routing!.DisposeAsync();
    }

    [Fact]
    public async Task An_alert_becomes_an_order_of_the_hooks_account_asked_for_as_a_service()
    {
        using var answer = await TellAsync(_one!, """{"secret":"SECRET","instrument":"BTCUSDT.PAPER","side":"sell","quantity":"0.25","limitPrice":64000.5,"reduceOnly":true}""");

        answer.StatusCode.Should().Be(HttpStatusCode.Created);
        (await SignInFixture.JsonAsync(answer)).GetProperty("orderId").GetString().Should().Be("o-1");
        var (path, key, token, body) = _sent.Should().ContainSingle().Subject;
        path.Should().Be("/orders");
        key.Should().MatchRegex("^tradingview-desk-[0-9a-f]{64}-[0-9]{13}$");
        token.Should().Be($"Bearer {AlgoStack.Testing.Services.ServiceAccess.Key}");
        body.GetProperty("account").GetString().Should().Be("main");
        body.GetProperty("instrument").GetString().Should().Be("BTCUSDT.PAPER");
        body.GetProperty("side").GetString().Should().Be("Sell");
        body.GetProperty("type").GetString().Should().Be("Limit");
        body.GetProperty("quantity").GetDecimal().Should().Be(0.25m);
        body.GetProperty("limitPrice").GetDecimal().Should().Be(64000.5m);
        body.GetProperty("reduceOnly").GetBoolean().Should().BeTrue();
        body.GetProperty("strategy").GetString().Should().Be("desk");
    }

    [Fact]
    public async Task A_target_becomes_a_target()
    {
        using var answer = await TellAsync(_one!, """{"secret":"SECRET","instrument":"BTCUSDT.PAPER","target":"-0.5"}""");

        answer.StatusCode.Should().Be(HttpStatusCode.Created);
        var (path, _, _, body) = _sent.Should().ContainSingle().Subject;
        path.Should().Be("/positions/target");
        body.GetProperty("target").GetDecimal().Should().Be(-0.5m);
    }

    [Fact]
    public async Task The_same_alert_has_the_same_name_at_every_instance_until_the_window_is_over_and_another_has_another()
    {
        const string alert = """{"secret":"SECRET","instrument":"BTCUSDT.PAPER","side":"buy","quantity":1}""";
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => TellAsync(i % 2 == 0 ? _one! : _other!, alert)));
        await TellAsync(_one!, alert.Replace("1}", "2}", StringComparison.Ordinal));
        _clock.SetAhead(TimeSpan.FromSeconds(59));
        await TellAsync(_other!, alert);
        _clock.SetAhead(TimeSpan.FromSeconds(62));
        await TellAsync(_other!, alert);

        var keys = _sent.Select(s => s.Key).ToList();
        keys.Take(8).Distinct(StringComparer.Ordinal).Should().ContainSingle();
        keys[8].Should().NotBe(keys[0]);
        keys[9].Should().Be(keys[0]);
        keys[10].Should().NotBe(keys[0]).And.NotBe(keys[8]);
    }

    [Fact]
    public async Task An_answer_that_did_not_come_is_503_and_the_alert_keeps_its_name()
    {
        const string alert = """{"secret":"SECRET","instrument":"BTCUSDT.PAPER","side":"buy","quantity":3}""";
        _status = StatusCodes.Status503ServiceUnavailable;
        await SignInFixture.ShouldBeRefusedAsync(await TellAsync(_one!, alert), 503, "service_unavailable");

        _status = StatusCodes.Status201Created;
        (await TellAsync(_one!, alert)).StatusCode.Should().Be(HttpStatusCode.Created);

        _sent.Select(s => s.Key).Distinct(StringComparer.Ordinal).Should().ContainSingle();
    }

    [Theory]
    [InlineData("buy bitcoin now")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"secret":"SECRET","instrument":"BTCUSDT.PAPER","side":"buy"}""")]
    [InlineData("""{"secret":"SECRET","instrument":"BTCUSDT.PAPER","side":"buy","quantity":null}""")]
    [InlineData("""{"secret":"SECRET","instrument":"BTCUSDT.PAPER","side":"buy","quantity":0}""")]
    [InlineData("""{"secret":"SECRET","instrument":"BTCUSDT.PAPER","side":"buy","quantity":-1}""")]
    [InlineData("""{"secret":"SECRET","instrument":"BTCUSDT.PAPER","side":"buy","quantity":"{{strategy.order.contracts}}"}""")]
    [InlineData("""{"secret":"SECRET","instrument":"BTCUSDT.PAPER","side":"buy","quantity":"NaN"}""")]
    [InlineData("""{"secret":"SECRET","instrument":"BTCUSDT.PAPER","side":"buy","quantity":1e99}""")]
    [InlineData("""{"secret":"SECRET","instrument":"BTCUSDT.PAPER","side":"buy","quantity":1,"quantity":100}""")]
    [InlineData("""{"secret":"SECRET","instrument":"BTCUSDT.PAPER","side":"buy","quantity":1,"contracts":100}""")]
    [InlineData("""{"secret":"SECRET","instrument":"BTCUSDT.PAPER","side":"hold","quantity":1}""")]
    [InlineData("""{"secret":"SECRET","instrument":"BTCUSDT.PAPER","side":"buy","quantity":1,"target":1}""")]
    [InlineData("""{"secret":"SECRET","instrument":"BTCUSDT.PAPER","side":"buy","quantity":1,"limitPrice":0}""")]
    [InlineData("""{"secret":"SECRET","side":"buy","quantity":1}""")]
    [InlineData("""{"secret":"SECRET","instrument":"BTCUSDT.PAPER","side":"buy","quantity":1,"time":"2020-01-01T00:00:00Z"}""")]
    public async Task Rubbish_orders_nothing_and_its_secret_is_not_said_back(string alert)
    {
        using var answer = await TellAsync(_one!, alert);

        ((int)answer.StatusCode).Should().BeOneOf(400, 422);
        var body = await answer.Content.ReadAsStringAsync();
        JsonDocument.Parse(body).RootElement.GetProperty("code").GetString().Should().Be("alert_invalid");
        body.Should().NotContain(Secret);
        _sent.Should().BeEmpty();
    }

    [Fact]
    public async Task Without_the_secret_from_elsewhere_or_too_large_it_is_refused()
    {
        const string alert = """{"secret":"SECRET","instrument":"BTCUSDT.PAPER","side":"buy","quantity":1}""";

        await SignInFixture.ShouldBeRefusedAsync(await TellAsync(_one!, alert.Replace("SECRET", "another one", StringComparison.Ordinal)), 401, "hook_secret_wrong");
        await SignInFixture.ShouldBeRefusedAsync(await TellAsync(_one!, alert, "far-away"), 403, "source_not_allowed");
        await SignInFixture.ShouldBeRefusedAsync(await TellAsync(_one!, alert, "nowhere"), 404, "hook_not_found");
        await SignInFixture.ShouldBeRefusedAsync(await TellAsync(_one!, alert + new string(' ', 8 * 1024)), 413, "too_large");
        _sent.Should().BeEmpty();
    }

    [Fact]
    public async Task An_alert_of_this_minute_is_traded()
    {
        var time = _clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

        using var answer = await TellAsync(_one!, $$"""{"secret":"SECRET","instrument":"BTCUSDT.PAPER","side":"buy","quantity":1,"time":"{{time}}"}""");

        answer.StatusCode.Should().Be(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("Secret", "short")]
    [InlineData("WindowSeconds", "0")]
    [InlineData("Sources", "tradingview.com")]
    public async Task A_hook_that_is_configured_wrong_ends_the_start(string key, string value)
    {
        var start = () => StartAsync($"--Webhooks:TradingView:desk:{key}", value);

        (await start.Should().ThrowAsync<Exception>()).WithMessage($"Webhooks:TradingView:desk:{key} *expected*");
    }

    private Task<GatewayUnderTest> StartAsync(params string[] more) => GatewayUnderTest.StartAsync(
        broker,
        new Dictionary<string, Uri>(StringComparer.Ordinal) { ["broker-routing"] = _routing!.Address },
        clock: _clock,
        settings:
        [
            "--RateLimits:Load:Addresses", "127.0.0.0/8",
            "--Webhooks:TradingView:desk:Secret", Secret, "--Webhooks:TradingView:desk:Account", "main",
            "--Webhooks:TradingView:far-away:Secret", Secret, "--Webhooks:TradingView:far-away:Account", "main",
            "--Webhooks:TradingView:far-away:Sources", "52.89.214.238, 34.212.75.30",
            .. more,
        ]);

    private static async Task<HttpResponseMessage> TellAsync(GatewayUnderTest gateway, string alert, string hook = "desk")
    {
        // As TradingView: without a token.
        using var http = new HttpClient { BaseAddress = gateway.Address };
        using var body = new StringContent(alert.Replace("SECRET", Secret, StringComparison.Ordinal), Encoding.UTF8, "text/plain");
        return await http.PostAsync(new Uri($"/hooks/tradingview/{hook}", UriKind.Relative), body);
    }
}

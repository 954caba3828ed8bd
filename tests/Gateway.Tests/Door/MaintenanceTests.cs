using System.Net;
using AlgoStack.Gateway.Tests.SigningIn;
using AlgoStack.Testing.Services;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Gateway.Tests.Door;

public sealed class MaintenanceTests(DoorFixture fixture) : IClassFixture<DoorFixture>, IAsyncLifetime
{
    private const string Path = "/api/v1/maintenance";

    private Person _trader = new("", "");
    private GatewayUnderTest? _one;
    private GatewayUnderTest? _other;

    public async Task InitializeAsync()
    {
        _trader = await fixture.JoinAsync("trader");
        (_one, _other) = (await fixture.StrictAsync(), await fixture.StrictAsync());
        using var begun = await AskAsync(_one, HttpMethod.Put, Path, new { Reason = "a larger disk" });
        begun.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    public async Task DisposeAsync()
    {
        using var ended = await AskAsync(_other!, HttpMethod.Delete, Path);
        ended.StatusCode.Should().Be(HttpStatusCode.NoContent);
        await _one!.DisposeAsync();
        await _other!.DisposeAsync();
    }

    [Theory]
    [InlineData("POST", "/api/v1/orders")]
    [InlineData("POST", "/orders")]
    [InlineData("PATCH", "/api/v1/orders/1")]
    [InlineData("POST", "/api/v1/resume")]
    [InlineData("POST", "/api/v1/routing/resume")]
    [InlineData("PUT", "/api/v1/routing/accounts/main/limits")]
    [InlineData("POST", "/api/v1/routing/accounts/main/drifts/resolve")]
    [InlineData("POST", "/api/v1/positions/target")]
    [InlineData("POST", "/api/v1/replays")]
    [InlineData("DELETE", "/api/v1/feeds/binance")]
    [InlineData("POST", "/api/v1/backtest/run")]
    [InlineData("POST", "/api/v1/ingestion/halt")]
    public async Task Nothing_is_changed_at_any_instance(string method, string path)
    {
        foreach (var gateway in (GatewayUnderTest[])[_one!, _other!])
        {
            using var refused = await AskAsync(gateway, new HttpMethod(method), path);
            await SignInFixture.ShouldBeRefusedAsync(refused, 503, "maintenance");
            refused.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromMinutes(1));
        }
    }

    [Theory]
    [InlineData("POST", "/api/v1/halt")]
    [InlineData("POST", "/halt")]
    [InlineData("POST", "/api/v1/routing/halt")]
    [InlineData("POST", "/REDUCE")]
    [InlineData("DELETE", "/api/v1/orders/1")]
    [InlineData("DELETE", "/api/v1/executions/1")]
    [InlineData("POST", "/api/v1/routing/accounts/main/cancel-all")]
    [InlineData("POST", "/api/v1/routing/accounts/main/close-all")]
    [InlineData("GET", "/api/v1/orders")]
    [InlineData("GET", "/api/v1/backtest/1")]
    public async Task What_makes_trading_safer_and_what_looks_goes_on(string method, string path)
    {
        using var answer = await AskAsync(_one!, new HttpMethod(method), path);

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Whoever_signs_in_goes_on_and_can_shut_others_out()
    {
        var address = fixture.NewAddress();

        using var begun = await DoorFixture.SignInAsync(_one!, address, _trader);
        var tokens = await SignInFixture.TokensAsync(begun);
        using var refreshed = await DoorFixture.AskAsync(_one!, HttpMethod.Post, "/auth/refresh", address, body: new { tokens.RefreshToken });
        tokens = await SignInFixture.TokensAsync(refreshed);

        await SignInFixture.ShouldBeRefusedAsync(
            await DoorFixture.AskAsync(_one!, HttpMethod.Post, "/auth/api-keys", address, tokens.AccessToken, new { Name = "robot", Scopes = (string[])["read"] }), 503, "maintenance");
        using var ended = await DoorFixture.AskAsync(_one!, HttpMethod.Delete, $"/auth/sessions/{tokens.SessionId}", address, tokens.AccessToken);
        ended.StatusCode.Should().Be(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task The_status_says_why_and_since_when_and_nothing_once_it_is_over()
    {
        using var told = await AskAsync(_one!, HttpMethod.Get, "/api/v1/status");
        var maintenance = (await SignInFixture.JsonAsync(told)).GetProperty("maintenance");
        maintenance.GetProperty("reason").GetString().Should().Be("a larger disk");
        maintenance.GetProperty("by").GetString().Should().Be("service");

        using (await AskAsync(_one!, HttpMethod.Delete, Path))
        {
            using var after = await AskAsync(_one!, HttpMethod.Get, "/api/v1/status");
            (await SignInFixture.JsonAsync(after)).GetProperty("maintenance").ValueKind.Should().Be(System.Text.Json.JsonValueKind.Null);
        }

        (await AskAsync(_other!, HttpMethod.Post, "/api/v1/orders")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Only_an_admin_begins_it_and_with_a_reason()
    {
        var trader = await fixture.SignInAsync(_trader);

        await SignInFixture.ShouldBeRefusedAsync(
            await DoorFixture.AskAsync(_one!, HttpMethod.Put, Path, fixture.NewAddress(), trader.AccessToken, new { Reason = "for fun" }), 403, "scope_missing");
        await SignInFixture.ShouldBeRefusedAsync(await AskAsync(_one!, HttpMethod.Put, Path, new { Reason = " " }), 400, "reason_required");
        await SignInFixture.ShouldBeRefusedAsync(await DoorFixture.AskAsync(_one!, HttpMethod.Post, "/api/v1/orders", fixture.NewAddress()), 401, "token_missing");
    }

    private Task<HttpResponseMessage> AskAsync(GatewayUnderTest gateway, HttpMethod method, string path, object? body = null) =>
        DoorFixture.AskAsync(gateway, method, path, fixture.NewAddress(), ServiceAccess.Key, body);
}

using System.Net;
using AlgoStack.Gateway.Tests.SigningIn;
using AlgoStack.Testing.Services;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Gateway.Tests.Door;

public sealed class BanTests(DoorFixture fixture) : IClassFixture<DoorFixture>
{
    private const int Allowed = 10;

    private TimeSpan _later;

    [Fact]
    public async Task More_than_ten_failures_of_an_address_ban_it_for_an_hour_whatever_the_names()
    {
        fixture.GoOn();
        await using var gateway = await fixture.StrictAsync();
        var (person, address) = (await fixture.JoinAsync("viewer"), fixture.NewAddress());
        for (var i = 0; i <= Allowed; i++)
            await SignInFixture.ShouldBeRefusedAsync(await SignInAsync(gateway, address, new Person($"nobody-{i}", "not the password")), 401, "sign_in_failed");

        using var banned = await SignInAsync(gateway, address, person);

        await SignInFixture.ShouldBeRefusedAsync(banned, 429, "address_banned");
        banned.Headers.RetryAfter!.Delta.Should().BeCloseTo(TimeSpan.FromHours(1), TimeSpan.FromMinutes(3));
        (await SignInAsync(gateway, fixture.NewAddress(), person)).StatusCode.Should().Be(HttpStatusCode.OK);
        await using var other = await fixture.StrictAsync();
        await SignInFixture.ShouldBeRefusedAsync(await SignInAsync(other, address, person), 429, "address_banned");
        _later += TimeSpan.FromMinutes(61);
        (await SignInAsync(gateway, address, person)).StatusCode.Should().Be(HttpStatusCode.OK);
        await SignInFixture.ShouldBeRefusedAsync(await SignInAsync(gateway, address, person with { Password = "not the password" }), 401, "sign_in_failed");
        (await SignInAsync(gateway, address, person)).StatusCode.Should().Be(HttpStatusCode.OK, "the count begins anew");
    }

    [Fact]
    public async Task Ten_failures_are_forgiven_and_forgotten_in_an_hour()
    {
        fixture.GoOn();
        await using var gateway = await fixture.StrictAsync();
        var (person, address) = (await fixture.JoinAsync("viewer"), fixture.NewAddress());
        for (var i = 0; i < Allowed; i++) await SignInAsync(gateway, address, new Person($"nobody-{i}", "not the password"));
        (await SignInAsync(gateway, address, person)).StatusCode.Should().Be(HttpStatusCode.OK);

        _later += TimeSpan.FromMinutes(61);
        await SignInAsync(gateway, address, new Person("nobody", "not the password"));

        (await SignInAsync(gateway, address, person)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Whatever_is_tried_counts_and_who_is_in_goes_on()
    {
        fixture.GoOn();
        await using var gateway = await fixture.StrictAsync();
        var (tokens, address) = (await fixture.SignInAsync("viewer"), fixture.NewAddress());
        for (var i = 0; i < 2; i++)
        {
            await SignInFixture.ShouldBeRefusedAsync(await PostAsync("/auth/token", new { ApiKey = "none of ours" }), 401, "api_key_invalid");
            await SignInFixture.ShouldBeRefusedAsync(await PostAsync("/auth/refresh", new { RefreshToken = "none of ours" }), 401, "refresh_token_invalid");
            await SignInFixture.ShouldBeRefusedAsync(await PostAsync("/auth/users", new { Invitation = "none of ours", Name = "a", Password = "b" }), 422, "invitation_invalid");
            await SignInFixture.ShouldBeRefusedAsync(await GetAsync("/auth/me", $"{tokens.AccessToken}x"), 401, "token_signature_invalid");
        }

        await SignInFixture.ShouldBeRefusedAsync(await PostAsync("/auth/token", new { ApiKey = "none of ours" }), 401, "api_key_invalid");
        await SignInFixture.ShouldBeRefusedAsync(await GetAsync("/auth/me", "nonsense"), 401, "token_malformed");
        await SignInFixture.ShouldBeRefusedAsync(await GetAsync("/auth/me", "nonsense"), 401, "token_malformed");

        await SignInFixture.ShouldBeRefusedAsync(await PostAsync("/auth/token", new { ApiKey = "none of ours" }), 429, "address_banned");
        await SignInFixture.ShouldBeRefusedAsync(await GetAsync("/auth/me", "nonsense"), 429, "address_banned");
        await SignInFixture.ShouldBeRefusedAsync(await GetAsync("/auth/me", null), 401, "token_missing");
        (await GetAsync("/auth/me", tokens.AccessToken)).StatusCode.Should().Be(HttpStatusCode.OK);
        (await GetAsync("/health/live", null)).StatusCode.Should().Be(HttpStatusCode.OK);
        (await GetAsync("/api/v1/orders", ServiceAccess.Key)).StatusCode.Should().Be(HttpStatusCode.OK);
        using var refreshed = await PostAsync("/auth/refresh", new { tokens.RefreshToken });
        (await GetAsync("/auth/me", (await SignInFixture.TokensAsync(refreshed)).AccessToken)).StatusCode.Should().Be(HttpStatusCode.OK);

        Task<HttpResponseMessage> PostAsync(string path, object body) => DoorFixture.AskAsync(gateway, HttpMethod.Post, path, address, body: body);

        Task<HttpResponseMessage> GetAsync(string path, string? token) => DoorFixture.AskAsync(gateway, HttpMethod.Get, path, address, token);
    }

    [Fact]
    public async Task Wrong_codes_and_a_refresh_token_that_comes_again_count()
    {
        fixture.GoOn();
        await using var gateway = await fixture.StrictAsync();
        var (tokens, address) = (await fixture.SignInAsync("viewer"), fixture.NewAddress());
        await DoorFixture.AskAsync(gateway, HttpMethod.Post, "/auth/refresh", address, body: new { tokens.RefreshToken });

        await SignInFixture.ShouldBeRefusedAsync(
            await DoorFixture.AskAsync(gateway, HttpMethod.Post, "/auth/refresh", address, body: new { tokens.RefreshToken }), 401, "refresh_token_reused");

        (await fixture.QueryAsync($"select failures from gateway.address_failures where address = '{address}'")).Should().Be(1);
    }

    [Fact]
    public async Task Tokens_that_were_good_once_ban_nobody()
    {
        fixture.GoOn();
        await using var gateway = await fixture.StrictAsync();
        var (tokens, address) = (await fixture.SignInAsync("viewer"), fixture.NewAddress());
        using var out_ = await fixture.PostAsync("/auth/sign-out", null, tokens.AccessToken);
        for (var i = 0; i < 15; i++) await SignInFixture.ShouldBeRefusedAsync(await AskAsync(), 401, "token_revoked");
        fixture.GoOn(TimeSpan.FromMinutes(10));
        for (var i = 0; i < 15; i++) await SignInFixture.ShouldBeRefusedAsync(await AskAsync(), 401, "token_expired");

        (await fixture.QueryAsync($"select failures from gateway.address_failures where address = '{address}'")).Should().BeNull();

        Task<HttpResponseMessage> AskAsync() => DoorFixture.AskAsync(gateway, HttpMethod.Get, "/auth/me", address, tokens.AccessToken);
    }

    [Fact]
    public async Task A_whole_house_of_IPv6_is_one_address()
    {
        fixture.GoOn();
        await using var gateway = await fixture.StrictAsync();
        for (var i = 0; i <= Allowed; i++) await SignInAsync(gateway, $"2001:db8:1:2::{i + 1}", new Person($"nobody-{i}", "not the password"));

        await SignInFixture.ShouldBeRefusedAsync(await SignInAsync(gateway, "2001:db8:1:2:ffff::1", new Person("nobody", "not the password")), 429, "address_banned");
        await SignInFixture.ShouldBeRefusedAsync(await SignInAsync(gateway, "2001:db8:1:3::1", new Person("nobody", "not the password")), 401, "sign_in_failed");
    }

    // A few a minute, as many as are let through.
    private Task<HttpResponseMessage> SignInAsync(GatewayUnderTest gateway, string address, Person person)
    {
        fixture.GoOn(_later += TimeSpan.FromSeconds(15));
        return DoorFixture.SignInAsync(gateway, address, person);
    }
}

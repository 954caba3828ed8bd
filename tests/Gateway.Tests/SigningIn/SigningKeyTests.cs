using System.Buffers.Text;
using System.Net;
using System.Text.Json;
using AlgoStack.Gateway.Sessions;
using AlgoStack.ServiceDefaults;
using AlgoStack.Testing.Services;
using FluentAssertions;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace AlgoStack.Gateway.Tests.SigningIn;

public sealed class SigningKeyTests(SignInFixture fixture) : IClassFixture<SignInFixture>
{
    [Fact]
    public async Task A_token_says_who_and_what_for_five_minutes_and_nothing_personal()
    {
        var person = await fixture.JoinAsync("trader");
        var tokens = await fixture.SignInAsync(person);

        var (header, claims) = (Read.Part(tokens.AccessToken, 0), Read.Part(tokens.AccessToken, 1));

        header.EnumerateObject().Select(p => p.Name).Should().BeEquivalentTo("alg", "typ", "kid");
        (header.GetProperty("alg").GetString(), header.GetProperty("typ").GetString()).Should().Be(("ES256", "at+jwt"));
        claims.EnumerateObject().Select(p => p.Name).Should().BeEquivalentTo("iss", "aud", "sub", "role", "scope", "sid", "jti", "iat", "nbf", "exp");
        (claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64()).Should().Be(300);
        claims.GetProperty("role").GetString().Should().Be("trader");
        claims.GetProperty("sid").GetGuid().Should().Be(tokens.SessionId);
        claims.ToString().Should().NotContain(person.Name);
    }

    [Fact]
    public async Task What_is_published_is_public()
    {
        var keys = await Read.PublishedAsync(fixture);

        keys.Should().NotBeEmpty();
        keys[0].EnumerateObject().Select(p => p.Name).Should().BeEquivalentTo("kty", "crv", "x", "y", "kid", "use", "alg");
        Read.Kid((await fixture.SignInAsync("viewer")).AccessToken).Should().Be(keys[0].GetProperty("kid").GetString());
    }
}

/// <summary>Its clock goes ahead for good.</summary>
public sealed class KeyRotationTests(SignInFixture fixture) : IClassFixture<SignInFixture>
{
    [Fact]
    public async Task A_next_key_is_published_a_day_before_it_signs_and_the_former_verifies_until_its_last_token_has_expired()
    {
        var person = await fixture.JoinAsync("trader");
        var first = Read.Kid((await fixture.SignInAsync(person)).AccessToken);
        fixture.Clock.SetAhead(TimeSpan.FromDays(29.5));
        Read.Kid((await fixture.SignInAsync(person)).AccessToken).Should().Be(first);
        (await Read.KidsAsync(fixture)).Should().HaveCount(2).And.StartWith(first);

        fixture.Clock.SetAhead(TimeSpan.FromDays(30) - TimeSpan.FromMinutes(4));
        var last = await fixture.SignInAsync(person);
        Read.Kid(last.AccessToken).Should().Be(first);
        fixture.Clock.SetAhead(TimeSpan.FromDays(30) + TimeSpan.FromSeconds(30));
        var next = await fixture.SignInAsync(person);

        Read.Kid(next.AccessToken).Should().NotBe(first);
        (await fixture.SendAsync(HttpMethod.Get, "/auth/me", token: last.AccessToken)).StatusCode.Should().Be(HttpStatusCode.OK);
        (await fixture.SendAsync(HttpMethod.Get, "/auth/me", token: next.AccessToken)).StatusCode.Should().Be(HttpStatusCode.OK);
        fixture.Clock.SetAhead(TimeSpan.FromDays(30) + TimeSpan.FromMinutes(8));
        (await Read.KidsAsync(fixture)).Should().Equal(Read.Kid(next.AccessToken));
    }
}

/// <summary>Its clock goes ahead for good.</summary>
public sealed class DeletedKeyTests(SignInFixture fixture) : IClassFixture<SignInFixture>
{
    [Fact]
    public async Task A_key_that_is_deleted_signs_and_verifies_no_more()
    {
        var person = await fixture.JoinAsync("trader");
        var tokens = await fixture.SignInAsync(person);
        await fixture.QueryAsync("delete from gateway.signing_keys");

        fixture.Clock.SetAhead(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(20));
        await fixture.SignInAsync(person);
        (await Read.KidsAsync(fixture)).Should().NotContain(Read.Kid(tokens.AccessToken));
        await fixture.RestartAsync();

        await SignInFixture.ShouldBeRefusedAsync(await fixture.SendAsync(HttpMethod.Get, "/auth/me", token: tokens.AccessToken), 401, "token_key_unknown");
        await SignInFixture.TokensAsync(await fixture.PostAsync("/auth/refresh", new { tokens.RefreshToken }));
    }
}

/// <summary>Its clock goes ahead for good.</summary>
public sealed class RemovalTests(SignInFixture fixture) : IClassFixture<SignInFixture>
{
    [Fact]
    public async Task What_is_over_is_removed_a_week_later()
    {
        await fixture.SignInAsync("viewer");
        fixture.Clock.SetAhead(TimeSpan.FromDays(400));

        await fixture.Gateway.Services.GetServices<IHostedService>().OfType<RemoveEnded>().Single().RunAsync(CancellationToken.None);

        (await fixture.QueryAsync(
            "select (select count(*) from gateway.sessions) + (select count(*) from gateway.refresh_tokens) + (select count(*) from gateway.invitations) + (select count(*) from gateway.signing_keys)"))
            .Should().Be(0L);
        (await fixture.QueryAsync("select count(*) from gateway.users")).Should().NotBe(0L);
        await fixture.SignInAsync("viewer");
    }
}

/// <summary>Its clock goes ahead for good.</summary>
public sealed class RotationElsewhereTests(SignInFixture fixture) : IClassFixture<SignInFixture>
{
    [Fact]
    public async Task A_service_that_keeps_keys_takes_every_token_for_as_long_as_it_lives_through_two_rotations()
    {
        await using var service = await ServiceUnderTest.StartAsync(
            builder =>
            {
                builder.AddServiceDefaults();
                builder.AddTokenCheck();
                var app = builder.Build();
                app.MapGet("/read", (System.Security.Claims.ClaimsPrincipal who) => who.Identity!.Name);
                return app;
            },
            fixture.Broker.Database,
            fixture.Broker.Address,
            [new("Tokens:Authority", fixture.Gateway.Address.AbsoluteUri)],
            fixture.Clock);
        var person = await fixture.JoinAsync("trader");
        var (kids, refused) = (new HashSet<string>(StringComparer.Ordinal), new List<string>());
        var (days, minutes) = (Enumerable.Range(0, 62).Select(day => TimeSpan.FromDays(day)), Enumerable.Range(-6, 13));
        var times = days.Concat(minutes.SelectMany(i => new[] { 30, 60 }.Select(day => TimeSpan.FromDays(day) + TimeSpan.FromMinutes(3 * i)))).Distinct().Order();
        (TimeSpan At, SigningIn.Tokens Tokens)? former = null;
        foreach (var at in times)
        {
            fixture.Clock.SetAhead(at);
            var tokens = await fixture.SignInAsync(person);
            kids.Add(Read.Kid(tokens.AccessToken));
            await AskAsync(tokens);
            // Just before the one before this one expires, with the keys that the service has by then.
            fixture.Clock.SetAhead(at + TimeSpan.FromSeconds(100));
            await AskAsync(tokens);
            if (former is { } before && at - before.At == TimeSpan.FromMinutes(3)) await AskAsync(before.Tokens);
            former = (at, tokens);
        }

        kids.Should().HaveCount(3);
        refused.Should().BeEmpty();

        async Task AskAsync(SigningIn.Tokens tokens)
        {
            service.Http.DefaultRequestHeaders.Authorization = new("Bearer", tokens.AccessToken);
            using var answer = await service.Http.GetAsync("/read");
            if (!answer.IsSuccessStatusCode) refused.Add($"{fixture.Clock.GetUtcNow():O} {await answer.Content.ReadAsStringAsync()}");
        }
    }
}

internal static class Read
{
    public static string Kid(string token) => Part(token, 0).GetProperty("kid").GetString()!;

    public static JsonElement Part(string token, int part) => JsonDocument.Parse(Base64Url.DecodeFromChars(token.Split('.')[part])).RootElement;

    public static async Task<List<JsonElement>> PublishedAsync(SignInFixture fixture) =>
        [.. (await SignInFixture.JsonAsync(await fixture.SendAsync(HttpMethod.Get, "/.well-known/jwks.json"))).GetProperty("keys").EnumerateArray()];

    public static async Task<IEnumerable<string>> KidsAsync(SignInFixture fixture) =>
        (await PublishedAsync(fixture)).Select(k => k.GetProperty("kid").GetString()!);
}

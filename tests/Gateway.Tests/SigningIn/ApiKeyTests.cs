using System.Net;
using System.Text.Json;
using AlgoStack.Gateway.ApiKeys;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Gateway.Tests.SigningIn;

public sealed class ApiKeyTests(SignInFixture fixture) : IClassFixture<SignInFixture>, IDisposable
{
    public void Dispose() => fixture.Clock.SetAhead(TimeSpan.Zero);

    [Fact]
    public async Task A_program_takes_tokens_for_its_key_with_the_scopes_of_the_key()
    {
        var tokens = await fixture.SignInAsync("trader");
        var (_, secret) = await MakeAsync(tokens, ["read"]);
        secret.Should().StartWith("algostack_");

        using var answer = await TakeAsync(secret);

        var json = await SignInFixture.JsonAsync(answer);
        json.GetProperty("scopes").EnumerateArray().Select(s => s.GetString()).Should().Equal("read");
        var claims = Claims(json.GetProperty("accessToken").GetString()!);
        claims.GetProperty("scope").GetString().Should().Be("read");
        claims.TryGetProperty("sid", out _).Should().BeFalse();
    }

    [Fact]
    public async Task A_token_of_a_program_does_nothing_that_only_a_person_does()
    {
        var tokens = await fixture.SignInAsync("trader");
        var (id, secret) = await MakeAsync(tokens, ["read", "trade"]);
        var token = await TokenAsync(secret);

        foreach (var (method, path, body) in ((HttpMethod, string, object?)[])
        [
            (HttpMethod.Get, "/auth/me", null), (HttpMethod.Get, "/auth/sessions", null), (HttpMethod.Get, "/auth/api-keys", null),
            (HttpMethod.Post, "/auth/password", new { Current = "a", New = "b" }), (HttpMethod.Post, "/auth/two-factor", new { Password = "a" }),
            (HttpMethod.Post, "/auth/api-keys", new { Name = "more", Scopes = (string[])["read"] }), (HttpMethod.Post, $"/auth/api-keys/{id}/rotate", null),
            (HttpMethod.Delete, $"/auth/api-keys/{id}", null), (HttpMethod.Post, "/auth/sign-out", null), (HttpMethod.Post, "/auth/invitations", new { Role = "viewer" }),
        ])
        {
            await SignInFixture.ShouldBeRefusedAsync(await fixture.SendAsync(method, path, body, token), 403, "scope_missing");
        }
    }

    [Theory]
    [InlineData("""{"name":"","scopes":["read"]}""", 422, "name_invalid")]
    [InlineData("""{"name":"two\nlines","scopes":["read"]}""", 422, "name_invalid")]
    [InlineData("""{"name":"k","scopes":[]}""", 422, "scopes_invalid")]
    [InlineData("""{"name":"k","scopes":["admin"]}""", 422, "scopes_invalid")]
    [InlineData("""{"name":"k","scopes":["READ"]}""", 422, "scopes_invalid")]
    [InlineData("""{"name":"k","scopes":[null]}""", 422, "scopes_invalid")]
    [InlineData("""{"name":"k","scopes":["read"],"days":0}""", 422, "lifetime_invalid")]
    [InlineData("""{"name":"k","scopes":["read"],"days":181}""", 422, "lifetime_invalid")]
    [InlineData("""{"name":"k","scopes":["read"],"days":1e99}""", 400, "bad_request")]
    [InlineData("""{"name":"k"}""", 400, "bad_request")]
    public async Task A_key_that_makes_no_sense_is_not_made(string body, int status, string code)
    {
        var tokens = await fixture.SignInAsync("trader");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/auth/api-keys") { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Add("Authorization", $"Bearer {tokens.AccessToken}");

        await SignInFixture.ShouldBeRefusedAsync(await fixture.Http.SendAsync(request), status, code);
    }

    [Fact]
    public async Task A_secret_is_shown_once_and_its_last_use_is_noted()
    {
        var tokens = await fixture.SignInAsync("viewer");
        var (_, secret) = await MakeAsync(tokens, ["read"]);
        (await OneAsync(tokens)).GetProperty("lastUsedAt").ValueKind.Should().Be(JsonValueKind.Null);

        fixture.Clock.SetAhead(TimeSpan.FromMinutes(2));
        await TokenAsync(secret);

        var listed = await OneAsync(tokens);
        listed.GetProperty("lastUsedAt").GetDateTimeOffset().Should().BeCloseTo(fixture.Clock.GetUtcNow(), TimeSpan.FromSeconds(20));
        listed.GetProperty("hint").GetString().Should().Be(secret[..16]);
        ((string)(await fixture.QueryAsync("select string_agg(s::text, ' ') from gateway.api_key_secrets s"))!).Should().NotContain(secret[17..]);
    }

    [Fact]
    public async Task The_former_secret_is_good_for_a_day_beside_the_next()
    {
        var tokens = await fixture.SignInAsync("trader");
        var (id, former) = await MakeAsync(tokens, ["read"]);

        var next = (await SignInFixture.JsonAsync(await fixture.PostAsync($"/auth/api-keys/{id}/rotate", null, tokens.AccessToken))).GetProperty("secret").GetString()!;

        next.Should().NotBe(former);
        fixture.Clock.SetAhead(TimeSpan.FromHours(23.9));
        await TokenAsync(former);
        await TokenAsync(next);
        fixture.Clock.SetAhead(TimeSpan.FromHours(24.1));
        await SignInFixture.ShouldBeRefusedAsync(await TakeAsync(former), 401, "api_key_invalid");
        await TokenAsync(next);
    }

    [Fact]
    public async Task A_key_is_over_when_its_days_are()
    {
        var tokens = await fixture.SignInAsync("trader");
        var (_, secret) = await MakeAsync(tokens, ["read"], days: 2);

        fixture.Clock.SetAhead(TimeSpan.FromDays(1.99));
        await TokenAsync(secret);
        fixture.Clock.SetAhead(TimeSpan.FromDays(2.01));
        await SignInFixture.ShouldBeRefusedAsync(await TakeAsync(secret), 401, "api_key_invalid");
    }

    [Fact]
    public async Task A_revoked_key_is_none_and_nobody_revokes_or_rotates_anothers()
    {
        var (tokens, stranger) = (await fixture.SignInAsync("trader"), await fixture.SignInAsync("trader"));
        var (id, secret) = await MakeAsync(tokens, ["read"]);

        await SignInFixture.ShouldBeRefusedAsync(await fixture.SendAsync(HttpMethod.Delete, $"/auth/api-keys/{id}", token: stranger.AccessToken), 404, "api_key_not_found");
        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync($"/auth/api-keys/{id}/rotate", null, stranger.AccessToken), 404, "api_key_not_found");
        (await fixture.SendAsync(HttpMethod.Delete, $"/auth/api-keys/{id}", token: tokens.AccessToken)).StatusCode.Should().Be(HttpStatusCode.NoContent);

        await SignInFixture.ShouldBeRefusedAsync(await TakeAsync(secret), 401, "api_key_invalid");
        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync($"/auth/api-keys/{id}/rotate", null, tokens.AccessToken), 404, "api_key_not_found");
    }

    [Fact]
    public async Task A_token_had_for_a_key_ends_here_with_the_key()
    {
        var tokens = await fixture.SignInAsync("trader");
        var (id, secret) = await MakeAsync(tokens, ["read"]);
        var token = await TokenAsync(secret);
        await SignInFixture.ShouldBeRefusedAsync(await fixture.SendAsync(HttpMethod.Get, "/auth/me", token: token), 403, "scope_missing");

        await fixture.SendAsync(HttpMethod.Delete, $"/auth/api-keys/{id}", token: tokens.AccessToken);

        await SignInFixture.ShouldBeRefusedAsync(await fixture.SendAsync(HttpMethod.Get, "/auth/me", token: token), 401, "token_revoked");
    }

    [Fact]
    public async Task A_user_has_twenty_keys_even_when_they_ask_for_more_at_once()
    {
        var tokens = await fixture.SignInAsync("trader");

        var answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => fixture.PostAsync("/auth/api-keys", new { Name = $"k{i}", Scopes = (string[])["read"] }, tokens.AccessToken)));

        answers.Count(a => a.StatusCode == HttpStatusCode.OK).Should().Be(20);
        answers.Count(a => a.StatusCode == HttpStatusCode.Conflict).Should().Be(4);
    }

    [Fact]
    public async Task A_key_may_no_more_than_its_user_may_by_now()
    {
        var person = await fixture.JoinAsync("trader");
        var (_, secret) = await MakeAsync(await fixture.SignInAsync(person), ["read", "trade"]);
        await fixture.QueryAsync($"update gateway.users set role = 'viewer' where name = '{person.Name}'");

        (await SignInFixture.JsonAsync(await TakeAsync(secret))).GetProperty("scopes").EnumerateArray().Select(s => s.GetString()).Should().Equal("read");
    }

    [Fact]
    public async Task A_key_that_ends_within_a_fortnight_says_so_until_it_is_rotated()
    {
        var tokens = await fixture.SignInAsync("trader");
        var (id, _) = await MakeAsync(tokens, ["read"], days: 20);
        (await ListedAsync()).GetProperty("endsSoon").GetBoolean().Should().BeFalse();

        await fixture.QueryAsync($"update gateway.api_key_secrets set expires_at = expires_at - interval '6.5 days' where key_id = '{id}'");
        (await ListedAsync()).GetProperty("endsSoon").GetBoolean().Should().BeTrue();
        (await ListedAsync()).GetProperty("expiresAt").GetDateTimeOffset().Should().BeCloseTo(fixture.Clock.GetUtcNow().AddDays(13.5), TimeSpan.FromMinutes(1));
        var ends = await fixture.Gateway.Services.GetRequiredService<ApiKeyTable>().EndsAsync(CancellationToken.None);
        ends.EndingSoon.Should().BePositive();
        ends.NextEnd.Should().BeBefore(fixture.Clock.GetUtcNow().AddDays(14));
        await fixture.PostAsync($"/auth/api-keys/{id}/rotate", null, tokens.AccessToken);
        (await ListedAsync()).GetProperty("endsSoon").GetBoolean().Should().BeFalse();

        async Task<JsonElement> ListedAsync() =>
            (await SignInFixture.JsonAsync(await fixture.SendAsync(HttpMethod.Get, "/auth/api-keys", token: tokens.AccessToken))).EnumerateArray().Single();
    }

    [Theory]
    [InlineData("")]
    [InlineData("algostack_")]
    [InlineData("' or 1=1 --")]
    [InlineData("🔑")]
    public async Task What_is_no_key_is_refused(string secret)
    {
        await SignInFixture.ShouldBeRefusedAsync(await TakeAsync(secret), 401, "api_key_invalid");
    }

    private async Task<(Guid Id, string Secret)> MakeAsync(Tokens tokens, string[] scopes, int days = 180)
    {
        using var made = await fixture.PostAsync("/auth/api-keys", new { Name = "robot", Scopes = scopes, Days = days }, tokens.AccessToken);
        made.EnsureSuccessStatusCode();
        made.Headers.CacheControl!.NoStore.Should().BeTrue();
        var json = await SignInFixture.JsonAsync(made);
        return (json.GetProperty("keyId").GetGuid(), json.GetProperty("secret").GetString()!);
    }

    private Task<HttpResponseMessage> TakeAsync(string secret) => fixture.PostAsync("/auth/token", new { ApiKey = secret });

    private async Task<string> TokenAsync(string secret)
    {
        using var answer = await TakeAsync(secret);
        answer.EnsureSuccessStatusCode();
        return (await SignInFixture.JsonAsync(answer)).GetProperty("accessToken").GetString()!;
    }

    private async Task<JsonElement> OneAsync(Tokens tokens) =>
        (await SignInFixture.JsonAsync(await fixture.SendAsync(HttpMethod.Get, "/auth/api-keys", token: tokens.AccessToken)))
        .EnumerateArray().Single().GetProperty("secrets").EnumerateArray().Single();

    private static JsonElement Claims(string token) => JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1])).RootElement;
}

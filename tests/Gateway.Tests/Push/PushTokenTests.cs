using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using AlgoStack.Gateway.Tests.SigningIn;
using AlgoStack.Gateway.Tokens;
using AlgoStack.Testing.Tokens;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Gateway.Tests.Push;

public sealed class PushTokenTests(SignInFixture fixture) : IClassFixture<SignInFixture>
{
    private const string SocketPath = "/api/v1/ws";
    private const string HubPath = "/api/v1/hub";

    public static IEnumerable<object[]> Wrong => WrongTokens.NamesAndCodes.SelectMany(wrong => new[] { SocketPath, HubPath }.Select(path => (object[])[path, .. wrong]));

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_token_that_is_wrong_opens_nothing(string path, string wrong, string code)
    {
        var signing = await fixture.Gateway.Services.GetRequiredService<SigningKeys>().CurrentAsync(CancellationToken.None);
        using var key = new TestKey(signing.Kid, signing.Open());
        var token = WrongTokens.All[wrong].Make(key, fixture.Clock.GetUtcNow());

        using var answer = await HandshakeAsync($"{path}?token={Uri.EscapeDataString(token)}");

        await SignInFixture.ShouldBeRefusedAsync(answer, 401, code);
    }

    [Theory]
    [InlineData(SocketPath)]
    [InlineData(HubPath)]
    public async Task Without_a_token_or_with_two_nothing_opens(string path)
    {
        var token = (await fixture.SignInAsync("viewer")).AccessToken;

        await SignInFixture.ShouldBeRefusedAsync(await HandshakeAsync(path), 401, "token_missing");
        await SignInFixture.ShouldBeRefusedAsync(await HandshakeAsync($"{path}?token="), 401, "token_malformed");
        await SignInFixture.ShouldBeRefusedAsync(await HandshakeAsync($"{path}?token={token}&token={token}"), 401, "token_ambiguous");
        await SignInFixture.ShouldBeRefusedAsync(await HandshakeAsync($"{path}?token={token}", ("Authorization", $"Bearer {token}")), 401, "token_ambiguous");
        await SignInFixture.ShouldBeRefusedAsync(await fixture.SendAsync(HttpMethod.Post, $"{HubPath}/negotiate?negotiateVersion=1"), 401, "token_missing");
    }

    [Theory]
    [InlineData(SocketPath)]
    [InlineData(HubPath)]
    public async Task A_token_without_the_scope_opens_nothing(string path)
    {
        var token = await ProgramTokenAsync(await fixture.SignInAsync("trader"), "trade");

        await SignInFixture.ShouldBeRefusedAsync(await HandshakeAsync($"{path}?token={token.Text}"), 403, "scope_missing");
    }

    [Theory]
    [InlineData(SocketPath)]
    [InlineData(HubPath)]
    public async Task A_session_that_has_ended_opens_nothing(string path)
    {
        var tokens = await fixture.SignInAsync("viewer");
        await fixture.PostAsync("/auth/sign-out", null, tokens.AccessToken);

        await SignInFixture.ShouldBeRefusedAsync(await HandshakeAsync($"{path}?token={tokens.AccessToken}"), 401, "token_revoked");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_token_is_taken_from_the_header_the_address_and_the_consoles_cookie(bool hub)
    {
        var person = await fixture.JoinAsync("viewer");
        var token = (await fixture.SignInAsync(person)).AccessToken;
        using var byHeader = await PushClient.JoinAsync(fixture.Gateway, hub, "", options => options.SetRequestHeader("Authorization", $"Bearer {token}"));
        using var byAddress = await PushClient.JoinAsync(fixture.Gateway, hub, $"?x=1&access_token={token}");
        using var signedIn = await fixture.PostAsync("/auth/sign-in", new { person.Name, person.Password, Cookies = true }, null, ("X-AlgoStack-Console", "1"));
        var cookies = string.Join("; ", signedIn.Headers.GetValues("Set-Cookie").Select(c => c.Split(';')[0]));

        using var byCookie = await PushClient.JoinAsync(fixture.Gateway, hub, "", options =>
        {
            options.SetRequestHeader("Cookie", cookies);
            options.SetRequestHeader("Origin", fixture.Gateway.Address.GetLeftPart(UriPartial.Authority));
        });

        await SignInFixture.ShouldBeRefusedAsync(
            await HandshakeAsync(hub ? HubPath : SocketPath, ("Cookie", cookies), ("Origin", "http://127.0.0.1:1")), 403, "cross_site_request");
    }

    [Fact]
    public async Task What_is_no_handshake_is_told_to_be_one()
    {
        var token = (await fixture.SignInAsync("viewer")).AccessToken;

        await SignInFixture.ShouldBeRefusedAsync(await fixture.SendAsync(HttpMethod.Get, SocketPath, token: token), 426, "websocket_required");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_connection_ends_when_its_token_expires(bool hub)
    {
        using var client = await PushClient.JoinAsync(fixture.Gateway, (await fixture.SignInAsync("viewer")).AccessToken, hub);

        await LaterAsync(TimeSpan.FromMinutes(5.2), async () => (await client.UntilClosedAsync()).Should().Be((4401, "token_expired: the token has expired and was not renewed.")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_token_that_is_renewed_keeps_the_connection_until_that_expires(bool hub)
    {
        var tokens = await fixture.SignInAsync("viewer");
        using var client = await PushClient.JoinAsync(fixture.Gateway, tokens.AccessToken, hub);
        using var other = await PushClient.JoinAsync(fixture.Gateway, tokens.AccessToken, hub);
        await LaterAsync(TimeSpan.FromMinutes(4), async () =>
        {
            var next = await SignInFixture.TokensAsync(await fixture.PostAsync("/auth/refresh", new { tokens.RefreshToken }));
            await client.TellAsync("token", new { Token = next.AccessToken });
            (await client.UntilAsync("renewed")).GetProperty("expiresAt").GetDateTimeOffset()
                .Should().BeCloseTo(fixture.Clock.GetUtcNow() + TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(20));
        });

        await LaterAsync(TimeSpan.FromMinutes(7), async () =>
        {
            (await other.UntilClosedAsync()).Code.Should().Be(4401, "what was not renewed ends");
            await client.SubscribeAsync("still", new { Kinds = (string[])["alerts"] });
        });
        await LaterAsync(TimeSpan.FromMinutes(9.5), async () => (await client.UntilClosedAsync()).Code.Should().Be(4401));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_token_that_renews_nothing_is_refused_and_the_connection_stands(bool hub)
    {
        var tokens = await fixture.SignInAsync("trader");
        using var client = await PushClient.JoinAsync(fixture.Gateway, tokens.AccessToken, hub);

        (await RenewAsync("nothing")).Should().Be("token_malformed");
        (await RenewAsync("")).Should().Be("token_missing");
        (await RenewAsync((await fixture.SignInAsync("trader")).AccessToken)).Should().Be("token_of_another");
        (await RenewAsync((await ProgramTokenAsync(tokens, "trade")).Text)).Should().Be("scope_missing");
        await client.SubscribeAsync("still", new { Kinds = (string[])["alerts"] });

        async Task<string> RenewAsync(string token)
        {
            await client.TellAsync("token", new { Token = token });
            return (await client.UntilAsync("error")).GetProperty("code").GetString()!;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_connection_ends_with_the_session_that_it_was_opened_in_and_no_other(bool hub)
    {
        var person = await fixture.JoinAsync("viewer");
        var (mine, other) = (await fixture.SignInAsync(person), await fixture.SignInAsync(person));
        using var client = await PushClient.JoinAsync(fixture.Gateway, mine.AccessToken, hub);
        using var stays = await PushClient.JoinAsync(fixture.Gateway, other.AccessToken, hub);

        await fixture.PostAsync("/auth/sign-out", null, mine.AccessToken);

        (await client.UntilClosedAsync()).Should().Be((4401, "token_revoked: what the token was had for has ended."));
        await stays.SubscribeAsync("still", new { Kinds = (string[])["alerts"] });
    }

    [Fact]
    public async Task A_connection_ends_with_the_api_key_that_it_was_opened_by()
    {
        var tokens = await fixture.SignInAsync("viewer");
        var program = await ProgramTokenAsync(tokens, "read");
        using var client = await PushClient.JoinAsync(fixture.Gateway, program.Text);

        (await fixture.SendAsync(HttpMethod.Delete, $"/auth/api-keys/{program.KeyId}", token: tokens.AccessToken)).StatusCode.Should().Be(HttpStatusCode.NoContent);

        (await client.UntilClosedAsync()).Reason.Should().StartWith("token_revoked");
    }

    [Fact]
    public async Task No_log_and_no_trace_has_a_token_in_it()
    {
        var tags = new ConcurrentQueue<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => tags.Enqueue($"{activity.Source.Name} {activity.DisplayName} {string.Join(' ', activity.TagObjects.Select(t => $"{t.Key}={t.Value}"))}"),
        };
        ActivitySource.AddActivityListener(listener);
        using var logs = new KeptLogs();
        var token = (await fixture.SignInAsync("viewer")).AccessToken;
        await using (var gateway = await GatewayUnderTest.StartAsync(fixture.Broker, new Dictionary<string, Uri>(StringComparer.Ordinal), logs: logs))
        {
            foreach (var hub in (bool[])[false, true])
            {
                using var client = await PushClient.JoinAsync(gateway, token, hub);
                await client.TellAsync("token", new { Token = token });
                await client.UntilAsync("renewed");
                using var http = new HttpClient { BaseAddress = gateway.Address };
                using var refused = await http.GetAsync($"{(hub ? HubPath : SocketPath)}?token={token}x&x=seen");
                refused.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
            }
        }

        logs.Text.Should().Contain("x=seen", "addresses are logged").And.NotContain(token).And.NotContain(token.Split('.')[2]);
        // What this test's own client says of its requests is no trace of the gateway's.
        tags.Where(t => !t.StartsWith("System.Net", StringComparison.Ordinal)).Should().Contain(t => t.Contains(SocketPath)).And.NotContain(t => t.Contains(token.Split('.')[2]));
    }

    private async Task<HttpResponseMessage> HandshakeAsync(string target, params (string Name, string Value)[] headers) => await fixture.SendAsync(
        HttpMethod.Get, target, null, null,
        [("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), .. headers]);

    private async Task<(string Text, string KeyId)> ProgramTokenAsync(AlgoStack.Gateway.Tests.SigningIn.Tokens tokens, string scope)
    {
        using var made = await fixture.PostAsync("/auth/api-keys", new { Name = "feed", Scopes = (string[])[scope] }, tokens.AccessToken);
        made.EnsureSuccessStatusCode();
        var key = await SignInFixture.JsonAsync(made);
        using var taken = await fixture.PostAsync("/auth/token", new { ApiKey = key.GetProperty("secret").GetString() });
        taken.EnsureSuccessStatusCode();
        return ((await SignInFixture.JsonAsync(taken)).GetProperty("accessToken").GetString()!, key.GetProperty("keyId").GetString()!);
    }

    private async Task LaterAsync(TimeSpan by, Func<Task> then)
    {
        fixture.Clock.SetAhead(by);
        try
        {
            await then();
        }
        finally
        {
            fixture.Clock.SetAhead(TimeSpan.Zero);
        }
    }
}

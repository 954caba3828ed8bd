using System.Net.Http.Json;
using AlgoStack.Gateway.Forwarding;
using AlgoStack.Gateway.Tests.SigningIn;
using AlgoStack.Gateway.TwoFactor;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Gateway.Tests.Audit;

public sealed class PersonalDataTests(AuditFixture fixture) : IClassFixture<AuditFixture>
{
    private const string Name = "Ada-Unmistakable";
    private const string Agent = "unmistakable-agent/9";
    private const string Password = "correct zebra battery";
    private const string Wrong = "mistaken zebra battery";
    private const string Next = "another zebra battery";

    [Fact]
    public async Task No_line_of_the_log_and_no_event_has_a_name_an_address_a_password_or_a_token_in_it()
    {
        using var logs = new KeptLogs();
        var secrets = new List<string> { Name, Agent, Password, Wrong, Next, AuditFixture.Address };
        await using (var gateway = await GatewayUnderTest.StartAsync(
            fixture.Broker, Routes.Services.ToDictionary(s => s, _ => new Uri("http://127.0.0.1:9"), StringComparer.Ordinal), clock: fixture.Clock, logs: logs))
        {
            using var http = fixture.NewClient(Agent);
            http.BaseAddress = gateway.Address;
            await LiveAsync(http, secrets);
        }

        logs.Text.Should().Contain("/auth/sign-in", "all lines are kept").And.Contain("signed in, session");
        foreach (var secret in secrets)
        {
            logs.Text.Should().NotContainEquivalentOf(secret);
            (await fixture.QueryAsync($"select count(*) from gateway.mt_events e where e::text ilike '%{secret}%'")).Should().Be(0L, "no event has {0}", secret);
        }
    }

    private async Task LiveAsync(HttpClient http, List<string> secrets)
    {
        await http.PostAsJsonAsync("/auth/users", new { Invitation = await fixture.InviteAsync("admin"), Name, Password });
        await http.PostAsJsonAsync("/auth/sign-in", new { Name, Password = Wrong });
        await http.PostAsJsonAsync("/auth/sign-in", new { Name = Wrong, Password });
        await http.PostAsync("/auth/sign-in", new StringContent($$"""{"name":"{{Name}}","password":"{{Password}}","code":7}""", null, "application/json"));
        var tokens = await SignInAsync(null);
        http.DefaultRequestHeaders.Authorization = new("Bearer", tokens.AccessToken);
        var begun = await SignInFixture.JsonAsync(await http.PostAsJsonAsync("/auth/two-factor", new { Password }));
        var secret = begun.GetProperty("secret").GetString()!;
        var on = await SignInFixture.JsonAsync(await http.PostAsJsonAsync(
            "/auth/two-factor/confirm", new { Code = Totp.Code(TwoFactorTests.Read(secret), fixture.Clock.GetUtcNow().ToUnixTimeSeconds() / 30) }));
        var paper = on.GetProperty("recoveryCodes")[0].GetString()!;
        await SignInAsync(paper);
        var refreshed = await SignInFixture.TokensAsync(await http.PostAsJsonAsync("/auth/refresh", new { tokens.RefreshToken }));
        await http.PostAsJsonAsync("/auth/password", new { Current = Wrong, New = Next });
        await http.PostAsJsonAsync("/auth/password", new { Current = Password, New = Next });
        var key = (await SignInFixture.JsonAsync(await http.PostAsJsonAsync("/auth/api-keys", new { name = Name, Scopes = (string[])["read"] }))).GetProperty("secret").GetString()!;
        var program = (await SignInFixture.JsonAsync(await http.PostAsJsonAsync("/auth/token", new { ApiKey = key }))).GetProperty("accessToken").GetString()!;
        await http.GetAsync($"/api/v1/ws?token={program}");
        await http.PostAsync("/api/v1/orders", null);
        await http.PutAsync("/api/v1/routing/accounts/main/limits", null);
        var user = (await SignInFixture.JsonAsync(await http.GetAsync("/auth/me"))).GetProperty("userId").GetString();
        await http.GetAsync("/auth/me/export");
        await http.GetAsync($"/api/v1/audit?user={user}");
        await http.PostAsJsonAsync("/auth/refresh", new { tokens.RefreshToken });
        http.DefaultRequestHeaders.Authorization = null;
        for (var i = 0; i < 12; i++) await http.PostAsJsonAsync("/auth/sign-in", new { Name, Password = Wrong });
        secrets.AddRange([
            tokens.AccessToken.Split('.')[2], tokens.RefreshToken, refreshed.AccessToken.Split('.')[2], refreshed.RefreshToken, secret, paper, key, program.Split('.')[2],
        ]);

        async Task<SigningIn.Tokens> SignInAsync(string? code)
        {
            using var answer = await http.PostAsJsonAsync("/auth/sign-in", new { Name, Password, Code = code });
            answer.EnsureSuccessStatusCode();
            return await SignInFixture.TokensAsync(answer);
        }
    }
}

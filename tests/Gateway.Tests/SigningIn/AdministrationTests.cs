using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AlgoStack.Gateway.Tests.Audit;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Gateway.Tests.SigningIn;

public sealed class AdministrationTests(AuditFixture fixture) : IClassFixture<AuditFixture>
{
    [Fact]
    public async Task An_administrator_sees_all_users_with_role_state_second_factor_and_last_sign_in()
    {
        var person = await fixture.JoinAsync("trader");
        var admin = await fixture.SignInAsync(fixture.Admin);
        (await OneAsync(person, admin)).GetProperty("lastSignedInAt").ValueKind.Should().Be(JsonValueKind.Null);
        await KeyAsync(await fixture.SignInAsync(person));

        var seen = await OneAsync(person, admin);

        (seen.GetProperty("role").GetString(), seen.GetProperty("state").GetString(), seen.GetProperty("hasSecondFactor").GetBoolean()).Should().Be(("trader", "enabled", false));
        seen.GetProperty("lastSignedInAt").GetDateTimeOffset().Should().BeCloseTo(fixture.Clock.GetUtcNow(), TimeSpan.FromSeconds(20));
        (seen.GetProperty("openSessions").GetInt32(), seen.GetProperty("openApiKeys").GetInt32()).Should().Be((1, 1));
        (await SignInFixture.JsonAsync(await SendAsync(HttpMethod.Get, $"/auth/users/{seen.GetProperty("userId").GetString()}", admin))).ToString().Should().Be(seen.ToString());
    }

    [Fact]
    public async Task A_change_of_role_ends_sessions_and_narrows_keys_at_once_and_says_before_and_after()
    {
        var person = await fixture.JoinAsync("trader");
        var tokens = await fixture.SignInAsync(person);
        var user = await fixture.UserIdAsync(tokens);
        var (key, _) = await KeyAsync(tokens, "read", "trade");
        var program = await TokenAsync(key);
        var admin = await fixture.SignInAsync(fixture.Admin);

        (await SendAsync(HttpMethod.Put, $"/auth/users/{user}/role", admin, new { Role = "viewer" })).StatusCode.Should().Be(HttpStatusCode.NoContent);

        await SignInFixture.ShouldBeRefusedAsync(await SendAsync(HttpMethod.Get, "/auth/me", tokens), 401, "token_revoked");
        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync("/auth/refresh", new { tokens.RefreshToken }), 401, "session_ended");
        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync("/api/v1/orders", null, program), 401, "token_revoked");
        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync("/api/v1/orders", null, await TokenAsync(key)), 403, "scope_missing");
        var again = await fixture.SignInAsync(person);
        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync("/api/v1/orders", null, again.AccessToken), 403, "scope_missing");
        var changed = (await fixture.EntriesAsync($"user={user}&action=role_changed", 1)).Single();
        (changed.GetProperty("details").GetProperty("before").GetString(), changed.GetProperty("details").GetProperty("after").GetString()).Should().Be(("trader", "viewer"));
        changed.GetProperty("by").GetProperty("name").GetString().Should().Be(fixture.Admin.Name);
    }

    [Fact]
    public async Task Who_is_disabled_is_out_at_once_until_enabled()
    {
        var person = await fixture.JoinAsync("trader");
        var tokens = await fixture.SignInAsync(person);
        var user = await fixture.UserIdAsync(tokens);
        var (key, _) = await KeyAsync(tokens, "read");
        var program = await TokenAsync(key);
        var admin = await fixture.SignInAsync(fixture.Admin);

        (await SendAsync(HttpMethod.Post, $"/auth/users/{user}/disable", admin)).StatusCode.Should().Be(HttpStatusCode.NoContent);

        await SignInFixture.ShouldBeRefusedAsync(await SendAsync(HttpMethod.Get, "/auth/me", tokens), 401, "token_revoked");
        await SignInFixture.ShouldBeRefusedAsync(await fixture.SendAsync(HttpMethod.Get, "/api/v1/orders", token: program), 401, "token_revoked");
        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync("/auth/token", new { ApiKey = key }), 401, "api_key_invalid");
        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync("/auth/refresh", new { tokens.RefreshToken }), 401, "session_ended");
        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync("/auth/sign-in", new { person.Name, person.Password }), 401, "user_disabled");
        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync("/auth/sign-in", new { person.Name, Password = "not the password" }), 401, "sign_in_failed");
        (await OneAsync(person, admin)).GetProperty("state").GetString().Should().Be("disabled");

        (await SendAsync(HttpMethod.Post, $"/auth/users/{user}/enable", admin)).StatusCode.Should().Be(HttpStatusCode.NoContent);
        await fixture.SignInAsync(person);
        await TokenAsync(key);
        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync("/auth/refresh", new { tokens.RefreshToken }), 401, "session_ended");
    }

    [Fact]
    public async Task A_deleted_user_leaves_nothing_personal_and_the_log_whole()
    {
        var person = await fixture.JoinAsync("admin");
        using var http = fixture.NewClient("unmistakable-agent/9");
        var tokens = await SignInFixture.TokensAsync(await http.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/auth/sign-in")
        {
            Content = JsonContent.Create(new { person.Name, person.Password }),
        }));
        var user = await fixture.UserIdAsync(tokens);
        var (key, _) = await KeyAsync(tokens, "read");
        using var invited = await fixture.PostAsync("/auth/invitations", new { Role = "admin" }, tokens.AccessToken);
        var link = (await SignInFixture.JsonAsync(invited)).GetProperty("link").GetString()!.Split('#')[1];
        await fixture.PostAsync("/auth/sign-in", new { person.Name, Password = "not the password" });
        var admin = await fixture.SignInAsync(fixture.Admin);
        (await PersonalAsync()).Should().BeGreaterThan(0);

        (await SendAsync(HttpMethod.Delete, $"/auth/users/{user}", admin)).StatusCode.Should().Be(HttpStatusCode.NoContent);

        await SignInFixture.ShouldBeRefusedAsync(await SendAsync(HttpMethod.Get, "/auth/me", tokens), 401, "token_revoked");
        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync("/auth/token", new { ApiKey = key }), 401, "api_key_invalid");
        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync("/auth/users", new { Invitation = link, Name = "late", SignInFixture.Password }), 422, "invitation_invalid");
        await SignInFixture.ShouldBeRefusedAsync(await SendAsync(HttpMethod.Delete, $"/auth/users/{user}", admin), 404, "user_not_found");
        (await PersonalAsync()).Should().Be(0);
        var entries = await fixture.EntriesAsync($"user={user}", 6, admin.AccessToken);
        AuditFixture.Actions(entries).Should().Equal("user_made", "signed_in", "api_key_made", "user_invited", "sign_in_failed", "user_deleted");
        entries[1].GetProperty("user").GetProperty("name").ValueKind.Should().Be(JsonValueKind.Null);
        entries[1].GetProperty("by").GetProperty("address").ValueKind.Should().Be(JsonValueKind.Null);
        using var verified = await fixture.SendAsync(HttpMethod.Get, "/api/v1/stores/gateway/chain/verification", token: admin.AccessToken);
        (await verified.Content.ReadAsStringAsync()).Should().Contain("\"findings\":0").And.NotContain("event: finding");

        async Task<long> PersonalAsync()
        {
            var found = 0L;
            foreach (var table in (string[])["users", "sessions", "places", "api_keys", "sign_in_failures", "audit_entries", "mt_events", "idempotency_keys"])
            {
                if (await fixture.QueryAsync($"select to_regclass('gateway.{table}')::text") is not string) continue;

                found += (long)(await fixture.QueryAsync($"select count(*) from gateway.{table} t where t::text like '%{person.Name}%' or t::text like '%unmistakable-agent%'"))!;
            }

            return found + (long)(await fixture.QueryAsync($"select count(*) from gateway.sessions where user_id = '{user}'"))!;
        }
    }

    [Fact]
    public async Task An_administrator_ends_sessions_and_keys_of_others()
    {
        var person = await fixture.JoinAsync("trader");
        var tokens = await fixture.SignInAsync(person);
        var user = await fixture.UserIdAsync(tokens);
        var (_, id) = await KeyAsync(tokens, "read");
        var admin = await fixture.SignInAsync(fixture.Admin);
        (await ListAsync($"/auth/users/{user}/sessions", admin)).Should().ContainSingle(s => s.GetProperty("sessionId").GetGuid() == tokens.SessionId);
        (await ListAsync($"/auth/users/{user}/api-keys", admin)).Should().ContainSingle(k => k.GetProperty("keyId").GetString() == id);

        (await SendAsync(HttpMethod.Delete, $"/auth/users/{user}/sessions/{tokens.SessionId}", admin)).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await SendAsync(HttpMethod.Delete, $"/auth/users/{user}/api-keys/{id}", admin)).StatusCode.Should().Be(HttpStatusCode.NoContent);

        await SignInFixture.ShouldBeRefusedAsync(await SendAsync(HttpMethod.Get, "/auth/me", tokens), 401, "token_revoked");
        await SignInFixture.ShouldBeRefusedAsync(await SendAsync(HttpMethod.Delete, $"/auth/users/{user}/sessions/{tokens.SessionId}", admin), 404, "session_not_found");
        await SignInFixture.ShouldBeRefusedAsync(await SendAsync(HttpMethod.Delete, $"/auth/users/{user}/api-keys/{id}", admin), 404, "api_key_not_found");
        await SignInFixture.ShouldBeRefusedAsync(await SendAsync(HttpMethod.Delete, $"/auth/users/{Guid.NewGuid()}/sessions/{admin.SessionId}", admin), 404, "session_not_found");
        (await fixture.EntriesAsync($"user={user}", 5)).Where(e => e.GetProperty("by").GetProperty("sessionId").ToString() == admin.SessionId.ToString())
            .Select(e => e.GetProperty("action").GetString()).Should().Equal("session_revoked", "api_key_revoked");
    }

    [Fact]
    public async Task An_export_has_all_of_a_user_without_secrets_and_nothing_of_others()
    {
        var person = await fixture.JoinAsync("trader");
        var tokens = await fixture.SignInAsync(person);
        var user = await fixture.UserIdAsync(tokens);
        var (key, id) = await KeyAsync(tokens, "read");
        var admin = await fixture.SignInAsync(fixture.Admin);
        var other = await fixture.JoinAsync("viewer");
        await SendAsync(HttpMethod.Put, $"/auth/users/{user}/role", admin, new { Role = "viewer" });
        tokens = await fixture.SignInAsync(person);

        using var own = await SendAsync(HttpMethod.Get, "/auth/me/export", tokens);
        using var theirs = await SendAsync(HttpMethod.Get, $"/auth/users/{user}/export", admin);

        foreach (var answer in (HttpResponseMessage[])[own, theirs])
        {
            answer.StatusCode.Should().Be(HttpStatusCode.OK);
            var text = await answer.Content.ReadAsStringAsync();
            text.Should().NotContain(fixture.Admin.Name).And.NotContain(other.Name).And.NotContain(key[17..]);
            var json = JsonDocument.Parse(text).RootElement;
            json.GetProperty("user").GetProperty("name").GetString().Should().Be(person.Name);
            json.GetProperty("sessions").GetArrayLength().Should().Be(2);
            json.GetProperty("apiKeys")[0].GetProperty("keyId").GetString().Should().Be(id);
            json.GetProperty("places")[0].GetProperty("address").GetString().Should().NotBeEmpty();
            AuditFixture.Actions(json.GetProperty("audit").EnumerateArray()).Should().Contain(["role_changed", "api_key_made", "signed_in", "user_made"]);
        }

        AuditFixture.Actions(await fixture.EntriesAsync($"user={user}&action=user_exported", 2)).Should().HaveCount(2);
    }

    [Fact]
    public async Task Nobody_but_an_administrator_does_any_of_it()
    {
        var tokens = await fixture.SignInAsync("trader");
        var user = await fixture.UserIdAsync(tokens);

        foreach (var (method, path) in ((HttpMethod, string)[])
        [
            (HttpMethod.Get, ""), (HttpMethod.Get, $"/{user}"), (HttpMethod.Delete, $"/{user}"), (HttpMethod.Put, $"/{user}/role"), (HttpMethod.Post, $"/{user}/disable"),
            (HttpMethod.Post, $"/{user}/enable"), (HttpMethod.Get, $"/{user}/sessions"), (HttpMethod.Get, $"/{user}/api-keys"), (HttpMethod.Get, $"/{user}/export"),
            (HttpMethod.Delete, $"/{user}/sessions/{tokens.SessionId}"), (HttpMethod.Delete, $"/{user}/api-keys/{user}"),
        ])
        {
            await SignInFixture.ShouldBeRefusedAsync(await SendAsync(method, $"/auth/users{path}", tokens, method == HttpMethod.Put ? new { Role = "admin" } : null), 403, "scope_missing");
        }
    }

    private async Task<JsonElement> OneAsync(Person person, Tokens admin) => (await ListAsync("/auth/users", admin)).Single(u => u.GetProperty("name").GetString() == person.Name);

    private async Task<List<JsonElement>> ListAsync(string path, Tokens admin)
    {
        using var answer = await SendAsync(HttpMethod.Get, path, admin);
        answer.EnsureSuccessStatusCode();
        return [.. (await SignInFixture.JsonAsync(answer)).EnumerateArray()];
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, Tokens tokens, object? body = null) => fixture.SendAsync(method, path, body, tokens.AccessToken);

    private async Task<(string Secret, string Id)> KeyAsync(Tokens tokens, params string[] scopes)
    {
        using var made = await fixture.PostAsync("/auth/api-keys", new { Name = "robot", Scopes = scopes.Length == 0 ? ["read"] : scopes }, tokens.AccessToken);
        made.EnsureSuccessStatusCode();
        var json = await SignInFixture.JsonAsync(made);
        return (json.GetProperty("secret").GetString()!, json.GetProperty("keyId").GetString()!);
    }

    private async Task<string> TokenAsync(string key)
    {
        using var taken = await fixture.PostAsync("/auth/token", new { ApiKey = key });
        taken.EnsureSuccessStatusCode();
        return (await SignInFixture.JsonAsync(taken)).GetProperty("accessToken").GetString()!;
    }
}

/// <summary>In a house of two administrators.</summary>
public sealed class LastAdministratorTests(SignInFixture fixture) : IClassFixture<SignInFixture>
{
    [Fact]
    public async Task The_last_administrator_is_not_removed_demoted_or_disabled_not_even_by_two_at_once()
    {
        var (first, person) = (await fixture.SignInAsync(fixture.Admin), await fixture.JoinAsync("admin"));
        var second = await fixture.SignInAsync(person);
        var (one, other) = (await IdAsync(first), await IdAsync(second));

        var answers = await Task.WhenAll(
            fixture.SendAsync(HttpMethod.Put, $"/auth/users/{other}/role", new { Role = "viewer" }, first.AccessToken),
            fixture.SendAsync(HttpMethod.Post, $"/auth/users/{one}/disable", null, second.AccessToken));

        answers.Count(a => a.StatusCode == HttpStatusCode.NoContent).Should().Be(1);
        var (last, id) = answers[0].StatusCode == HttpStatusCode.NoContent ? (first, one) : (second, other);
        await SignInFixture.ShouldBeRefusedAsync(await fixture.SendAsync(HttpMethod.Put, $"/auth/users/{id}/role", new { Role = "trader" }, last.AccessToken), 409, "last_admin");
        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync($"/auth/users/{id}/disable", null, last.AccessToken), 409, "last_admin");
        await SignInFixture.ShouldBeRefusedAsync(await fixture.SendAsync(HttpMethod.Delete, $"/auth/users/{id}", token: last.AccessToken), 409, "last_admin");
        (await fixture.SendAsync(HttpMethod.Put, $"/auth/users/{id}/role", new { Role = "admin" }, last.AccessToken)).StatusCode.Should().Be(HttpStatusCode.NoContent);
        await SignInFixture.ShouldBeRefusedAsync(await fixture.SendAsync(HttpMethod.Put, $"/auth/users/{id}/role", new { Role = "king" }, last.AccessToken), 400, "role_unknown");
    }

    private async Task<string> IdAsync(Tokens tokens) =>
        (await SignInFixture.JsonAsync(await fixture.SendAsync(HttpMethod.Get, "/auth/me", token: tokens.AccessToken))).GetProperty("userId").GetString()!;
}

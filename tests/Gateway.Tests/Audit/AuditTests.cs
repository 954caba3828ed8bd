using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AlgoStack.EventStore.Chain;
using AlgoStack.Gateway.Sessions;
using AlgoStack.Gateway.Tests.SigningIn;
using AlgoStack.Gateway.TwoFactor;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using FluentAssertions;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace AlgoStack.Gateway.Tests.Audit;

public sealed class AuditTests(AuditFixture fixture) : IClassFixture<AuditFixture>
{
    [Fact]
    public async Task What_happens_to_an_account_is_taken_down_in_order_with_who_and_from_where()
    {
        var person = await fixture.JoinAsync("trader");
        using var http = fixture.NewClient();
        await http.PostAsJsonAsync("/auth/sign-in", new { person.Name, Password = "not the password" });
        var tokens = await SignInFixture.TokensAsync(await http.PostAsJsonAsync("/auth/sign-in", new { person.Name, person.Password }));
        var second = await fixture.SignInAsync(person);
        var user = await fixture.UserIdAsync(tokens);
        using var made = await fixture.PostAsync("/auth/api-keys", new { Name = "robot", Scopes = (string[])["read"] }, tokens.AccessToken);
        var key = await SignInFixture.JsonAsync(made);
        var keyPath = $"/auth/api-keys/{key.GetProperty("keyId").GetString()}";
        foreach (var _ in (int[])[1, 2]) (await fixture.PostAsync("/auth/token", new { ApiKey = key.GetProperty("secret").GetString() })).EnsureSuccessStatusCode();
        await fixture.PostAsync($"{keyPath}/rotate", null, tokens.AccessToken);
        await fixture.SendAsync(HttpMethod.Delete, keyPath, token: tokens.AccessToken);
        await fixture.SendAsync(HttpMethod.Delete, $"/auth/sessions/{second.SessionId}", token: tokens.AccessToken);
        await fixture.PostAsync("/auth/password", new { Current = "wrong", New = "another horse battery" }, tokens.AccessToken);
        await fixture.PostAsync("/auth/password", new { Current = person.Password, New = "another horse battery" }, tokens.AccessToken);
        await fixture.SendAsync(HttpMethod.Get, "/auth/me/export", token: tokens.AccessToken);
        await fixture.PostAsync("/auth/sign-out", null, tokens.AccessToken);

        var entries = await fixture.EntriesAsync($"user={user}", 13);

        AuditFixture.Actions(entries).Should().Equal(
            "user_made", "sign_in_failed", "signed_in", "signed_in", "api_key_made", "api_key_first_used", "api_key_rotated", "api_key_revoked",
            "session_revoked", "sign_in_failed", "password_changed", "user_exported", "signed_out");
        var signedIn = entries[2];
        var by = signedIn.GetProperty("by");
        by.GetProperty("id").GetGuid().Should().Be(user);
        by.GetProperty("sessionId").GetGuid().Should().Be(tokens.SessionId);
        (by.GetProperty("name").GetString(), by.GetProperty("address").GetString(), by.GetProperty("userAgent").GetString()).Should().Be((person.Name, AuditFixture.Address, "audit-test/1"));
        signedIn.GetProperty("traceId").GetString().Should().HaveLength(32);
        entries[1].GetProperty("by").GetProperty("id").GetString().Should().Be("nobody");
        entries[1].GetProperty("by").GetProperty("address").GetString().Should().Be(AuditFixture.Address);
        entries[1].GetProperty("details").GetProperty("reason").GetString().Should().Be("password_wrong");
        entries[4].GetProperty("details").GetProperty("scopes").EnumerateArray().Select(s => s.GetString()).Should().Equal("read");
    }

    [Fact]
    public async Task Second_factors_reused_tokens_and_locked_names_are_taken_down()
    {
        var person = await fixture.JoinAsync("viewer");
        var tokens = await fixture.SignInAsync(person);
        var user = await fixture.UserIdAsync(tokens);
        using var begun = await fixture.PostAsync("/auth/two-factor", new { person.Password }, tokens.AccessToken);
        var secret = (await SignInFixture.JsonAsync(begun)).GetProperty("secret").GetString()!;
        var code = Totp.Code(TwoFactorTests.Read(secret), fixture.Clock.GetUtcNow().ToUnixTimeSeconds() / 30);
        using var on = await fixture.PostAsync("/auth/two-factor/confirm", new { Code = code }, tokens.AccessToken);
        var paper = (await SignInFixture.JsonAsync(on)).GetProperty("recoveryCodes")[0].GetString();
        (await fixture.PostAsync("/auth/sign-in", new { person.Name, person.Password, Code = paper })).EnsureSuccessStatusCode();
        await fixture.PostAsync("/auth/sign-in", new { person.Name, person.Password, Code = paper });
        await fixture.PostAsync("/auth/two-factor/remove", new { person.Password }, tokens.AccessToken);
        (await fixture.PostAsync("/auth/refresh", new { tokens.RefreshToken })).EnsureSuccessStatusCode();
        foreach (var _ in (int[])[1, 2]) await fixture.PostAsync("/auth/refresh", new { tokens.RefreshToken });
        for (var i = 0; i < 13; i++) await fixture.PostAsync("/auth/sign-in", new { person.Name, Password = "not the password" });

        var entries = await fixture.EntriesAsync($"user={user}", 20);

        AuditFixture.Actions(entries).Should().Equal(
            [
                "user_made", "signed_in", "two_factor_turned_on", "recovery_code_used", "signed_in", "sign_in_failed", "two_factor_turned_off",
                "refresh_token_reused", .. Enumerable.Repeat("sign_in_failed", 11), "sign_in_locked",
            ],
            "what comes while the name is locked is not looked at, and a session ends once");
        entries[4].GetProperty("details").GetProperty("secondFactor").GetString().Should().Be("recovery_code");
    }

    [Fact]
    public async Task A_program_whose_name_is_too_long_is_noted_as_far_as_can_be_stored()
    {
        var person = await fixture.JoinAsync("trader");
        var name = new string('a', 199);
        using var http = fixture.NewClient();
        http.DefaultRequestHeaders.Remove("User-Agent");
        http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", $"{name}\U0001F600 and more").Should().BeTrue();

        var tokens = await SignInFixture.TokensAsync(await http.PostAsJsonAsync("/auth/sign-in", new { person.Name, person.Password }));

        var signedIn = (await fixture.EntriesAsync($"user={await fixture.UserIdAsync(tokens)}&action=signed_in", 1)).Single();
        signedIn.GetProperty("by").GetProperty("userAgent").GetString().Should().Be(name);
    }

    [Fact]
    public async Task A_name_that_nobody_has_is_taken_down_without_it()
    {
        var name = $"nobody-{Guid.NewGuid():n}";
        for (var i = 0; i < 11; i++) await fixture.PostAsync("/auth/sign-in", new { Name = name, Password = "not the password" });

        var locked = (await fixture.EntriesAsync("action=sign_in_locked", 1))[^1];

        locked.GetProperty("user").ValueKind.Should().Be(JsonValueKind.Null);
        (await fixture.QueryAsync("select count(*) from gateway.mt_events where data::text like '%nobody-%'")).Should().Be(0L);
    }

    [Theory]
    [InlineData("POST", "/api/v1/orders", "broker-routing", false)]
    [InlineData("POST", "/api/v1/halt", "broker-routing", false)]
    [InlineData("DELETE", "/orders/o%201", "broker-routing", false)]
    [InlineData("PUT", "/api/v1/routing/accounts/main/limits", "broker-routing", true)]
    [InlineData("POST", "/api/v1/corporate-actions", "broker-routing", true)]
    [InlineData("POST", "/api/v1/stores/signal/projections/x/pause", "signal", true)]
    [InlineData("POST", "/api/v1/alerting/store/archives", "alerting", true)]
    [InlineData("POST", "/api/v1/archives", "ingestion", true)]
    public async Task A_change_is_taken_down_with_its_answer_and_one_for_admins_before_it_is_passed_on(string method, string path, string service, bool isAdmins)
    {
        var tokens = await fixture.SignInAsync("admin");
        var user = await fixture.UserIdAsync(tokens);
        var key = Guid.NewGuid().ToString();

        using var answer = await fixture.SendAsync(new HttpMethod(method), $"{path}?x=secret", null, tokens.AccessToken, ("Idempotency-Key", key));

        ((int)answer.StatusCode).Should().Be(202);
        var made = (await fixture.EntriesAsync($"user={user}&action=change_made", 1)).Single();
        var details = made.GetProperty("details");
        details.GetProperty("service").GetString().Should().Be(service);
        details.GetProperty("method").GetString().Should().Be(method);
        details.GetProperty("path").GetString().Should().Be(path);
        details.GetProperty("status").GetInt32().Should().Be(202);
        details.GetProperty("idempotencyKey").GetString().Should().Be(key);
        made.GetProperty("by").GetProperty("sessionId").GetGuid().Should().Be(tokens.SessionId);
        var begun = await fixture.EntriesAsync($"user={user}&action=change_begun", 0);
        begun.Count(e => e.GetProperty("traceId").GetString() == made.GetProperty("traceId").GetString()).Should().Be(isAdmins ? 1 : 0);
        begun.Should().HaveCount(isAdmins ? 1 : 0);
    }

    [Fact]
    public async Task Who_looks_and_who_is_refused_leaves_no_change()
    {
        var tokens = await fixture.SignInAsync("viewer");
        var user = await fixture.UserIdAsync(tokens);

        await fixture.SendAsync(HttpMethod.Get, "/api/v1/orders", token: tokens.AccessToken);
        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync("/api/v1/orders", new { }, tokens.AccessToken), 403, "scope_missing");
        await fixture.PostAsync("/api/v1/hub/negotiate?negotiateVersion=1", null, tokens.AccessToken);
        await fixture.PostAsync("/auth/sign-out", null, tokens.AccessToken);

        AuditFixture.Actions(await fixture.EntriesAsync($"user={user}", 3)).Should().Equal("user_made", "signed_in", "signed_out");
    }

    [Fact]
    public async Task What_a_service_and_a_program_change_is_theirs()
    {
        var tokens = await fixture.SignInAsync("trader");
        var user = await fixture.UserIdAsync(tokens);
        using var made = await fixture.PostAsync("/auth/api-keys", new { Name = "robot", Scopes = (string[])["trade"] }, tokens.AccessToken);
        var key = await SignInFixture.JsonAsync(made);
        using var taken = await fixture.PostAsync("/auth/token", new { ApiKey = key.GetProperty("secret").GetString() });
        var program = (await SignInFixture.JsonAsync(taken)).GetProperty("accessToken").GetString();
        await fixture.PostAsync("/api/v1/orders", null, program);
        using var service = await fixture.Gateway.Http.PostAsync("/api/v1/reduce", null);

        (await fixture.EntriesAsync($"user={user}&action=change_made", 1)).Single().GetProperty("by").GetProperty("apiKeyId").GetString()
            .Should().Be(key.GetProperty("keyId").GetString());
        (await fixture.EntriesAsync("action=change_made&limit=1000", 1)).Should().Contain(
            e => e.GetProperty("by").GetProperty("id").GetString() == "service" && e.GetProperty("details").GetProperty("path").GetString() == "/api/v1/reduce");
    }

    [Fact]
    public async Task The_trail_is_for_administrators_and_comes_in_pages()
    {
        foreach (var role in (string[])["viewer", "trader"])
        {
            var token = (await fixture.SignInAsync(role)).AccessToken;
            foreach (var path in (string[])["/api/v1/audit", "/api/v1/stores/gateway/events", "/api/v1/stores/gateway/chain/verification"])
                await SignInFixture.ShouldBeRefusedAsync(await fixture.SendAsync(HttpMethod.Get, path, token: token), 403, "scope_missing");
        }

        var admin = (await fixture.SignInAsync("admin")).AccessToken;
        var (whole, pages) = (await PageAsync("limit=1000"), new List<long>());
        for (var (query, next) = ("limit=3", (long?)0); next is not null; query = $"limit=3&before={next}")
        {
            var page = await PageAsync(query);
            page.Entries.Count.Should().BeLessThanOrEqualTo(3);
            pages.AddRange(page.Entries);
            next = page.Next;
        }

        pages.Should().Equal(whole.Entries).And.BeInDescendingOrder();
        (await PageAsync("from=2000-01-01T00:00:00Z&to=2001-01-01T00:00:00%2B01:00")).Entries.Should().BeEmpty();
        await SignInFixture.ShouldBeRefusedAsync(await fixture.SendAsync(HttpMethod.Get, "/api/v1/audit?user=x", token: admin), 400, "bad_request");

        async Task<(List<long> Entries, long? Next)> PageAsync(string query)
        {
            var json = await SignInFixture.JsonAsync(await fixture.SendAsync(HttpMethod.Get, $"/api/v1/audit?{query}", token: admin));
            return ([.. json.GetProperty("entries").EnumerateArray().Select(e => e.GetProperty("sequence").GetInt64())], json.GetProperty("next").Deserialize<long?>());
        }
    }

    [Fact]
    public async Task The_log_is_a_chain_that_tells_a_changed_event()
    {
        var tokens = await fixture.SignInAsync("admin");
        await Eventually.True(async () => await fixture.QueryAsync("select (select max(last_seq) from gateway.seals) >= (select max(seq_id) from gateway.mt_events)") is true);
        (await VerifyAsync()).Should().Contain("\"findings\":0");

        await fixture.QueryAsync("update gateway.mt_events set data = data || '{\"Reason\": \"it was not me\"}' where seq_id = 1");
        (await VerifyAsync()).Should().Contain(nameof(ChainFindingKind.EventChanged));
        await fixture.QueryAsync("update gateway.mt_events set data = data - 'Reason' where seq_id = 1");
        (await VerifyAsync()).Should().Contain("\"findings\":0");

        async Task<string> VerifyAsync()
        {
            using var answer = await fixture.SendAsync(HttpMethod.Get, "/api/v1/stores/gateway/chain/verification", token: tokens.AccessToken);
            return (await answer.Content.ReadAsStringAsync()).Replace(" ", "", StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_trail_built_anew_is_the_one_that_lived()
    {
        await fixture.SignInAsync("viewer");

        await RebuiltProjections.ShouldEqualThoseThatLivedAsync(typeof(GatewayApplication).Assembly, fixture.Gateway.Services);
    }
}

/// <summary>Its store is away at times.</summary>
public sealed class AuditOutageTests(AuditFixture fixture) : IClassFixture<AuditFixture>
{
    [Fact]
    public async Task While_the_log_is_away_orders_go_on_and_are_taken_down_later_and_what_admins_change_is_not_passed_on()
    {
        await fixture.QueryAsync("alter table gateway.audit_entries rename to entries_away");

        using var order = await fixture.Gateway.Http.PostAsync("/api/v1/orders", null);
        order.StatusCode.Should().Be(HttpStatusCode.Accepted);
        var asked = fixture.Asked;
        using var archive = await fixture.Gateway.Http.PostAsync("/api/v1/archives", null);
        await SignInFixture.ShouldBeRefusedAsync(archive, 503, "audit_unavailable");
        fixture.Asked.Should().Be(asked);

        await fixture.QueryAsync("alter table gateway.entries_away rename to audit_entries");
        await Eventually.Equal(1L, () => fixture.QueryAsync("select count(*) from gateway.audit_entries where details ->> 'path' = '/api/v1/orders'"));
    }

    [Fact]
    public async Task A_change_that_cannot_be_written_is_lost_alone_and_said_so()
    {
        await fixture.QueryAsync("alter table gateway.audit_entries add constraint no_o13 check (details ->> 'path' is distinct from '/api/v1/orders/o-13')");

        using var logs = new KeptLogs();
        fixture.Gateway.Services.GetRequiredService<ILoggerFactory>().AddProvider(logs);
        await Task.WhenAll(Enumerable.Range(1, 20).Select(i => fixture.Gateway.Http.DeleteAsync($"/api/v1/orders/o-{i}")));

        var taken = await fixture.EntriesAsync("action=change_made&limit=100", 19);
        taken.Select(e => e.GetProperty("details").GetProperty("path").GetString()).Where(p => p!.StartsWith("/api/v1/orders/", StringComparison.Ordinal))
            .Should().BeEquivalentTo(Enumerable.Range(1, 20).Where(i => i != 13).Select(i => $"/api/v1/orders/o-{i}"));
        logs.Text.Should().Contain("Not in the audit trail: service DELETE /api/v1/orders/o-13 was answered 202");
    }

    [Fact]
    public async Task What_was_answered_is_taken_down_before_the_gateway_stops()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => fixture.Gateway.Http.PostAsync("/api/v1/baskets", null)));
        answers.Should().OnlyContain(a => a.StatusCode == HttpStatusCode.Accepted);

        await fixture.RestartAsync(async () =>
            (await fixture.QueryAsync("select count(*) from gateway.audit_entries where details ->> 'path' = '/api/v1/baskets'")).Should().Be(200L));
    }
}

/// <summary>Its clock goes ahead for good.</summary>
public sealed class ClosedDayTests(AuditFixture fixture) : IClassFixture<AuditFixture>
{
    [Fact]
    public async Task What_was_changed_a_week_ago_takes_no_more_and_can_leave()
    {
        var stream = $"changes-{fixture.Clock.GetUtcNow().UtcDateTime:yyyy-MM-dd}";
        await fixture.PostAsync("/api/v1/orders", null, (await fixture.SignInAsync("trader")).AccessToken);
        await Eventually.True(async () => await fixture.QueryAsync($"select count(*) from gateway.mt_streams where id = '{stream}'") is 1L);
        fixture.Clock.SetAhead(TimeSpan.FromDays(8));

        await fixture.Gateway.Services.GetServices<IHostedService>().OfType<RemoveEnded>().Single().RunAsync(CancellationToken.None);

        (await fixture.QueryAsync($"select is_archived from gateway.mt_streams where id = '{stream}'")).Should().Be(true);
        (await fixture.QueryAsync("select count(*) from gateway.mt_streams where is_archived and id like 'user-%'")).Should().Be(0L);
    }
}

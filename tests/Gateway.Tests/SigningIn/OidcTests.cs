using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Web;
using AlgoStack.Gateway.Tests.Push;
using AlgoStack.Testing.Tokens;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Gateway.Tests.SigningIn;

/// <summary>Another issuer that says who somebody is, and what it may say wrong.</summary>
public sealed class OidcTests(OidcFixture fixture) : IClassFixture<OidcFixture>, IAsyncLifetime
{
    private static readonly Dictionary<string, Func<TestToken, string>> WrongIdTokens = new(StringComparer.Ordinal)
    {
        ["of another attempt"] = Claim("nonce", "another"),
        ["without a nonce"] = Claim("nonce", null),
        ["for another client"] = Claim("aud", "another"),
        ["for several, made for another"] = t => t.With(x => (x.Claims["aud"], x.Claims["azp"]) = (new[] { IssuerPeer.ClientId, "another" }, "another")).ToString(),
        ["of another issuer"] = Claim("iss", "https://elsewhere.example"),
        ["of no issuer"] = Claim("iss", null),
        ["of nobody"] = Claim("sub", null),
        ["of somebody without a name"] = Claim("sub", ""),
        ["of somebody with too long a name"] = Claim("sub", new string('a', 256)),
        ["of somebody with a zero in the name"] = Claim("sub", "a\0b"),
        ["expired"] = Claim("exp", 1),
        ["without an end"] = Claim("exp", null),
        ["not yet valid"] = t => t.With(x => x.Claims["nbf"] = (long)x.Claims["nbf"]! + 120).ToString(),
        ["alg none"] = t => t.With(x => x.Header["alg"] = "none").Signed + ".",
        ["HS256 with the public key as the secret"] = t =>
        {
            var signed = t.With(x => x.Header["alg"] = "HS256").Signed;
            return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(t.Key.PublicPem, Encoding.UTF8.GetBytes(signed)))}";
        },
        ["HS256 with a secret that is published"] = t =>
        {
            var signed = t.With(x => (x.Header["alg"], x.Header["kid"]) = ("HS256", IssuerPeer.SharedKid)).Signed;
            return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(IssuerPeer.Shared, Encoding.UTF8.GetBytes(signed)))}";
        },
        ["another key under the same name"] = t =>
        {
            using var other = new TestKey(t.Key.Kid);
            return $"{t.Signed}.{Base64Url.EncodeToString(other.Sign(t.Signed))}";
        },
        ["a key that nobody knows"] = t =>
        {
            using var other = new TestKey("another");
            var signed = t.With(x => x.Header["kid"] = other.Kid).Signed;
            return $"{signed}.{Base64Url.EncodeToString(other.Sign(signed))}";
        },
        ["tampered"] = t => $"{t.Signed}.{Base64Url.EncodeToString(t.Key.Sign($"{t.Signed}x"))}",
        ["what logs somebody out"] = t => t.With(x => x.Header["typ"] = "logout+jwt").ToString(),
        ["huge"] = Claim("fill", new string('a', 20_000)),
        ["none at all"] = _ => "",
        ["no token"] = _ => "no.token.this",
    };

    public static IEnumerable<object[]> Wrong => WrongIdTokens.Keys.Select(wrong => new object[] { wrong });

    /// <summary>A nonce and a party are of a browser's way alone.</summary>
    public static IEnumerable<object[]> WrongOfPrograms =>
        WrongIdTokens.Keys.Except(["of another attempt", "without a nonce", "for several, made for another"], StringComparer.Ordinal).Select(wrong => new object[] { wrong });

    public Task InitializeAsync()
    {
        var issuer = fixture.Issuer;
        (issuer.Subject, issuer.Name, issuer.Roles) = (Guid.NewGuid().ToString(), $"Ana {Guid.NewGuid():N}"[..20], ["trader"]);
        (issuer.IdToken, issuer.About, issuer.InsteadOfTokens, issuer.UserInfo, issuer.IsAway) = (token => token.ToString(), _ => { }, null, null, false);
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Who_the_issuer_knows_is_in_and_is_what_it_says()
    {
        var arrival = await fixture.GoAsync();

        arrival.IsIn.Should().BeTrue(arrival.Fragment);
        arrival.Cookies["algostack-sign-in"].Should().BeNull();
        var me = await MeAsync(arrival);
        me.GetProperty("name").GetString().Should().Be(fixture.Issuer.Name);
        me.GetProperty("role").GetString().Should().Be("trader");
        me.GetProperty("hasPassword").GetBoolean().Should().BeFalse();
        (await ActionsAsync(me)).Should().Equal("user_made", "signed_in");
    }

    [Fact]
    public async Task Who_comes_again_is_the_same_and_what_the_issuer_says_now()
    {
        var first = await fixture.GoAsync();
        fixture.Issuer.Roles = ["viewer", "everybody"];
        fixture.Issuer.Name = "another name";
        var second = await fixture.GoAsync();

        var me = await MeAsync(second);
        me.GetProperty("role").GetString().Should().Be("viewer");
        await SignInFixture.ShouldBeRefusedAsync(await fixture.SendAsync(HttpMethod.Get, "/auth/me", token: first.AccessToken), 401, "token_revoked");
        (await ActionsAsync(me)).Should().Equal("user_made", "signed_in", "role_changed", "signed_in");
    }

    [Fact]
    public async Task Of_several_roles_the_highest_counts()
    {
        fixture.Issuer.Roles = ["viewer", "admin", "trader"];

        (await MeAsync(await fixture.GoAsync())).GetProperty("role").GetString().Should().Be("admin");
    }

    [Fact]
    public async Task Who_has_no_role_is_not_in_and_is_nobody_here()
    {
        fixture.Issuer.Roles = ["accounting", "Admin"];

        (await fixture.GoAsync()).Fragment.Should().Be("#refused=issuer_role_missing");
        (await fixture.QueryAsync($"select count(*) from gateway.issuer_users where subject = '{fixture.Issuer.Subject}'")).Should().Be(0L);
    }

    [Fact]
    public async Task What_the_id_token_leaves_out_the_issuer_is_asked_for()
    {
        fixture.Issuer.IdToken = Claim("roles", null);
        fixture.Issuer.UserInfo = new { sub = fixture.Issuer.Subject, roles = new[] { "admin" } };
        await fixture.RestartAsync();
        (await MeAsync(await fixture.GoAsync())).GetProperty("role").GetString().Should().Be("admin");

        fixture.Issuer.UserInfo = new { sub = "somebody else", roles = new[] { "admin" } };
        (await fixture.GoAsync()).Fragment.Should().Be("#refused=issuer_token_invalid");
    }

    [Fact]
    public async Task Half_a_character_in_what_it_tells_is_no_answer()
    {
        fixture.Issuer.IdToken = Claim("roles", null);
        fixture.Issuer.UserInfo = Results.Text($$"""{"sub":"{{fixture.Issuer.Subject}}","name":"\ud83d","roles":["admin"]}""", "application/json");
        await fixture.RestartAsync();

        (await fixture.GoAsync()).Fragment.Should().Be("#refused=issuer_token_invalid");
    }

    [Fact]
    public async Task Whom_the_issuer_takes_every_role_is_out_with_their_programs()
    {
        var theirs = await fixture.GoAsync();
        using var made = await fixture.PostAsync("/auth/api-keys", new { Name = "robot", Scopes = (string[])["trade"] }, theirs.AccessToken);
        var key = (await SignInFixture.JsonAsync(made)).GetProperty("secret").GetString();
        var me = await MeAsync(theirs);

        fixture.Issuer.Roles = ["accounting"];
        (await fixture.GoAsync()).Fragment.Should().Be("#refused=issuer_role_missing");

        await SignInFixture.ShouldBeRefusedAsync(await fixture.SendAsync(HttpMethod.Get, "/auth/me", token: theirs.AccessToken), 401, "token_revoked");
        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync("/auth/token", new { ApiKey = key }), 401, "api_key_invalid");
        (await ActionsAsync(me)).Should().Equal("user_made", "signed_in", "api_key_made", "user_disabled");
        fixture.Issuer.Roles = ["trader"];
        (await fixture.GoAsync()).Fragment.Should().Be("#refused=user_disabled");
    }

    [Fact]
    public async Task A_token_that_was_made_before_says_nothing_any_more()
    {
        fixture.Issuer.Roles = ["admin"];
        var before = fixture.Issuer.AccessToken(fixture.Issuer.Subject).With(t => t.Claims["iat"] = (long)t.Claims["iat"]! - 30).ToString();
        (await fixture.GoAsync()).IsIn.Should().BeTrue();
        await ProgramAsync(before);
        fixture.Issuer.Roles = ["viewer"];
        var after = await fixture.GoAsync();

        using var answer = await fixture.PostAsync("/auth/oidc/token", new { AccessToken = before });

        await SignInFixture.ShouldBeRefusedAsync(answer, 401, "issuer_token_superseded");
        (await MeAsync(after)).GetProperty("role").GetString().Should().Be("viewer");
    }

    [Fact]
    public async Task While_the_issuer_says_nothing_of_itself_what_it_said_is_good_for_a_day()
    {
        await using var issuer = await IssuerPeer.StartAsync(fixture.Clock);
        await using var gateway = await StartAsync(issuer.Settings);
        (await OidcFixture.GoAsync(gateway.Address)).IsIn.Should().BeTrue();
        issuer.IsAway = true;

        fixture.Clock.SetAhead(TimeSpan.FromHours(13));
        (await OidcFixture.GoAsync(gateway.Address)).IsIn.Should().BeTrue();
        (await OidcFixture.GoAsync(gateway.Address)).IsIn.Should().BeTrue();
        issuer.Http.Asked.Count(path => path.StartsWith("/.well-known", StringComparison.Ordinal)).Should().Be(2);
        fixture.Clock.SetAhead(TimeSpan.FromHours(25));
        (await OidcFixture.GoAsync(gateway.Address)).Fragment.Should().Be("#refused=issuer_unavailable");
        fixture.Clock.SetAhead(TimeSpan.Zero);
    }

    [Theory]
    [InlineData(null, "Basic YWxnb3N0YWNrOiUzQStzZWNyZXQrJTI1", "code code_verifier grant_type redirect_uri")]
    [InlineData("client_secret_basic client_secret_post", "Basic YWxnb3N0YWNrOiUzQStzZWNyZXQrJTI1", "code code_verifier grant_type redirect_uri")]
    [InlineData("client_secret_post", "", "client_id client_secret code code_verifier grant_type redirect_uri")]
    public async Task The_clients_secret_is_shown_as_the_issuer_wants_it(string? ways, string header, string members)
    {
        await using var issuer = await IssuerPeer.StartAsync(fixture.Clock);
        issuer.About = about => about["token_endpoint_auth_methods_supported"] = ways?.Split(' ');
        await using var gateway = await StartAsync([.. issuer.Settings, "--Oidc:ClientSecret", ": secret %"]);

        (await OidcFixture.GoAsync(gateway.Address)).IsIn.Should().BeTrue();

        issuer.AskedWith.Should().Be((header, members));
    }

    [Fact]
    public async Task Behind_a_proxy_the_issuer_leads_back_to_the_address_that_browsers_know()
    {
        await using var gateway = await StartAsync([.. fixture.Issuer.Settings, "--Proxies:Known", "127.0.0.1"]);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Address, "/auth/oidc/begin"))
        {
            Headers = { { "X-Forwarded-For", "192.0.2.1" }, { "X-Forwarded-Proto", "https" }, { "X-Forwarded-Host", "algo.example" } },
        };

        using var begun = await fixture.Browser.SendAsync(request);

        HttpUtility.ParseQueryString(begun.Headers.Location!.Query)["redirect_uri"].Should().Be("https://algo.example/auth/oidc/callback");
        begun.Headers.GetValues("Set-Cookie").Should().ContainSingle().Which.Should()
            .MatchRegex("^algostack-sign-in=[\\w-]{43}; max-age=600; path=/auth/oidc; secure; samesite=lax; httponly$");
    }

    [Fact]
    public async Task Whoever_has_no_password_is_no_admin_once_the_issuer_is_gone()
    {
        var broker = new BrokerFixture();
        await broker.InitializeAsync();
        try
        {
            var link = Path.Combine(broker.State, "first-admin");
            fixture.Issuer.Roles = ["admin"];
            await using (var gateway = await StartAsync(broker, fixture.Issuer.Settings))
            {
                File.Exists(link).Should().BeFalse();
                (await OidcFixture.GoAsync(gateway.Address)).IsIn.Should().BeTrue();
            }

            await using var without = await StartAsync(broker, []);
            File.Exists(link).Should().BeTrue();
        }
        finally
        {
            await broker.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_is_kept_of_a_user_has_what_the_issuer_knows_them_by()
    {
        using var answer = await fixture.SendAsync(HttpMethod.Get, "/auth/me/export", token: (await fixture.GoAsync()).AccessToken);

        (await SignInFixture.JsonAsync(answer)).GetProperty("identity").GetProperty("subject").GetString().Should().Be(fixture.Issuer.Subject);
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_token_that_is_wrong_lets_nobody_in(string wrong)
    {
        fixture.Issuer.IdToken = WrongIdTokens[wrong];

        var arrival = await fixture.GoAsync();

        arrival.Fragment.Should().Be("#refused=issuer_token_invalid");
        arrival.AccessToken.Should().BeNull();
    }

    [Fact]
    public async Task Nobody_ends_what_another_browser_began()
    {
        var first = await fixture.GoAsync();

        using var other = await ComeBackAsync(first.Callback!.PathAndQuery, "");
        using var forged = await ComeBackAsync(first.Callback.PathAndQuery, "algostack-sign-in=anything");
        using var nothing = await ComeBackAsync("/auth/oidc/callback", "");

        foreach (var answer in (HttpResponseMessage[])[other, forged, nothing])
            answer.Headers.Location!.OriginalString.Should().Be("/console/#refused=sign_in_unknown");
    }

    [Fact]
    public async Task A_code_that_was_used_and_an_error_let_nobody_in()
    {
        var (cookie, back) = await BeginAsync();
        var state = HttpUtility.ParseQueryString(back.Query)["state"];
        using var first = await ComeBackAsync(back.PathAndQuery, cookie);
        using var again = await ComeBackAsync(back.PathAndQuery, cookie);
        using var error = await ComeBackAsync($"/auth/oidc/callback?error=access_denied&state={state}", cookie);
        using var mixed = await ComeBackAsync($"/auth/oidc/callback?code=1&state={state}&iss=https%3A%2F%2Felsewhere.example", cookie);

        first.Headers.Location!.OriginalString.Should().Be("/console/#signed-in");
        again.Headers.Location!.OriginalString.Should().Be("/console/#refused=issuer_refused");
        error.Headers.Location!.OriginalString.Should().Be("/console/#refused=issuer_refused");
        mixed.Headers.Location!.OriginalString.Should().Be("/console/#refused=issuer_invalid");
    }

    [Fact]
    public async Task What_an_issuer_answers_that_is_no_answer_lets_nobody_in()
    {
        foreach (var (answer, code) in new[]
        {
            (Results.StatusCode(500), "issuer_refused"),
            (Results.Json(new { error = "invalid_grant" }, statusCode: 400), "issuer_refused"),
            (Results.Text("<html>", "text/html"), "issuer_token_invalid"),
            (Results.Text("{", "application/json"), "issuer_token_invalid"),
            (Results.Json(new[] { 1 }), "issuer_token_invalid"),
            (Results.Json(new { id_token = 1 }), "issuer_token_invalid"),
            (Results.Text(new string(' ', 300_000), "application/json"), "issuer_unavailable"),
            (Results.Redirect("http://127.0.0.1:9/"), "issuer_refused"),
        })
        {
            fixture.Issuer.InsteadOfTokens = answer;
            (await fixture.GoAsync()).Fragment.Should().Be($"#refused={code}");
        }
    }

    [Theory]
    [InlineData("issuer", "https://elsewhere.example", "issuer_unavailable")]
    [InlineData("issuer", null, "issuer_unavailable")]
    [InlineData("jwks_uri", "http://id.example/keys", "issuer_unavailable")]
    [InlineData("authorization_endpoint", "http://id.example/authorize", "issuer_invalid")]
    [InlineData("authorization_endpoint", "javascript:alert(1)", "issuer_invalid")]
    [InlineData("authorization_endpoint", null, "issuer_invalid")]
    public async Task An_issuer_that_is_another_or_unsafe_is_not_gone_to(string name, string? value, string code)
    {
        fixture.Issuer.About = about => about[name] = value;
        await using var gateway = await StartAsync(fixture.Issuer.Settings);

        (await OidcFixture.GoAsync(gateway.Address)).Should().BeEquivalentTo(new { Fragment = $"#refused={code}", Callback = (Uri?)null });
    }

    [Fact]
    public async Task An_issuer_that_is_away_is_said_to_be()
    {
        await using var gateway = await StartAsync(["--Oidc:Authority", "http://127.0.0.1:9", "--Oidc:ClientId", "algostack", "--Oidc:Audience", "api"]);

        (await OidcFixture.GoAsync(gateway.Address)).Fragment.Should().Be("#refused=issuer_unavailable");
        using var answer = await gateway.Http.PostAsJsonAsync("/auth/oidc/token", new { AccessToken = "a.b.c" });
        await SignInFixture.ShouldBeRefusedAsync(answer, 503, "issuer_unavailable");
    }

    [Fact]
    public async Task Passwords_and_invitations_let_nobody_in()
    {
        using var signIn = await fixture.PostAsync("/auth/sign-in", new { fixture.Admin.Name, fixture.Admin.Password });
        await SignInFixture.ShouldBeRefusedAsync(signIn, 403, "sign_in_elsewhere");
        using var join = await fixture.PostAsync("/auth/users", new { Invitation = "any", Name = "any", fixture.Admin.Password });
        await SignInFixture.ShouldBeRefusedAsync(join, 403, "sign_in_elsewhere");

        fixture.Issuer.Roles = ["admin"];
        var admin = await fixture.GoAsync();
        using var invite = await fixture.PostAsync("/auth/invitations", new { Role = "viewer" }, admin.AccessToken);
        await SignInFixture.ShouldBeRefusedAsync(invite, 403, "sign_in_elsewhere");
        using var password = await fixture.PostAsync("/auth/password", new { Current = "any", New = fixture.Admin.Password }, admin.AccessToken);
        await SignInFixture.ShouldBeRefusedAsync(password, 403, "password_elsewhere");
        using var factor = await fixture.PostAsync("/auth/two-factor", new { Password = "any" }, admin.AccessToken);
        await SignInFixture.ShouldBeRefusedAsync(factor, 403, "password_elsewhere");
        using var who = await fixture.SendAsync(HttpMethod.Get, "/auth/oidc");
        (await SignInFixture.JsonAsync(who)).GetProperty("host").GetString().Should().Be("127.0.0.1");
    }

    [Fact]
    public async Task An_admin_locks_out_and_does_not_say_what_somebody_may()
    {
        var theirs = await fixture.GoAsync();
        var id = (await MeAsync(theirs)).GetProperty("userId").GetGuid();
        var program = await ProgramAsync(fixture.Issuer.AccessToken(fixture.Issuer.Subject).ToString());
        using var socket = await PushClient.JoinAsync(fixture.Gateway, program);
        (fixture.Issuer.Subject, fixture.Issuer.Roles) = ("the-admin", ["admin"]);
        var admin = await fixture.GoAsync();

        using var user = await fixture.SendAsync(HttpMethod.Get, $"/auth/users/{id}", token: admin.AccessToken);
        user.EnsureSuccessStatusCode();
        (await SignInFixture.JsonAsync(user)).GetProperty("isFederated").GetBoolean().Should().BeTrue();
        using var role = await fixture.SendAsync(HttpMethod.Put, $"/auth/users/{id}/role", new { Role = "admin" }, admin.AccessToken);
        await SignInFixture.ShouldBeRefusedAsync(role, 409, "role_elsewhere");
        using var disabled = await fixture.PostAsync($"/auth/users/{id}/disable", null, admin.AccessToken);
        disabled.StatusCode.Should().Be(HttpStatusCode.NoContent);

        (await socket.UntilClosedAsync()).Reason.Should().StartWith("token_revoked");
        foreach (var token in (string?[])[theirs.AccessToken, program])
            await SignInFixture.ShouldBeRefusedAsync(await fixture.SendAsync(HttpMethod.Get, "/api/v1/status", token: token), 401, "token_revoked");
        (fixture.Issuer.Subject, fixture.Issuer.Roles) = ((string)(await fixture.QueryAsync($"select subject from gateway.issuer_users where user_id = '{id}'"))!, ["trader"]);
        (await fixture.GoAsync()).Fragment.Should().Be("#refused=user_disabled");
        using var again = await fixture.PostAsync("/auth/oidc/token", new { AccessToken = fixture.Issuer.AccessToken(fixture.Issuer.Subject).ToString() });
        await SignInFixture.ShouldBeRefusedAsync(again, 401, "user_disabled");
    }

    [Fact]
    public async Task Who_comes_many_times_at_once_is_one()
    {
        var arrivals = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => fixture.GoAsync()));

        var people = await Task.WhenAll(arrivals.Select(MeAsync));
        people.Select(me => me.GetProperty("userId").GetGuid()).Distinct().Should().ContainSingle();
    }

    [Fact]
    public async Task Who_has_the_name_of_another_is_not_taken_for_them()
    {
        fixture.Issuer.Name = fixture.Admin.Name;

        var me = await MeAsync(await fixture.GoAsync());

        me.GetProperty("role").GetString().Should().Be("trader");
        me.GetProperty("name").GetString().Should().StartWith($"{fixture.Admin.Name} ").And.NotBe(fixture.Admin.Name);
    }

    [Theory]
    [InlineData("", "the subject")]
    [InlineData("  \t ", "the subject")]
    [InlineData("Ana\0Bell\n", "AnaBell")]
    [InlineData("A\u202enn\u200ba", "Anna")]
    [InlineData("日本語 🔑", "日本語 🔑")]
    public async Task A_name_is_made_one_that_can_be_read(string told, string shown)
    {
        (fixture.Issuer.Subject, fixture.Issuer.Name) = ($"subject-{Guid.NewGuid():N}", told);

        var name = (await MeAsync(await fixture.GoAsync())).GetProperty("name").GetString();

        name.Should().Be(shown == "the subject" ? fixture.Issuer.Subject : shown);
    }

    [Fact]
    public async Task A_program_takes_a_token_for_the_issuers()
    {
        var token = await ProgramAsync(fixture.Issuer.AccessToken().ToString());

        (await fixture.SendAsync(HttpMethod.Get, "/api/v1/status", token: token)).StatusCode.Should().Be(HttpStatusCode.OK);
        await SignInFixture.ShouldBeRefusedAsync(await fixture.SendAsync(HttpMethod.Get, "/auth/me", token: token), 403, "scope_missing");
        await SignInFixture.ShouldBeRefusedAsync(await fixture.SendAsync(HttpMethod.Get, "/api/v1/audit", token: token), 403, "scope_missing");
    }

    [Fact]
    public async Task A_program_is_limited_as_one_with_an_api_key_and_a_browser_as_one_with_a_password()
    {
        await using var gateway = await StartAsync(fixture.Issuer.Settings, isLimited: true);
        using var http = new HttpClient { BaseAddress = gateway.Address };
        using var taken = await http.PostAsJsonAsync("/auth/oidc/token", new { AccessToken = fixture.Issuer.AccessToken().ToString() });
        http.DefaultRequestHeaders.Authorization = new("Bearer", (await SignInFixture.JsonAsync(taken)).GetProperty("accessToken").GetString());

        using var answer = await http.GetAsync("/api/v1/status");
        using var begun = await fixture.Browser.GetAsync(new Uri(gateway.Address, "/auth/oidc/begin/"));
        using var ended = await fixture.Browser.GetAsync(new Uri(gateway.Address, "/auth/oidc/callback"));

        taken.Headers.GetValues("RateLimit-Policy").Should().Contain("\"token\";q=5;w=60");
        answer.Headers.GetValues("RateLimit-Policy").Should().Equal("\"user\";q=1000;w=3600", "\"api-key\";q=100;w=60");
        begun.Headers.GetValues("RateLimit-Policy").Should().Equal("\"address\";q=100;w=60", "\"sign-in\";q=5;w=60");
        ended.Headers.GetValues("RateLimit-Policy").Should().Equal("\"address\";q=100;w=60", "\"callback\";q=10;w=60");
    }

    [Theory]
    [MemberData(nameof(WrongOfPrograms))]
    public async Task For_a_token_that_is_wrong_a_program_gets_none(string wrong)
    {
        using var answer = await fixture.PostAsync("/auth/oidc/token", new { AccessToken = WrongIdTokens[wrong](fixture.Issuer.AccessToken()) });

        await SignInFixture.ShouldBeRefusedAsync(answer, 401, "issuer_token_invalid");
    }

    [Fact]
    public async Task A_key_that_the_issuer_has_changed_is_read_anew()
    {
        await using var issuer = await IssuerPeer.StartAsync(fixture.Clock);
        await using var gateway = await StartAsync(issuer.Settings);
        (await OidcFixture.GoAsync(gateway.Address)).IsIn.Should().BeTrue();

        using var next = new TestKey("two");
        issuer.Key = next;
        (await OidcFixture.GoAsync(gateway.Address)).Fragment.Should().Be("#refused=issuer_token_invalid", "it was read just now");
        fixture.Clock.SetAhead(TimeSpan.FromSeconds(11));

        (await OidcFixture.GoAsync(gateway.Address)).IsIn.Should().BeTrue();
        issuer.Http.Asked.Count(path => path == "/keys").Should().Be(2);
    }

    [Fact]
    public async Task An_id_token_is_no_access_token()
    {
        string? seen = null;
        fixture.Issuer.IdToken = token => seen = token.ToString();
        (await fixture.GoAsync()).IsIn.Should().BeTrue();

        using var answer = await fixture.PostAsync("/auth/oidc/token", new { AccessToken = seen });

        await SignInFixture.ShouldBeRefusedAsync(answer, 401, "issuer_token_invalid");
    }

    [Fact]
    public async Task Without_another_issuer_there_is_no_way_to_one()
    {
        await using var gateway = await StartAsync([]);

        (await gateway.Http.GetFromJsonAsync<JsonElement>("/auth/oidc")).GetProperty("host").ValueKind.Should().Be(JsonValueKind.Null);
        await SignInFixture.ShouldBeRefusedAsync(await gateway.Http.GetAsync("/auth/oidc/begin"), 404, "issuer_none");
        await SignInFixture.ShouldBeRefusedAsync(await gateway.Http.GetAsync("/auth/oidc/callback?code=1&state=2"), 404, "issuer_none");
        await SignInFixture.ShouldBeRefusedAsync(await gateway.Http.PostAsJsonAsync("/auth/oidc/token", new { AccessToken = "a.b.c" }), 404, "issuer_none");
    }

    [Fact]
    public async Task Without_an_audience_no_token_of_the_issuers_is_taken()
    {
        await using var gateway = await StartAsync(["--Oidc:Authority", fixture.Issuer.Address, "--Oidc:ClientId", IssuerPeer.ClientId]);

        using var answer = await gateway.Http.PostAsJsonAsync("/auth/oidc/token", new { AccessToken = fixture.Issuer.AccessToken().ToString() });

        await SignInFixture.ShouldBeRefusedAsync(answer, 404, "issuer_audience_none");
    }

    [Fact]
    public async Task Once_the_issuer_is_gone_from_the_configuration_passwords_count_again()
    {
        fixture.Issuer.Roles = ["admin"];
        (await fixture.GoAsync()).IsIn.Should().BeTrue();
        await using var gateway = await StartAsync([]);

        using var answer = await gateway.Http.PostAsJsonAsync("/auth/sign-in", new { fixture.Admin.Name, fixture.Admin.Password });
        using var theirs = await gateway.Http.PostAsJsonAsync("/auth/sign-in", new { fixture.Issuer.Name, Password = "" });

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        await SignInFixture.ShouldBeRefusedAsync(theirs, 401, "sign_in_failed");
    }

    [Theory]
    [InlineData("Authority", "id.example", "Oidc:Authority is \"id.example\": expected an https address*")]
    [InlineData("Authority", "http://id.example", "Oidc:Authority is \"http://id.example\": expected an https address*")]
    [InlineData("ClientId", "", "Oidc:ClientId is missing*")]
    [InlineData("Audience", "algostack", "Oidc:Audience is the client's id: expected another*")]
    [InlineData("Scope", "profile", "Oidc:Scope is \"profile\": expected openid among others.")]
    [InlineData("Roles:viewer", "trader", "Oidc:Roles:trader has \"trader\", which is viewer already*")]
    public async Task What_is_configured_wrong_is_said_at_the_start(string key, string value, string expected)
    {
        var start = () => StartAsync(["--Oidc:Authority", "https://id.example/", "--Oidc:ClientId", "algostack", $"--Oidc:{key}", value]);

        (await start.Should().ThrowAsync<ServiceDefaults.Configuration.InvalidConfigurationException>()).WithMessage(expected);
    }

    private static Func<TestToken, string> Claim(string name, object? value) => token => token.With(t => t.Claims[name] = value).ToString();

    /// <summary>Another gateway beside the fixture's.</summary>
    private Task<GatewayUnderTest> StartAsync(IReadOnlyList<string> settings, bool isLimited = false) => StartAsync(fixture.Broker, settings, isLimited);

    private Task<GatewayUnderTest> StartAsync(BrokerFixture broker, IReadOnlyList<string> settings, bool isLimited = false) => GatewayUnderTest.StartAsync(
        broker,
        new Dictionary<string, Uri>(StringComparer.Ordinal),
        clock: fixture.Clock,
        settings: isLimited ? settings : [.. settings, "--RateLimits:Load:Addresses", "127.0.0.0/8"]);

    private async Task<JsonElement> MeAsync(Arrival arrival)
    {
        arrival.IsIn.Should().BeTrue(arrival.Fragment);
        using var answer = await fixture.SendAsync(HttpMethod.Get, "/auth/me", token: arrival.AccessToken);
        answer.EnsureSuccessStatusCode();
        return await SignInFixture.JsonAsync(answer);
    }

    private async Task<string> ProgramAsync(string accessToken)
    {
        using var taken = await fixture.PostAsync("/auth/oidc/token", new { AccessToken = accessToken });
        taken.EnsureSuccessStatusCode();
        return (await SignInFixture.JsonAsync(taken)).GetProperty("accessToken").GetString()!;
    }

    /// <summary>What was taken down of a user, the oldest first.</summary>
    private async Task<string[]> ActionsAsync(JsonElement me) =>
        (string[])(await fixture.QueryAsync($"select array_agg(action order by seq_id) from gateway.audit_entries where user_id = '{me.GetProperty("userId").GetGuid()}'"))!;

    private async Task<HttpResponseMessage> ComeBackAsync(string path, string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Cookie", $"theme=dark; {cookie}" } } };
        return await fixture.Browser.SendAsync(request);
    }

    private async Task<(string Cookie, Uri Back)> BeginAsync()
    {
        using var begun = await fixture.Browser.GetAsync("/auth/oidc/begin");
        using var sent = await fixture.Browser.GetAsync(begun.Headers.Location);
        return (begun.Headers.GetValues("Set-Cookie").Single().Split(';')[0], sent.Headers.Location!);
    }
}

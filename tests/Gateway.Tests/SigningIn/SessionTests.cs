using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Gateway.Tests.SigningIn;

public sealed class SessionTests(SignInFixture fixture) : IClassFixture<SignInFixture>
{
    private static readonly (string, string) OurPage = ("X-AlgoStack-Console", "1");

    [Fact]
    public async Task Who_signs_in_is_known_by_the_token_and_has_the_scopes_of_the_role()
    {
        var person = await fixture.JoinAsync("trader");

        var tokens = await fixture.SignInAsync(person);

        using var me = await fixture.SendAsync(HttpMethod.Get, "/auth/me", token: tokens.AccessToken);
        var json = await SignInFixture.JsonAsync(me);
        json.GetProperty("name").GetString().Should().Be(person.Name);
        json.GetProperty("role").GetString().Should().Be("trader");
        json.GetProperty("scopes").EnumerateArray().Select(s => s.GetString()).Should().Equal("read", "trade");
    }

    [Fact]
    public async Task A_wrong_name_and_a_wrong_password_are_answered_alike_and_take_as_long()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(
            fixture.Broker, new Dictionary<string, Uri>(StringComparer.Ordinal), clock: fixture.Clock, slowHash: true);
        var person = new Person("taken-long", SignInFixture.Password);
        using var made = await gateway.Http.PostAsJsonAsync("/auth/users", new { Invitation = await fixture.InviteAsync("viewer"), person.Name, person.Password });
        made.StatusCode.Should().Be(HttpStatusCode.Created);
        HashIterations((string)(await fixture.QueryAsync("select password_hash from gateway.users where name = 'taken-long'"))!).Should().Be(210_000);
        var (wrongPassword, wrongName) = (new List<TimeSpan>(), new List<TimeSpan>());
        var answers = new List<string>();
        for (var i = 0; i < 10; i++)
        {
            answers.Add(await FailAsync(person.Name, "not the password", wrongPassword));
            answers.Add(await FailAsync($"nobody-{Guid.NewGuid():n}", "not the password", wrongName));
        }

        answers.Distinct(StringComparer.Ordinal).Should().HaveCount(1);
        // The shortest of each: whatever else the machine does makes them longer, and no hash makes them shorter than half.
        (wrongName.Min() / wrongPassword.Min()).Should().BeInRange(0.5, 2);

        async Task<string> FailAsync(string name, string password, List<TimeSpan> times)
        {
            var started = Stopwatch.GetTimestamp();
            using var answer = await gateway.Http.PostAsJsonAsync("/auth/sign-in", new { name, password });
            times.Add(Stopwatch.GetElapsedTime(started));
            var json = await SignInFixture.JsonAsync(answer);
            return string.Join(' ', json.EnumerateObject().Where(p => p.Name != "traceId").Select(p => p.ToString()));
        }

        // Identity's third format: a byte for it, four that name the function, then the count.
        static int HashIterations(string hash) => BinaryPrimitives.ReadInt32BigEndian(Convert.FromBase64String(hash).AsSpan(5, 4));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task More_than_ten_failures_lock_a_name_for_an_hour_whether_there_is_such_a_user_or_not(bool exists)
    {
        var person = exists ? await fixture.JoinAsync("viewer") : new Person($"nobody-{Guid.NewGuid():n}", "whatever it is");
        for (var i = 0; i < 11; i++) await SignInFixture.ShouldBeRefusedAsync(await TryAsync(person.Name, "not the password"), 401, "sign_in_failed");

        using var locked = await TryAsync(person.Name.ToUpperInvariant(), person.Password);

        await SignInFixture.ShouldBeRefusedAsync(locked, 429, "sign_in_locked");
        locked.Headers.RetryAfter!.Delta.Should().BeCloseTo(TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));
        await LaterAsync(TimeSpan.FromMinutes(59), async () => await SignInFixture.ShouldBeRefusedAsync(await TryAsync(person.Name, person.Password), 429, "sign_in_locked"));
        await LaterAsync(TimeSpan.FromMinutes(61), async () =>
        {
            using var free = await TryAsync(person.Name, person.Password);
            free.StatusCode.Should().Be(exists ? HttpStatusCode.OK : HttpStatusCode.Unauthorized);
        });
    }

    [Fact]
    public async Task The_eleventh_try_may_still_be_right_and_clears_the_count()
    {
        var person = await fixture.JoinAsync("viewer");
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 10; i++) await SignInFixture.ShouldBeRefusedAsync(await TryAsync(person.Name, "not the password"), 401, "sign_in_failed");
            await fixture.SignInAsync(person);
        }
    }

    [Fact]
    public async Task Guesses_at_once_are_no_more_than_guesses_after_another()
    {
        var person = await fixture.JoinAsync("viewer");

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => TryAsync(person.Name, "not the password")));

        answers.Count(a => a.StatusCode == HttpStatusCode.Unauthorized).Should().Be(11);
        answers.Count(a => a.StatusCode == HttpStatusCode.TooManyRequests).Should().Be(19);
    }

    [Fact]
    public async Task A_refresh_token_gives_the_next_and_one_that_comes_again_ends_the_session()
    {
        var first = await fixture.SignInAsync("trader");
        var second = await SignInFixture.TokensAsync(await fixture.PostAsync("/auth/refresh", new { first.RefreshToken }));
        second.SessionId.Should().Be(first.SessionId);
        var third = await SignInFixture.TokensAsync(await fixture.PostAsync("/auth/refresh", new { second.RefreshToken }));

        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync("/auth/refresh", new { first.RefreshToken }), 401, "refresh_token_reused");

        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync("/auth/refresh", new { third.RefreshToken }), 401, "session_ended");
        await SignInFixture.ShouldBeRefusedAsync(await fixture.SendAsync(HttpMethod.Get, "/auth/me", token: third.AccessToken), 401, "token_revoked");
    }

    [Fact]
    public async Task Of_two_who_come_with_one_refresh_token_at_once_one_goes_on_and_the_session_ends()
    {
        var tokens = await fixture.SignInAsync("trader");

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => fixture.PostAsync("/auth/refresh", new { tokens.RefreshToken })));

        answers.Count(a => a.StatusCode == HttpStatusCode.OK).Should().Be(1);
        await SignInFixture.ShouldBeRefusedAsync(await fixture.SendAsync(HttpMethod.Get, "/auth/me", token: tokens.AccessToken), 401, "token_revoked");
    }

    [Theory]
    [InlineData("")]
    [InlineData("none of ours")]
    [InlineData("Füße\u0000")]
    public async Task What_is_no_refresh_token_is_refused(string token)
    {
        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync("/auth/refresh", new { RefreshToken = token }), 401, "refresh_token_invalid");
    }

    [Fact]
    public async Task Without_a_refresh_token_nothing_goes_on()
    {
        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync("/auth/refresh", null), 401, "refresh_token_invalid");
    }

    [Fact]
    public async Task A_session_that_is_not_used_for_an_hour_has_ended()
    {
        var tokens = await fixture.SignInAsync("viewer");

        await LaterAsync(TimeSpan.FromMinutes(61), async () =>
            await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync("/auth/refresh", new { tokens.RefreshToken }), 401, "session_ended"));
    }

    [Fact]
    public async Task A_session_that_is_used_ends_after_twelve_hours_all_the_same()
    {
        var tokens = await fixture.SignInAsync("viewer");
        try
        {
            for (var hours = 0.9; hours < 12; hours += 0.9)
            {
                fixture.Clock.SetAhead(TimeSpan.FromHours(hours));
                tokens = await SignInFixture.TokensAsync(await fixture.PostAsync("/auth/refresh", new { tokens.RefreshToken }));
            }

            fixture.Clock.SetAhead(TimeSpan.FromHours(12.1));
            await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync("/auth/refresh", new { tokens.RefreshToken }), 401, "session_ended");
        }
        finally
        {
            fixture.Clock.SetAhead(TimeSpan.Zero);
        }
    }

    [Fact]
    public async Task A_user_sees_where_they_are_signed_in_and_ends_what_is_not_theirs_to_use()
    {
        var person = await fixture.JoinAsync("trader");
        var stranger = await fixture.SignInAsync("trader");
        var (here, there) = (await fixture.SignInAsync(person), await fixture.SignInAsync(person));

        var sessions = (await SignInFixture.JsonAsync(await fixture.SendAsync(HttpMethod.Get, "/auth/sessions", token: here.AccessToken))).EnumerateArray().ToList();

        sessions.Select(s => (s.GetProperty("sessionId").GetGuid(), s.GetProperty("current").GetBoolean()))
            .Should().BeEquivalentTo([(here.SessionId, true), (there.SessionId, false)]);
        await SignInFixture.ShouldBeRefusedAsync(
            await fixture.SendAsync(HttpMethod.Delete, $"/auth/sessions/{stranger.SessionId}", token: here.AccessToken), 404, "session_not_found");
        (await fixture.SendAsync(HttpMethod.Delete, $"/auth/sessions/{there.SessionId}", token: here.AccessToken)).StatusCode.Should().Be(HttpStatusCode.NoContent);
        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync("/auth/refresh", new { there.RefreshToken }), 401, "session_ended");
    }

    [Fact]
    public async Task Who_signs_out_is_out_at_once()
    {
        var tokens = await fixture.SignInAsync("trader");

        (await fixture.PostAsync("/auth/sign-out", null, tokens.AccessToken)).StatusCode.Should().Be(HttpStatusCode.NoContent);

        await SignInFixture.ShouldBeRefusedAsync(await fixture.SendAsync(HttpMethod.Get, "/auth/me", token: tokens.AccessToken), 401, "token_revoked");
    }

    [Fact]
    public async Task Sessions_outlive_the_process()
    {
        var tokens = await fixture.SignInAsync("trader");

        await fixture.RestartAsync();

        (await fixture.SendAsync(HttpMethod.Get, "/auth/me", token: tokens.AccessToken)).StatusCode.Should().Be(HttpStatusCode.OK);
        await SignInFixture.TokensAsync(await fixture.PostAsync("/auth/refresh", new { tokens.RefreshToken }));
    }

    [Fact]
    public async Task Nothing_that_lets_somebody_in_is_stored_as_it_is()
    {
        var person = await fixture.JoinAsync("trader");
        var tokens = await fixture.SignInAsync(person);

        var stored = await fixture.QueryAsync(
            "select string_agg(row, ' ') from (select u::text from gateway.users u union all select t::text from gateway.refresh_tokens t union all select s::text from gateway.sessions s) as rows (row)");

        stored.Should().BeOfType<string>().Which.Should().NotContain(tokens.RefreshToken).And.NotContain(person.Password).And.NotContain(tokens.AccessToken);
    }

    [Fact]
    public async Task The_consoles_tokens_are_in_cookies_that_no_script_reads_and_no_other_site_sends()
    {
        var person = await fixture.JoinAsync("trader");

        using var answer = await fixture.PostAsync("/auth/sign-in", new { person.Name, person.Password, Cookies = true }, null, OurPage, ("Origin", Origin));

        var json = await SignInFixture.JsonAsync(answer);
        json.GetProperty("accessToken").ValueKind.Should().Be(System.Text.Json.JsonValueKind.Null);
        json.GetProperty("refreshToken").ValueKind.Should().Be(System.Text.Json.JsonValueKind.Null);
        var cookies = answer.Headers.GetValues("Set-Cookie").ToList();
        cookies.Should().HaveCount(2).And.OnlyContain(c => c.Contains("httponly") && c.Contains("samesite=strict") && !c.Contains("secure"));
        cookies.Should().ContainSingle(c => c.StartsWith("algostack-refresh=") && c.Contains("path=/auth;"));

        using var over = await fixture.PostAsync("/auth/sign-in", new { person.Name, person.Password, Cookies = true }, null, OurPage, ("Origin", $"https://{fixture.Gateway.Address.Authority}"));
        over.Headers.GetValues("Set-Cookie").Should().OnlyContain(c => c.Contains("secure"));
    }

    [Fact]
    public async Task A_session_in_cookies_goes_on_and_ends_in_cookies()
    {
        var cookies = await CookiesAsync();
        (await fixture.SendAsync(HttpMethod.Get, "/auth/me", null, null, ("Cookie", cookies))).StatusCode.Should().Be(HttpStatusCode.OK);

        using var refreshed = await fixture.PostAsync("/auth/refresh", null, null, OurPage, ("Cookie", cookies));

        refreshed.StatusCode.Should().Be(HttpStatusCode.OK);
        var next = CookiesOf(refreshed);
        next.Should().NotBe(cookies);
        using var signedOut = await fixture.PostAsync("/auth/sign-out", null, null, OurPage, ("Cookie", next));
        signedOut.StatusCode.Should().Be(HttpStatusCode.NoContent);
        signedOut.Headers.GetValues("Set-Cookie").Should().HaveCount(2).And.OnlyContain(c => c.Contains("expires=Thu, 01 Jan 1970"));
        await SignInFixture.ShouldBeRefusedAsync(await fixture.SendAsync(HttpMethod.Get, "/auth/me", null, null, ("Cookie", next)), 401, "token_revoked");
    }

    [Theory]
    [InlineData(false, null)] // no header: a form of another page
    [InlineData(true, "http://127.0.0.1:1")] // another port of the same host, which is the same site
    [InlineData(true, "https://elsewhere.example")]
    [InlineData(true, "null")]
    public async Task Cookies_from_another_page_are_refused(bool header, string? origin)
    {
        (string, string)[] headers = [("Cookie", await CookiesAsync()), .. header ? [OurPage] : Array.Empty<(string, string)>(), .. origin is null ? [] : new[] { ("Origin", origin) }];
        var person = await fixture.JoinAsync("viewer");

        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync("/auth/sign-out", null, null, headers), 403, "cross_site_request");
        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync("/auth/refresh", null, null, headers), 403, "cross_site_request");
        await SignInFixture.ShouldBeRefusedAsync(
            await fixture.PostAsync("/auth/sign-in", new { person.Name, person.Password, Cookies = true }, null, headers), 403, "cross_site_request");
        if (origin is not null)
            await SignInFixture.ShouldBeRefusedAsync(await fixture.SendAsync(HttpMethod.Get, "/auth/me", null, null, headers), 403, "cross_site_request");
    }

    private string Origin => fixture.Gateway.Address.GetLeftPart(UriPartial.Authority);

    private Task<HttpResponseMessage> TryAsync(string name, string password) => fixture.PostAsync("/auth/sign-in", new { name, password });

    private async Task<string> CookiesAsync()
    {
        var person = await fixture.JoinAsync("trader");
        using var answer = await fixture.PostAsync("/auth/sign-in", new { person.Name, person.Password, Cookies = true }, null, OurPage);
        answer.EnsureSuccessStatusCode();
        return CookiesOf(answer);
    }

    private static string CookiesOf(HttpResponseMessage answer) => string.Join("; ", answer.Headers.GetValues("Set-Cookie").Select(c => c.Split(';')[0]));

    [Fact]
    public async Task A_session_that_another_instance_has_ended_is_over_a_second_later()
    {
        var tokens = await fixture.SignInAsync("viewer");
        using (var before = await fixture.SendAsync(HttpMethod.Get, "/auth/me", token: tokens.AccessToken)) before.StatusCode.Should().Be(HttpStatusCode.OK);

        await fixture.QueryAsync($"update gateway.sessions set revoked_at = now() where session_id = '{tokens.SessionId}'");

        await LaterAsync(TimeSpan.FromSeconds(1), async () =>
            await SignInFixture.ShouldBeRefusedAsync(await fixture.SendAsync(HttpMethod.Get, "/auth/me", token: tokens.AccessToken), 401, "token_revoked"));
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

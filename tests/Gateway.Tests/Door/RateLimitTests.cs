using System.Net;
using AlgoStack.Gateway.Tests.SigningIn;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using FluentAssertions;
using Npgsql;
using Xunit;

namespace AlgoStack.Gateway.Tests.Door;

[BeginsEarly(5)]
public sealed class RateLimitTests(DoorFixture fixture) : IClassFixture<DoorFixture>
{
    [Fact]
    public async Task An_address_may_sign_in_five_times_a_minute_at_all_instances_together()
    {
        fixture.GoOn();
        await using var one = await fixture.StrictAsync();
        await using var other = await fixture.StrictAsync();
        var (person, address) = (await fixture.JoinAsync("viewer"), fixture.NewAddress());
        for (var i = 0; i < 5; i++)
        {
            using var let = await DoorFixture.SignInAsync(i % 2 == 0 ? one : other, address, person);
            let.StatusCode.Should().Be(HttpStatusCode.OK);
            let.Headers.GetValues("RateLimit-Policy").Should().Equal("\"address\";q=100;w=60", "\"sign-in\";q=5;w=60");
            let.Headers.GetValues("RateLimit").Last().Should().StartWith($"\"sign-in\";r={4 - i};t=");
        }

        foreach (var gateway in (GatewayUnderTest[])[one, other])
        {
            using var refused = await DoorFixture.SignInAsync(gateway, address, person);
            await SignInFixture.ShouldBeRefusedAsync(refused, 429, "rate_limited");
            refused.Headers.RetryAfter!.Delta.Should().BeCloseTo(TimeSpan.FromSeconds(63), TimeSpan.FromSeconds(3));
        }

        (await DoorFixture.SignInAsync(one, fixture.NewAddress(), person)).StatusCode.Should().Be(HttpStatusCode.OK);
        fixture.GoOn(TimeSpan.FromSeconds(66));
        (await DoorFixture.SignInAsync(one, address, person)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Who_has_no_token_may_ask_ten_times_a_minute_and_looks_at_pages_keys_and_health_as_often_as_they_like()
    {
        fixture.GoOn();
        await using var gateway = await fixture.StrictAsync();
        var address = fixture.NewAddress();
        var answers = new List<int>();
        foreach (var path in (string[])["/api/v1/orders", "/orders", "/udf/config", "/api/v1/nothing", "/auth/me", "/api/v1/status"])
        {
            for (var i = 0; i < 2; i++)
            {
                using var answer = await DoorFixture.AskAsync(gateway, HttpMethod.Get, path, address);
                answers.Add((int)answer.StatusCode);
            }
        }

        answers.Should().Equal(401, 401, 401, 401, 401, 401, 404, 404, 401, 401, 429, 429);
        foreach (var path in (string[])[DoorFixture.Page, "/health/live", "/.well-known/jwks.json", "/metrics", "/openapi/v1.json"])
        {
            for (var i = 0; i < 25; i++)
            {
                using var open = await DoorFixture.AskAsync(gateway, HttpMethod.Get, path, address);
                open.StatusCode.Should().Be(HttpStatusCode.OK, path);
                open.Headers.Contains("RateLimit").Should().BeFalse();
            }
        }
    }

    [Theory]
    [InlineData("Address", "/auth/me", "\"address\";q=7;w=60, \"anonymous\";q=10;w=60")]
    [InlineData("Anonymous", "/auth/me", "\"address\";q=100;w=60, \"anonymous\";q=7;w=60")]
    [InlineData("SignIn", "/auth/oidc/begin", "\"address\";q=100;w=60, \"sign-in\";q=7;w=60")]
    public async Task How_many_a_limit_lets_through_is_configured(string name, string path, string policies)
    {
        await using var gateway = await fixture.StrictAsync($"--RateLimits:{name}", "7");

        using var answer = await DoorFixture.AskAsync(gateway, HttpMethod.Get, path, fixture.NewAddress());

        string.Join(", ", answer.Headers.GetValues("RateLimit-Policy")).Should().Be(policies);
    }

    [Fact]
    public async Task A_page_that_slept_meets_401_so_that_it_refreshes()
    {
        fixture.GoOn();
        await using var gateway = await fixture.StrictAsync();
        var (tokens, address) = (await fixture.SignInAsync("viewer"), fixture.NewAddress());
        fixture.GoOn(TimeSpan.FromMinutes(6));

        for (var i = 0; i < 30; i++)
            await SignInFixture.ShouldBeRefusedAsync(await DoorFixture.AskAsync(gateway, HttpMethod.Get, "/auth/me", address, tokens.AccessToken), 401, "token_expired");
    }

    [Fact]
    public async Task A_program_may_ask_a_hundred_times_a_minute_and_its_user_another_hundred_in_the_console()
    {
        fixture.GoOn();
        await using var gateway = await fixture.StrictAsync();
        var (program, address) = (await fixture.NewProgramAsync(), fixture.NewAddress());

        var answers = await AskAsync(120, () => DoorFixture.AskAsync(gateway, HttpMethod.Get, "/api/v1/orders", address, program));

        answers.Count(a => a == 200).Should().Be(100);
        answers.Count(a => a == 429).Should().Be(20);
        var person = await fixture.SignInAsync("viewer");
        (await AskAsync(150, () => DoorFixture.AskAsync(gateway, HttpMethod.Get, "/api/v1/orders", address, person.AccessToken))).Should().OnlyContain(a => a == 200);
    }

    [Fact]
    public async Task A_program_is_limited_where_it_costs_much_and_the_console_reads_portfolios_all_the_time()
    {
        fixture.GoOn();
        await using var gateway = await fixture.StrictAsync();
        var (program, person, address) = (await fixture.NewProgramAsync(), await fixture.SignInAsync("trader"), fixture.NewAddress());
        var paths = (string[])["/api/v1/portfolios", "/portfolios", "/api/v1/routing/portfolios", "/Portfolios/main/fills"];
        var turn = 0;

        var portfolios = await AskAsync(70, () => DoorFixture.AskAsync(gateway, HttpMethod.Get, paths[Interlocked.Increment(ref turn) % 4], address, program));
        var ofPerson = await AskAsync(70, () => DoorFixture.AskAsync(gateway, HttpMethod.Get, paths[0], address, person.AccessToken));

        portfolios.Count(a => a == 200).Should().Be(60);
        ofPerson.Should().OnlyContain(a => a == 200);
        var searches = await AskAsync(22, () => DoorFixture.AskAsync(gateway, HttpMethod.Get, "/udf/search?query=a", address, program));
        searches.Count(a => a == 429).Should().Be(2);
        foreach (var path in (string[])["/api/v1/backtest/run", "/api/backtest/run", "/api/v1/backtest/sweeps", "/api/backtest/replay", "/api/backtest/run"])
            (await DoorFixture.AskAsync(gateway, HttpMethod.Post, path, address, person.AccessToken)).StatusCode.Should().Be(HttpStatusCode.OK);
        await SignInFixture.ShouldBeRefusedAsync(await DoorFixture.AskAsync(gateway, HttpMethod.Post, "/api/v1/backtest/run", address, person.AccessToken), 429, "rate_limited");
        (await DoorFixture.AskAsync(gateway, HttpMethod.Get, "/api/v1/backtest/1", address, person.AccessToken)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Of_what_comes_at_once_to_two_instances_as_much_as_allowed_is_let_through_and_no_more()
    {
        fixture.GoOn();
        await using var one = await fixture.StrictAsync();
        await using var other = await fixture.StrictAsync();
        var (person, address, turn) = (await fixture.SignInAsync("viewer"), fixture.NewAddress(), 0);

        var answers = await AskAsync(1_300, () => DoorFixture.AskAsync(
            Interlocked.Increment(ref turn) % 2 == 0 ? one : other, HttpMethod.Get, "/api/v1/orders", address, person.AccessToken));

        // What one instance had set aside when the slice ended is the other's a little later.
        answers.Count(a => a == 200).Should().BeInRange(980, 1_000);
        answers.Should().OnlyContain(a => a == 200 || a == 429);
    }

    [Fact]
    public async Task A_session_is_refreshed_five_times_in_five_minutes_and_the_sixth_leaves_its_token_good()
    {
        fixture.GoOn();
        await using var gateway = await fixture.StrictAsync();
        var (tokens, address) = (await fixture.SignInAsync("viewer"), fixture.NewAddress());
        for (var i = 0; i < 5; i++)
        {
            using var refreshed = await RefreshAsync(tokens);
            tokens = await SignInFixture.TokensAsync(refreshed);
        }

        await SignInFixture.ShouldBeRefusedAsync(await RefreshAsync(tokens), 429, "rate_limited");

        fixture.GoOn(TimeSpan.FromMinutes(5.5));
        (await RefreshAsync(tokens)).StatusCode.Should().Be(HttpStatusCode.OK);

        Task<HttpResponseMessage> RefreshAsync(SigningIn.Tokens of) =>
            DoorFixture.AskAsync(gateway, HttpMethod.Post, "/auth/refresh", address, body: new { of.RefreshToken });
    }

    [Fact]
    public async Task Services_and_who_is_named_for_it_have_the_load_tier()
    {
        fixture.GoOn();
        await using var gateway = await fixture.StrictAsync("--RateLimits:Load:PerMinute", "300", "--RateLimits:Load:Addresses", "10.0.0.0/8, 127.0.0.1");

        var services = await AskAsync(350, () => DoorFixture.AskAsync(gateway, HttpMethod.Get, "/api/v1/orders", "", ServiceAccess.Key));
        var nobody = await AskAsync(350, () => DoorFixture.AskAsync(gateway, HttpMethod.Get, "/api/v1/orders", ""));

        services.Count(a => a == 200).Should().Be(300);
        nobody.Count(a => a == 401).Should().Be(300);
    }

    [Fact]
    public async Task Nobody_but_a_known_proxy_says_for_whom_it_asks()
    {
        fixture.GoOn();
        await using var gateway = await fixture.StrictAsync("--Proxies:Known", "192.0.2.0/24");

        for (var i = 0; i < 10; i++) (await DoorFixture.AskAsync(gateway, HttpMethod.Get, "/orders", fixture.NewAddress())).StatusCode.Should().Be(HttpStatusCode.Unauthorized);

        (await DoorFixture.AskAsync(gateway, HttpMethod.Get, "/orders", fixture.NewAddress())).StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task Of_a_chain_of_addresses_the_nearest_unknown_one_asks()
    {
        fixture.GoOn();
        await using var gateway = await fixture.StrictAsync();
        var address = fixture.NewAddress();
        for (var i = 0; i < 10; i++)
            (await DoorFixture.AskAsync(gateway, HttpMethod.Get, "/orders", $"{fixture.NewAddress()}, {address}")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);

        using var refused = await DoorFixture.AskAsync(gateway, HttpMethod.Get, "/orders", $"{fixture.NewAddress()}, {address}, 127.0.0.1");

        refused.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task While_the_database_is_away_an_instance_counts_alone_and_whoever_can_be_told_is_served()
    {
        fixture.GoOn();
        var real = new NpgsqlConnectionStringBuilder(fixture.Broker.Database);
        var network = new LoopbackForwarder(0, new IPEndPoint(IPAddress.Loopback, real.Port));
        real.Port = network.Port;
        await using var gateway = await fixture.StrictOnAsync(real.ConnectionString, "--Proxies:Known", "127.0.0.1");
        var address = fixture.NewAddress();
        (await DoorFixture.AskAsync(gateway, HttpMethod.Get, "/orders", address)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);

        await network.DisposeAsync();

        (await DoorFixture.AskAsync(gateway, HttpMethod.Post, "/halt", address, ServiceAccess.Key)).StatusCode.Should().Be(HttpStatusCode.OK);
        (await DoorFixture.AskAsync(gateway, HttpMethod.Get, DoorFixture.Page, address)).StatusCode.Should().Be(HttpStatusCode.OK);
        (await DoorFixture.AskAsync(gateway, HttpMethod.Get, "/health/live", address)).StatusCode.Should().Be(HttpStatusCode.OK);
        var answers = await AskAsync(20, () => DoorFixture.AskAsync(gateway, HttpMethod.Get, "/orders", address));
        answers.Count(a => a == 401).Should().BeInRange(9, 10);
        answers.Should().OnlyContain(a => a == 401 || a == 429);
    }

    [Fact]
    public async Task What_is_kept_for_others_is_for_those_who_may_read_it_and_says_nothing_of_another()
    {
        fixture.GoOn();
        await using var gateway = await fixture.StrictAsync();
        var (program, path) = (await fixture.NewProgramAsync(), "/api/v1/portfolios/main/statistics");
        using (await DoorFixture.AskAsync(gateway, HttpMethod.Get, path, fixture.NewAddress(), ServiceAccess.Key))
        {
            using var kept = await DoorFixture.AskAsync(gateway, HttpMethod.Get, path, fixture.NewAddress(), program);
            kept.Headers.Contains("Age").Should().BeTrue("it was kept");
            kept.Headers.GetValues("RateLimit-Policy").Should().Equal("\"user\";q=1000;w=3600", "\"api-key\";q=100;w=60", "\"portfolios\";q=60;w=60");
        }

        await SignInFixture.ShouldBeRefusedAsync(await DoorFixture.AskAsync(gateway, HttpMethod.Get, path, fixture.NewAddress()), 401, "token_missing");
    }

    [Fact]
    public async Task Counts_that_are_over_leave_the_table()
    {
        fixture.GoOn();
        await using var gateway = await fixture.StrictAsync();
        await DoorFixture.AskAsync(gateway, HttpMethod.Get, "/orders", fixture.NewAddress());
        (await fixture.QueryAsync("select count(*) from gateway.rate_counts")).Should().NotBe(0L);
        fixture.GoOn();

        await gateway.Services.GetRequiredService<Limits.RateTable>().ForgetAsync(fixture.Clock.GetUtcNow(), CancellationToken.None);

        (await fixture.QueryAsync("select count(*) from gateway.rate_counts")).Should().Be(0L);
    }

    private static async Task<IReadOnlyList<int>> AskAsync(int times, Func<Task<HttpResponseMessage>> ask)
    {
        var answers = new List<int>();
        for (var begun = 0; begun < times; begun += 50)
        {
            foreach (var answer in await Task.WhenAll(Enumerable.Range(0, Math.Min(50, times - begun)).Select(_ => ask())))
            {
                using (answer) answers.Add((int)answer.StatusCode);
            }
        }

        return answers;
    }
}

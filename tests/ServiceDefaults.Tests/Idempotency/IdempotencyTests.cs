using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json;
using AlgoStack.Postgres;
using AlgoStack.ServiceDefaults.Idempotency;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace AlgoStack.ServiceDefaults.Tests.Idempotency;

public sealed class IdempotencyTests(ServerFixture servers) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private readonly SettableClock _clock = new();

    private string _database = "";

    public async Task InitializeAsync() => _database = await servers.CreateSchemaDatabaseAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task The_same_request_again_is_answered_the_same_and_done_once()
    {
        await using var service = await StartAsync();

        using var first = await SendAsync(service, "k-1");
        using var again = await SendAsync(service, "k-1");

        first.StatusCode.Should().Be(HttpStatusCode.Created);
        first.Headers.Contains("Idempotency-Replayed").Should().BeFalse();
        again.StatusCode.Should().Be(HttpStatusCode.Created);
        again.Headers.GetValues("Idempotency-Replayed").Should().Equal("true");
        again.Headers.Location.Should().NotBeNull().And.Be(first.Headers.Location);
        again.Content.Headers.ContentType.Should().NotBeNull().And.Be(first.Content.Headers.ContentType);
        (await again.Content.ReadAsStringAsync()).Should().NotBeEmpty().And.Be(await first.Content.ReadAsStringAsync());
        (await EffectsAsync(service)).Should().Be(1);
    }

    [Fact]
    public async Task Without_a_key_or_with_another_a_request_is_done_each_time()
    {
        await using var service = await StartAsync();

        foreach (var key in (string?[])[null, null, "k-1", "k-2"])
        {
            using var answer = await SendAsync(service, key);
            answer.StatusCode.Should().Be(HttpStatusCode.Created);
            answer.Headers.Contains("Idempotency-Replayed").Should().BeFalse();
        }

        (await EffectsAsync(service)).Should().Be(4);
    }

    [Theory]
    [InlineData("POST", "/said?x=1", "hello!")]
    [InlineData("POST", "/said?x=1", "")]
    [InlineData("POST", "/said?x=2", "hello")]
    [InlineData("POST", "/said", "hello")]
    [InlineData("PUT", "/said?x=1", "hello")]
    [InlineData("POST", "/effects?x=1", "hello")]
    public async Task A_key_with_another_request_is_refused(string method, string path, string body)
    {
        await using var service = await StartAsync(map: app =>
            app.MapMethods("/said", ["POST", "PUT"], (HttpRequest request) => TypedResults.Stream(request.Body, "text/plain")).WithIdempotency());
        using var first = await SendAsync(service, "k-1", "POST", "/said?x=1", "hello");
        (await first.Content.ReadAsStringAsync()).Should().Be("hello");

        using var other = await SendAsync(service, "k-1", method, path, body);

        await CheckAsync(other, 422, "idempotency_key_reused", retryable: false);
        (await EffectsAsync(service)).Should().Be(0);
    }

    [Fact]
    public async Task Two_instances_behave_as_one_and_whoever_comes_meanwhile_is_told_to_wait()
    {
        var reached = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        Task Wait()
        {
            reached.TrySetResult();
            return go.Task;
        }

        await using var one = await StartAsync(Wait);
        await using var other = await StartAsync(Wait);

        var first = SendAsync(one, "k-1");
        await reached.Task;
        foreach (var service in (TestService[])[one, other, one, other])
        {
            using var meanwhile = await SendAsync(service, "k-1");
            meanwhile.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(1));
            await CheckAsync(meanwhile, 409, "idempotency_in_flight", retryable: true);
        }

        go.SetResult();
        using var done = await first;
        using var again = await SendAsync(other, "k-1");

        again.Headers.GetValues("Idempotency-Replayed").Should().Equal("true");
        (await again.Content.ReadAsStringAsync()).Should().Be(await done.Content.ReadAsStringAsync());
        (await EffectsAsync(one)).Should().Be(1);
    }

    [Fact]
    public async Task Of_many_at_once_one_is_done()
    {
        await using var one = await StartAsync();
        await using var other = await StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => SendAsync(i % 2 == 0 ? one : other, "k-1")));

        answers.Should().OnlyContain(a => a.StatusCode == HttpStatusCode.Created || a.StatusCode == HttpStatusCode.Conflict);
        answers.Count(a => a.StatusCode == HttpStatusCode.Created && !a.Headers.Contains("Idempotency-Replayed")).Should().Be(1);
        (await EffectsAsync(one)).Should().Be(1);
        foreach (var answer in answers) answer.Dispose();
    }

    [Fact]
    public async Task A_process_that_dies_lets_go_of_its_keys_and_the_same_again_finds_what_was_done()
    {
        await using var survivor = await StartAsync();
        await using var dying = ServiceProcess.Start("effect", new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["ConnectionStrings__algostack"] = _database,
        });
        using var http = new HttpClient { BaseAddress = await dying.AddressAsync() };
        var never = SendAsync(http, "k-1");
        await Eventually.True(async () => await EffectsAsync(survivor) == 1);
        using (var meanwhile = await SendAsync(survivor, "k-1"))
            await CheckAsync(meanwhile, 409, "idempotency_in_flight", retryable: true);

        await dying.KillAsync();
        await never.Invoking(n => n).Should().ThrowAsync<HttpRequestException>();

        await Eventually.True(async () =>
        {
            using var answer = await SendAsync(survivor, "k-1");
            return answer.StatusCode == HttpStatusCode.Created && !answer.Headers.Contains("Idempotency-Replayed");
        });

        (await EffectsAsync(survivor)).Should().Be(1);
    }

    [Theory]
    [InlineData("returned", 503)]
    [InlineData("too_many", 429)]
    [InlineData("thrown", 500)]
    public async Task An_answer_to_come_again_or_a_fault_is_not_kept_and_the_same_again_has_the_same_id(string how, int status)
    {
        var ids = new List<Guid>();
        await using var service = await StartAsync(map: app => app.MapPost("/fails", IResult (IdempotencyKey key) =>
        {
            ids.Add(key.Id);
            return ids.Count > 1 ? TypedResults.Ok(ids.Count)
                : how == "returned" ? Problem.Unavailable("away", "Away.")
                : how == "too_many" ? Problem.Of(429, "rate_limited", "Too many.", retryable: true)
                : throw new InvalidOperationException("broken");
        }).WithIdempotency());

        using var first = await SendAsync(service, "k-1", path: "/fails");
        using var again = await SendAsync(service, "k-1", path: "/fails");
        using var last = await SendAsync(service, "k-1", path: "/fails");

        ((int)first.StatusCode).Should().Be(status);
        again.StatusCode.Should().Be(HttpStatusCode.OK);
        again.Headers.Contains("Idempotency-Replayed").Should().BeFalse();
        last.Headers.GetValues("Idempotency-Replayed").Should().Equal("true");
        ids.Should().HaveCount(2);
        ids[1].Should().Be(ids[0]);
    }

    [Fact]
    public async Task A_refusal_is_kept()
    {
        var asked = 0;
        await using var service = await StartAsync(map: app =>
            app.MapPost("/refused", () => Problem.Refused("cash_too_low", $"Refused {++asked} times.")).WithIdempotency());

        using var first = await SendAsync(service, "k-1", path: "/refused");
        using var again = await SendAsync(service, "k-1", path: "/refused");

        await CheckAsync(again, 422, "cash_too_low", retryable: false);
        again.Headers.GetValues("Idempotency-Replayed").Should().Equal("true");
        asked.Should().Be(1);
    }

    [Theory]
    [InlineData(1024 * 1024, true)]
    [InlineData((1024 * 1024) + 1, false)]
    public async Task An_answer_is_kept_up_to_a_megabyte(int length, bool kept)
    {
        await using var service = await StartAsync(map: app =>
            app.MapPost("/long", () => TypedResults.Text(new string('x', length), "text/plain")).WithIdempotency());

        using var first = await SendAsync(service, "k-1", path: "/long");
        using var again = await SendAsync(service, "k-1", path: "/long");

        (await first.Content.ReadAsStringAsync()).Should().HaveLength(length);
        (await again.Content.ReadAsStringAsync()).Should().HaveLength(length);
        again.Headers.Contains("Idempotency-Replayed").Should().Be(kept);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("tab\tbed")]
    [InlineData("256")]
    public async Task What_is_no_key_is_refused(string key)
    {
        await using var service = await StartAsync();

        using var answer = await SendAsync(service, key == "256" ? new string('k', 256) : key);

        await CheckAsync(answer, 400, "idempotency_key_invalid", retryable: false);
        (await EffectsAsync(service)).Should().Be(0);
    }

    [Fact]
    public async Task A_key_may_be_of_255_characters_and_of_every_visible_one()
    {
        await using var service = await StartAsync();
        var visible = string.Concat(Enumerable.Range('!', '~' - '!' + 1).Select(c => (char)c));

        foreach (var key in (string[])[visible, new string('k', 255)])
        {
            using var answer = await SendAsync(service, key);
            answer.StatusCode.Should().Be(HttpStatusCode.Created);
        }
    }

    [Fact]
    public async Task Each_user_has_keys_of_their_own()
    {
        await using var service = await StartAsync(map: app => app.Use((context, next) =>
        {
            if (context.Request.Headers["X-User"] is [{ } name])
                context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], "test"));
            return next();
        }));

        foreach (var user in (string[])["ann", "bob", "ann"])
        {
            using var request = Request("k-1");
            request.Headers.Add("X-User", user);
            using var answer = await service.Http.SendAsync(request);
            answer.StatusCode.Should().Be(HttpStatusCode.Created);
        }

        (await EffectsAsync(service)).Should().Be(2);
    }

    [Fact]
    public async Task What_only_reads_is_read_each_time()
    {
        var asked = 0;
        await using var service = await StartAsync(map: app => app.MapGroup("/things").WithIdempotency().MapGet("/count", () => ++asked));

        foreach (var expected in (string[])["1", "2"])
        {
            using var answer = await SendAsync(service, "k-1", "GET", "/things/count");
            (await answer.Content.ReadAsStringAsync()).Should().Be(expected);
        }
    }

    [Fact]
    public async Task A_key_is_new_again_after_a_day()
    {
        await using var service = await StartAsync();
        using var first = await SendAsync(service, "k-1");

        _clock.Ahead = TimeSpan.FromHours(24) - TimeSpan.FromMinutes(1);
        using var sameDay = await SendAsync(service, "k-1");
        _clock.Ahead = TimeSpan.FromHours(24) + TimeSpan.FromMinutes(1);
        using var nextDay = await SendAsync(service, "k-1");
        using var nextDayAgain = await SendAsync(service, "k-1");

        sameDay.Headers.Contains("Idempotency-Replayed").Should().BeTrue();
        nextDay.Headers.Contains("Idempotency-Replayed").Should().BeFalse();
        nextDayAgain.Headers.Contains("Idempotency-Replayed").Should().BeTrue();
        nextDay.Headers.Location.Should().NotBe(first.Headers.Location);
        (await EffectsAsync(service)).Should().Be(2);
    }

    [Fact]
    public async Task Keys_that_have_expired_are_removed_and_others_stay()
    {
        await using var service = await StartAsync();
        using var old = await SendAsync(service, "k-old");
        _clock.Ahead = TimeSpan.FromHours(12);
        using var young = await SendAsync(service, "k-young");

        _clock.Ahead = TimeSpan.FromHours(25);
        await using var later = await StartAsync();

        await Eventually.Equal(1, () => CountAsync(later, "select count(*)::int from idempotency_keys"));
        using var again = await SendAsync(later, "k-young");
        again.Headers.Contains("Idempotency-Replayed").Should().BeTrue();
    }

    [Fact]
    public async Task A_connection_that_was_cut_is_made_anew()
    {
        await using var service = await StartAsync();
        using var first = await SendAsync(service, "k-1");
        (await CutAsync("select pg_advisory_unlock($1)")).Should().Be(1);

        using var next = await SendAsync(service, "k-2");

        next.StatusCode.Should().Be(HttpStatusCode.Created);
    }

    [Fact]
    public async Task The_schema_is_what_its_migrations_make()
    {
        await using var service = await StartAsync();

        (await service.Services.GetRequiredService<SchemaDrift>().FindAsync()).Should().BeEmpty();
        (await CountAsync(service, "select count(*)::int from migrations where source = 'idempotency'")).Should().Be(1);
    }

    private Task<TestService> StartAsync(Func<Task>? afterwards = null, Action<WebApplication>? map = null) => TestService.StartAsync(
        builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(_clock);
            EffectService.Add(builder);
        },
        app =>
        {
            map?.Invoke(app);
            EffectService.Map(app, afterwards ?? (() => Task.CompletedTask));
        },
        settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["ConnectionStrings:algostack"] = _database });

    private static Task<HttpResponseMessage> SendAsync(TestService service, string? key, string method = "POST", string path = "/effects", string body = "") =>
        SendAsync(service.Http, key, method, path, body);

    private static async Task<HttpResponseMessage> SendAsync(HttpClient http, string? key, string method = "POST", string path = "/effects", string body = "")
    {
        using var request = Request(key, method, path, body);
        return await http.SendAsync(request);
    }

    private static HttpRequestMessage Request(string? key, string method = "POST", string path = "/effects", string body = "")
    {
        var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        if (method != "GET") request.Content = new StringContent(body);
        if (key is not null) request.Headers.TryAddWithoutValidation("Idempotency-Key", key).Should().BeTrue();
        return request;
    }

    private static Task<int> EffectsAsync(TestService service) => CountAsync(service, "select count(*)::int from effects");

    private static async Task<int> CountAsync(TestService service, string sql)
    {
#pragma warning disable CA2100 // Written above.
        await using var command = service.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
#pragma warning restore CA2100
        return (int)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Cuts connections by what they last ran, which a superuser alone sees.</summary>
    private async Task<int> CutAsync(string query)
    {
        await using var superuser = NpgsqlDataSource.Create(_database);
        await using var command = superuser.CreateCommand(
            "select count(pg_terminate_backend(pid))::int from pg_stat_activity where datname = current_database() and query = $1");
        command.Parameters.Add(new() { Value = query });
        return (int)(await command.ExecuteScalarAsync())!;
    }

    private static async Task CheckAsync(HttpResponseMessage answer, int status, string code, bool retryable)
    {
        ((int)answer.StatusCode).Should().Be(status);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("code").GetString().Should().Be(code);
        problem.GetProperty("retryable").GetBoolean().Should().Be(retryable);
    }

    private sealed class SettableClock : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
    }
}

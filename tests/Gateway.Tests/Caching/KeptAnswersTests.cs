using System.Net;
using AlgoStack.Gateway.Caching;
using AlgoStack.Gateway.Forwarding;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Gateway.Tests.Caching;

/// <summary>A service counts how often it is asked; what the gateway has kept it is not asked for.</summary>
public sealed class KeptAnswersTests(BrokerFixture broker) : IClassFixture<BrokerFixture>, IAsyncLifetime
{
    private readonly SettableClock _clock = new();
    private FakeUpstream _upstream = null!;
    private GatewayUnderTest _gateway = null!;
    private int _asked;
    private int _status = 200;
    private TaskCompletionSource? _held;

    public async Task InitializeAsync()
    {
        _upstream = await FakeUpstream.StartAsync(app => app.Map("/{**path}", async (HttpContext context) =>
        {
            // The gateway asks it how it does, too.
            if (context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal)) return;

            var asked = Interlocked.Increment(ref _asked);
            if (_held is { } held) await held.Task;
            context.Response.StatusCode = _status;
            await context.Response.WriteAsync($"{asked} {context.Request.Method} {context.Request.Path}{context.Request.QueryString}", context.RequestAborted);
        }));
        _gateway = await GatewayUnderTest.StartAsync(
            broker, Routes.Services.ToDictionary(s => s, _ => _upstream.Address, StringComparer.Ordinal), clock: _clock);
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task An_answer_is_kept_by_its_path_and_query_and_says_how_old_it_is()
    {
        (await AskAsync("/api/v1/history?instrument=A")).Should().Be("1 GET /history?instrument=A");
        (await AskAsync("/api/v1/history?instrument=A")).Should().Be("1 GET /history?instrument=A");
        (await AskAsync("/api/v1/history?instrument=B")).Should().Be("2 GET /history?instrument=B");

        using var kept = await _gateway.Http.GetAsync("/api/v1/history?instrument=A");
        kept.Headers.Age.Should().NotBeNull();
    }

    [Fact]
    public async Task Who_wants_it_anew_says_so()
    {
        await AskAsync("/api/v1/signal/strategies");
        using var anew = new HttpRequestMessage(HttpMethod.Get, "/api/v1/signal/strategies") { Headers = { CacheControl = new() { NoCache = true } } };

        using var answer = await _gateway.Http.SendAsync(anew);

        (await answer.Content.ReadAsStringAsync()).Should().StartWith("2 ");
        (await AskAsync("/api/v1/signal/strategies")).Should().StartWith("2 ", "the newer one is kept in its place");
    }

    [Fact]
    public async Task Nobody_is_given_what_they_may_not_ask_for()
    {
        await AskAsync("/api/v1/signal/strategies");
        using var stranger = new HttpClient { BaseAddress = _gateway.Address };

        (await stranger.GetAsync("/api/v1/signal/strategies")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("/api/v1/positions")]
    [InlineData("/api/v1/orders")]
    [InlineData("/api/v1/portfolios/main")]
    [InlineData("/api/v1/portfolios/main/equity")]
    public async Task What_is_held_and_what_works_is_never_kept(string path)
    {
        await AskAsync(path);

        (await AskAsync(path)).Should().StartWith("2 ");
    }

    [Fact]
    public async Task A_refusal_is_not_kept()
    {
        _status = 503;
        await AskAsync("/api/v1/history");
        _status = 200;

        (await AskAsync("/api/v1/history")).Should().StartWith("2 ");
    }

    [Fact]
    public async Task A_bar_that_closed_makes_prices_old_and_nothing_else()
    {
        await AskAsync("/api/v1/history");
        await AskAsync("/api/v1/portfolios/main/statistics");

        await broker.PublishAsync(Samples.Bars("replay-a", 1, 1), "replay-a", 1);

        await Eventually.True(async () => await AskAsync("/api/v1/history") != "1 GET /history");
        (await AskAsync("/api/v1/portfolios/main/statistics")).Should().StartWith("2 ");
    }

    [Fact]
    public async Task An_order_that_changed_makes_statistics_old()
    {
        await AskAsync("/api/v1/portfolios/main/statistics");

        await broker.PublishAsync(Samples.Filled("replay-a", 1, 1), "replay-a", 1);

        await Eventually.True(async () => !(await AskAsync("/api/v1/portfolios/main/statistics")).StartsWith("1 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_asked_before_the_change_or_right_after_it_is_given_and_not_kept()
    {
        var kept = _gateway.Services.GetRequiredService<KeptAnswers>();
        _held = new TaskCompletionSource();
        var before = AskAsync("/api/v1/history");
        await Eventually.Equal(1, () => Volatile.Read(ref _asked));
        kept.Forget(KeptAnswers.Prices);
        _held.SetResult();
        (await before).Should().StartWith("1 ");

        (await AskAsync("/api/v1/history")).Should().StartWith("2 ");
        (await AskAsync("/api/v1/history")).Should().StartWith("3 ");
        _clock.SetAhead(KeptAnswers.Settling + TimeSpan.FromSeconds(1));
        (await AskAsync("/api/v1/history")).Should().StartWith("4 ");
        (await AskAsync("/api/v1/history")).Should().StartWith("4 ");
    }

    [Fact]
    public async Task Of_many_who_ask_at_once_one_is_passed_on()
    {
        _held = new TaskCompletionSource();
        var all = Enumerable.Range(0, 20).Select(_ => AskAsync("/api/v1/history")).ToList();
        await Eventually.Equal(1, () => Volatile.Read(ref _asked));
        _held.SetResult();

        (await Task.WhenAll(all)).Should().AllBe("1 GET /history");
    }

    [Fact]
    public async Task How_often_it_was_there_is_counted()
    {
        foreach (var _ in Enumerable.Range(0, 10)) await AskAsync("/api/v1/signal/strategies");

        var metrics = await _gateway.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));

        metrics.Should().MatchRegex("""algostack_answers_total\{kind="catalogue",result="hit"[^}]*\} \d+""");
    }

    private async Task<string> AskAsync(string path)
    {
        using var answer = await _gateway.Http.GetAsync(new Uri(path, UriKind.Relative));
        return await answer.Content.ReadAsStringAsync();
    }
}

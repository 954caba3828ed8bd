using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AlgoStack.Backtest.Backtests;
using AlgoStack.Contracts.Backtests;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.Contracts.Signals;
using AlgoStack.EventStore.Streams;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using AlgoStack.Testing.Trading;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Xunit;

namespace AlgoStack.Backtest.Tests;

/// <summary>History through the live engines, and the proof that both agree, on real servers.</summary>
public sealed class BacktestTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    private static readonly int[] Sizes = [400, 400];

    [Fact]
    public async Task A_session_replayed_twice_gives_one_report_with_its_statistics_and_its_events_in_order()
    {
        using var session = RecordedSession.Of("replay-again", Sizes);
        await using var here = await Surroundings.StartAsync(servers, session);

        var first = await here.ReplayAsync(new StartBacktest(session.Id));
        var second = await here.ReplayAsync(new StartBacktest(session.Id));

        var engines = session.Run.Session;
        first.State.Should().Be("completed", first.Error);
        (first.Bars, first.Signals, first.Intents, first.Fills)
            .Should().Be((Sizes.Sum(), session.Signals.Count, engines.Intents, engines.Fills));
        (second.OrderListHash, second.DataHash).Should().Be((first.OrderListHash, first.DataHash));
        var expected = session.Run.Statistics.Single().Statistics;
        var statistics = first.Statistics.Should().ContainSingle().Which;
        statistics.Trades.Should().BePositive();
        statistics.Should().BeEquivalentTo(expected, o => o.ExcludingMissingMembers());
        first.Curve[^1].Equity.Should().Be(statistics.FinalEquity);

        var events = await here.EventsAsync($"backtest={first.BacktestId}&limit=10000");
        events.Select(e => e.Number).Should().Equal(Enumerable.Range(1, events.Count).Select(i => (long)i));
        events.Select(e => e.At).Should().BeInAscendingOrder();
        events.Where(e => e.Kind == "signal").Select(e => e.Id).Should().Equal(session.Signals.Select(s => s.SignalId));
        events.Count(e => e.Kind == "order_filled").Should().Be(session.Fills.Count);
        (await here.EventsAsync($"backtest={first.BacktestId}&kind=signal&after={events[^1].Number / 2}&limit=1")).Should().Equal(
            events.Where(e => e.Kind == "signal" && e.Number > events[^1].Number / 2).Take(1));
    }

    [Fact]
    public async Task A_backtest_that_waits_twice_runs_once()
    {
        using var session = RecordedSession.Of("replay-twice", Sizes);
        await using var here = await Surroundings.StartAsync(servers, session);
        var (log, queue) = (here.Backtest.Get<EventLog>(), here.Backtest.Get<BacktestQueue>());
        var started = new BacktestStarted("twice", new StartBacktest(session.Id), DateTimeOffset.UnixEpoch);
        await AppendAsync(log, started.BacktestId, started);

        await queue.EnqueueAsync(started, CancellationToken.None);
        await queue.EnqueueAsync(started, CancellationToken.None);
        await here.ReplayAsync(new StartBacktest(session.Id));

        var stream = await log.OpenSession().FetchStreamAsync(BacktestStarted.StreamOf(started.BacktestId));
        stream.Count(e => e.Data is BacktestBegun).Should().Be(1);
        stream.Count(e => e.Data is BacktestFinished).Should().Be(1);
    }

    [Fact]
    public async Task A_second_instance_leaves_what_the_first_runs_alone()
    {
        using var session = RecordedSession.Of("replay-beside", Sizes);
        await using var here = await Surroundings.StartAsync(servers, session);
        var slow = new BacktestStarted("slow", new StartBacktest(session.Id, Speed: "1x"), DateTimeOffset.UnixEpoch);
        await AppendAsync(here.Backtest.Get<EventLog>(), slow.BacktestId, slow);
        await here.Backtest.Get<BacktestQueue>().EnqueueAsync(slow, CancellationToken.None);
        await Eventually.True(async () => await BegunAsync() == 1);

        await using var beside = await here.StartBesideAsync();
        // One after the other: when this one is through, the unfinished one has been looked at.
        await beside.ReplayAsync(new StartBacktest(session.Id));

        (await BegunAsync()).Should().Be(1);

        async Task<int> BegunAsync() => (await here.Backtest.Get<EventLog>().OpenSession().FetchStreamAsync("backtest-slow")).Count(e => e.Data is BacktestBegun);
    }

    [Fact]
    public async Task What_an_interrupted_run_had_told_does_not_count_in_the_next()
    {
        using var session = RecordedSession.Of("replay-interrupted", Sizes);
        await using var here = await Surroundings.StartAsync(servers, session);
        var started = new BacktestStarted("interrupted", new StartBacktest(session.Id), DateTimeOffset.UnixEpoch);
        var told = new ReplayedEvent("signal", "before", null, null, "told before the interruption", DateTimeOffset.UnixEpoch);
        await AppendAsync(
            here.Backtest.Get<EventLog>(),
            started.BacktestId,
            started,
            new BacktestBegun(started.BacktestId, DateTimeOffset.UnixEpoch),
            new BacktestAdvanced(started.BacktestId, 0, 1, [told]));

        await here.Backtest.Get<BacktestQueue>().EnqueueAsync(started, CancellationToken.None);
        await here.ReplayAsync(new StartBacktest(session.Id));

        var events = await here.EventsAsync("backtest=interrupted&limit=10000");
        events.Where(e => e.Kind == "signal").Select(e => e.Id).Should().Equal(session.Signals.Select(s => s.SignalId));
    }

    [Fact]
    public async Task A_session_that_traded_what_the_engines_trade_has_whole_parity()
    {
        using var session = RecordedSession.Of("replay-equal", Sizes);
        await using var here = await Surroundings.StartAsync(servers, session);

        var parity = await here.ParityAsync();

        parity.Score.Should().Be(1);
        parity.FirstDifference.Should().BeNull();
        (parity.SignalsEqual, parity.SignalsLive, parity.SignalsBacktest).Should().Be((session.Signals.Count, session.Signals.Count, session.Signals.Count));
        (parity.IntentsEqual, parity.IntentsLive, parity.IntentsBacktest).Should().Be((session.Intents.Count, session.Intents.Count, session.Intents.Count));
        parity.OrderListHashBacktest.Should().Be(parity.OrderListHashLive).And.NotBeEmpty();
    }

    [Fact]
    public async Task One_altered_bar_makes_the_score_fall_and_the_first_signal_after_it_is_named()
    {
        using var session = RecordedSession.Of("replay-altered", Sizes);
        await using var here = await Surroundings.StartAsync(servers, session);
        var last = session.Signals[session.Signals.Count / 2].BarClose.ToUnixTimeMilliseconds();
        var batch = session.Batches[0].Bars.CloseMs[^1] < last ? 1 : 0;

        var altered = session.AlterBar(batch, Array.IndexOf(session.Batches[batch].Bars.CloseMs, last), 1.01);

        var parity = await here.ParityAsync();
        parity.Score.Should().BePositive().And.BeLessThan(1);
        parity.SignalsEqual.Should().BeGreaterThanOrEqualTo(session.Signals.Count(s => s.BarClose < altered)).And.BeLessThan(session.Signals.Count);
        parity.FirstDifference.Should().Contain(session.Signals.First(s => s.BarClose >= altered).SignalId);
    }

    [Fact]
    public async Task What_the_backtest_alone_has_is_named_too()
    {
        using var session = RecordedSession.Of("replay-lost", Sizes);
        var lost = session.Signals[^1];
        await using var here = await Surroundings.StartAsync(servers, session, heard: [.. session.Evaluations.Select(e =>
            e with { Signals = [.. e.Signals.Where(s => s.SignalId != lost.SignalId)] })]);

        var parity = await here.ParityAsync();

        parity.Score.Should().BeLessThan(1);
        parity.SignalsLive.Should().Be(session.Signals.Count - 1);
        parity.FirstDifference.Should().Contain(lost.SignalId);
    }

    [Fact]
    public async Task What_cannot_be_run_is_refused_with_a_code_or_ends_with_a_reason()
    {
        using var session = RecordedSession.Of("replay-known", [50]);
        await using var here = await Surroundings.StartAsync(servers, session);

        await here.ShouldRefuse("/api/backtest/parity/nobody", null, HttpStatusCode.NotFound, "session_unknown");
        await here.ShouldRefuse("/api/backtest/replay", new StartBacktest(), HttpStatusCode.BadRequest, "data_missing");
        await here.ShouldRefuse("/api/backtest/replay", new StartBacktest(session.Id, Speed: "1001x"), HttpStatusCode.BadRequest, "speed_invalid");
        using var unknown = await here.Backtest.Http.GetAsync("/api/backtest/events?backtest=nobody");
        await ShouldBeAProblem(unknown, HttpStatusCode.NotFound, "backtest_unknown");
        await here.ShouldRefuse("/api/backtest/replay", new StartBacktest("nobody"), HttpStatusCode.NotFound, "session_unknown");
    }

    private static async Task AppendAsync(EventLog log, string backtest, params object[] events)
    {
        var session = log.OpenSession();
        foreach (var e in events) session.Append(BacktestStarted.StreamOf(backtest), e);
        await session.SaveChangesAsync();
    }

    private static async Task ShouldBeAProblem(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.Should().Be(status, text);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        JsonDocument.Parse(text).RootElement.GetProperty("code").GetString().Should().Be(code);
    }

    /// <summary>One line of <c>GET /api/backtest/events</c>.</summary>
    private sealed record EventLine(long Number, string Kind, string Id, string? Instrument, string? Strategy, string Detail, DateTimeOffset At);

    /// <summary>The service, and the other services as a session has left them.</summary>
    private sealed record Surroundings(RecordedSession Session, HttpPeer Others, ServiceUnderTest Backtest, string Database, string Broker) : IAsyncDisposable
    {
        /// <param name="heard">What the signal service says was evaluated, when that is not the truth.</param>
        public static async Task<Surroundings> StartAsync(
            ServerFixture servers, RecordedSession session, IReadOnlyList<BarsEvaluated>? heard = null)
        {
            var others = await HttpPeer.StartAsync(routes =>
            {
                session.MapTape(routes);
                routes.MapGet($"/sessions/{session.Id}/evaluations", () => heard ?? session.Evaluations);
                routes.MapGet($"/sessions/{session.Id}/strategies", RecordedSession.Strategies);
                MapRouting(routes, session);
            });
            var (database, broker) = (await servers.CreateSchemaDatabaseAsync(), await servers.CreateVirtualHostAsync());
            return new Surroundings(session, others, await StartAsync(others, database, broker), database, broker);
        }

        /// <summary>One more instance of the service.</summary>
        public async Task<Surroundings> StartBesideAsync() => this with { Backtest = await StartAsync(Others, Database, Broker) };

        public async Task<ParityReport> ParityAsync()
        {
            using var response = await Backtest.Http.PostAsync($"/api/backtest/parity/{Session.Id}", content: null);
            response.StatusCode.Should().Be(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
            return (await response.Content.ReadFromJsonAsync<ParityReport>())!;
        }

        /// <summary>The backtest once it has ended.</summary>
        public async Task<BacktestView> ReplayAsync(StartBacktest request)
        {
            using var response = await Backtest.Http.PostAsJsonAsync("/api/backtest/replay", request);
            response.StatusCode.Should().Be(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
            var view = (await response.Content.ReadFromJsonAsync<BacktestView>())!;
            await Eventually.True(async () => (view = await Backtest.GetAsync<BacktestView>($"/api/backtest/{view.BacktestId}")).EndedAt is not null);
            return view;
        }

        public async Task<List<EventLine>> EventsAsync(string query) => await Backtest.GetAsync<List<EventLine>>($"/api/backtest/events?{query}");

        public async Task ShouldRefuse(string path, StartBacktest? request, HttpStatusCode status, string code)
        {
            using var response = await Backtest.Http.PostAsJsonAsync(path, request);
            await ShouldBeAProblem(response, status, code);
        }

        public async ValueTask DisposeAsync()
        {
            await Backtest.DisposeAsync();
            await Others.DisposeAsync();
        }

        private static Task<ServiceUnderTest> StartAsync(HttpPeer others, string database, string broker) => ServiceUnderTest.StartAsync(
            BacktestService.Build, database, broker, ("ingestion", others.Address), ("signal", others.Address), ("broker-routing", others.Address));

        private static void MapRouting(IEndpointRouteBuilder routes, RecordedSession session)
        {
            var engines = session.Run.Session;
            routes.MapGet($"/sessions/{session.Id}/controls", () => Array.Empty<SessionControl>());
            routes.MapGet($"/sessions/{session.Id}/order-intents", () => session.Intents.Select(i =>
                new OrderIntentView(i.OrderId.Value, i.Strategy, i.Instrument.Value, i.Side.ToString(), i.Quantity, i.Type.ToString(), i.At)));
            routes.MapGet($"/sessions/{session.Id}/progress", () => new RoutingProgress(
                session.Id, engines.Account, session.Batches.Count, Ended: true, Projected: true, session.Signals.Count, engines.Intents,
                engines.Denied, engines.Fills, Array.Empty<BalanceView>(), engines.OrderListHash, FirstFillAt: null, LastCommitAt: null));
        }
    }
}

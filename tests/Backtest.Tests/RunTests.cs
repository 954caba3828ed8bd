using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using AlgoStack.Backtest.Backtests;
using AlgoStack.Backtesting;
using AlgoStack.Backtesting.Reports;
using AlgoStack.Contracts.Backtests;
using AlgoStack.Contracts.Signals;
using AlgoStack.EventStore.Streams;
using AlgoStack.ServiceDefaults.Clients;
using AlgoStack.Strategies;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AlgoStack.Backtest.Tests;

/// <summary>Backtests by symbol and days: what is taken, what is refused, what is kept of them, on real servers.</summary>
public sealed class RunTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    private const int Days = 900;
    private const string Cross = "sma-cross fast=10 slow=30";

    private readonly DailyTape _tape = new(Days);

    [Fact]
    public async Task A_symbol_and_days_run_what_the_same_bars_run_in_a_file()
    {
        await using var here = await Surroundings.StartAsync(servers, _tape);

        var view = await here.RunAsync($"symbol=sp500-2000&days=700&strategy={Uri.EscapeDataString(Cross)}");

        var bars = Series(_tape.Close(Days - 1).AddDays(-700));
        var expected = Backtester.Run(bars, "", new BacktestPlan([PlanText.Strategy(Cross)], new ModelText().Settings()));
        view.State.Should().Be("completed", view.Error);
        (view.Bars, view.BarsInAll, view.Progress, view.Timeframe).Should().Be((bars.Count, bars.Count, 1, "1d"));
        (view.OrderListHash, view.DataHash, view.Fills).Should().Be((expected.OrderListHash, expected.Data.Hash, expected.Fills));
        view.Request.Instruments.Should().Equal(DailyTape.Instrument);
        view.Strategies.Should().ContainSingle().Which.Should().BeEquivalentTo(
            new StrategyChoice("sma-cross", PlanText.Strategy(Cross).ParameterText, []));
        var figures = view.Statistics.Should().ContainSingle().Which;
        figures.Trades.Should().BePositive();
        figures.Should().BeEquivalentTo(expected.Currencies[0].Statistics, o => o.ExcludingMissingMembers());
        figures.Holding.Should().BeEquivalentTo(expected.Currencies[0].Holding, o => o.ExcludingMissingMembers());
        figures.Risk!.Volatility.Should().Be(expected.Currencies[0].Statistics.Risk.Volatility).And.NotBeNull();
        figures.Activity!.Exposure.Should().Be(expected.Currencies[0].Statistics.Activity.Exposure).And.NotBeNull();
        JsonSerializer.SerializeToElement(figures).EnumerateObject().Sum(p => p.Value.ValueKind == JsonValueKind.Object ? p.Value.EnumerateObject().Count() : 1)
            .Should().BeGreaterThan(30);
    }

    [Fact]
    public async Task Trades_are_read_page_by_page_and_exports_are_those_of_a_file()
    {
        await using var here = await Surroundings.StartAsync(servers, _tape);
        var view = await here.RunAsync($"symbol=SP500-2000.SIM&days=3650&strategy={Uri.EscapeDataString(Cross)}");
        var bars = Series(DateTimeOffset.MinValue);
        var expected = Backtester.Run(bars, "SP500-2000.SIM 1d", new BacktestPlan([PlanText.Strategy(Cross)], new ModelText().Settings()));
        var path = $"/api/backtest/{view.BacktestId}";

        var first = await here.Backtest.GetAsync<List<BacktestTrade>>($"{path}/trades?limit=3");
        var rest = await here.Backtest.GetAsync<List<BacktestTrade>>($"{path}/trades?after=3");

        first.Should().HaveCount(3);
        first.Concat(rest).Select(t => (t.Number, t.Instrument, t.ProfitAndLoss, t.OpenedAt.ToUnixTimeMilliseconds())).Should().Equal(
            expected.Trades.Select((t, i) => (i + 1L, t.Instrument.Value, t.ProfitAndLoss, t.OpenedMs)));

        await using var trades = new StringWriter();
        CsvReport.WriteTrades(trades, expected);
        (await here.TextAsync($"{path}/trades.csv", "text/csv")).Should().Be(trades.ToString());
        (await here.TextAsync($"{path}/equity.csv", "text/csv")).Split("\r\n").Should().HaveCount(bars.Count + 2).And.Subject.First().Should().Be("time,currency,equity");

        using var json = new MemoryStream(Encoding.UTF8.GetBytes(await here.TextAsync($"{path}/report.json", "application/json")));
        JsonReport.Read(json).Should().BeEquivalentTo(expected, o => o.Excluding(r => r.Currencies[0].Curve).Excluding(r => r.Currencies[0].Days));

        (await SectionsAsync()).Should().Contain(["trades", "price-0"]);
        _tape.Alter();
        (await SectionsAsync()).Should().Contain("trades").And.NotContain("price-0", "the tape has other bars by now");

        async Task<IEnumerable<string?>> SectionsAsync() => XDocument.Parse(await here.TextAsync($"{path}/report.html", "text/html"))
            .Descendants("section").Select(section => section.Attribute("id")?.Value);
    }

    [Fact]
    public async Task What_cannot_run_is_refused_before_it_is_queued()
    {
        await using var here = await Surroundings.StartAsync(servers, _tape);
        foreach (var (query, status, code, found) in ((string, HttpStatusCode, string, string)[])
        [
            ("symbol=NOBODY&days=30", HttpStatusCode.NotFound, "symbol_unknown", DailyTape.Instrument),
            ("days=30", HttpStatusCode.NotFound, "symbol_unknown", DailyTape.Instrument),
            ("symbol=TWIN&days=30", HttpStatusCode.BadRequest, "symbol_ambiguous", "TWIN.AAA, TWIN.BBB"),
            ("symbol=TWIN.AAA&days=30", HttpStatusCode.BadRequest, "range_empty", "TWIN.AAA"),
            ("symbol=SP500-2000&days=30&timeframe=1h", HttpStatusCode.BadRequest, "range_empty", "1h"),
            ("symbol=SP500-2000&days=30&timeframe=soon", HttpStatusCode.BadRequest, "timeframe_invalid", "soon"),
            ("symbol=SP500-2000&days=0", HttpStatusCode.BadRequest, "days_invalid", "1 to 3650, found '0'"),
            ("symbol=SP500-2000&days=3651", HttpStatusCode.BadRequest, "days_invalid", "3651"),
            ("symbol=SP500-2000&days=many", HttpStatusCode.BadRequest, "days_invalid", "many"),
            ("symbol=SP500-2000", HttpStatusCode.BadRequest, "days_invalid", "''"),
            ("symbol=SP500-2000&days=30&strategy=luck", HttpStatusCode.BadRequest, "strategy_invalid", "luck"),
            ("symbol=SP500-2000&days=30&strategy=sma-cross fast=30 slow=10", HttpStatusCode.BadRequest, "strategy_invalid", "fast"),
            ("symbol=SP500-2000&days=30&strategy=sma-cross speed=1", HttpStatusCode.BadRequest, "strategy_invalid", "speed"),
            ("symbol=SP500-2000&days=30&strategy=pairs", HttpStatusCode.BadRequest, "strategy_invalid", "two instruments"),
            ("symbol=SP500-2000&days=30&strategy=sma-cross&strategy=sma-cross", HttpStatusCode.BadRequest, "strategy_invalid", "twice"),
            ("symbol=SP500-2000&days=30&strategy=sma-cross @TWIN.AAA", HttpStatusCode.BadRequest, "strategy_invalid", "TWIN.AAA"),
        ])
        {
            using var response = await here.PostAsync($"/api/backtest/run?{query}");
            (await ProblemAsync(response, status, code)).GetProperty("detail").GetString().Should().Contain(found);
        }

        (await here.ListAsync("")).Should().BeEmpty();
    }

    [Fact]
    public async Task A_body_names_strategies_and_models_and_wrong_ones_are_refused_of_a_replay_too()
    {
        await using var here = await Surroundings.StartAsync(servers, _tape);
        const string Run = "/api/backtest/run?symbol=SP500-2000&days=900";
        var cross = new StrategyChoice("sma-cross", "fast=10 slow=30", []);

        using var dear = await here.PostAsync(Run, new BacktestChoices(Models: new ModelChoices(Commission: "dear")));
        await ProblemAsync(dear, HttpStatusCode.BadRequest, "models_invalid");
        using var twice = await here.PostAsync($"{Run}&strategy=sma-cross", new BacktestChoices([cross]));
        await ProblemAsync(twice, HttpStatusCode.BadRequest, "strategy_invalid");
        using var bare = await here.PostAsync(Run, new { strategies = new object?[] { null } });
        await ProblemAsync(bare, HttpStatusCode.BadRequest, "strategy_invalid");
        var replay = new StartBacktest(null, [DailyTape.Instrument], "1d");
        foreach (var (wrong, status, code) in ((StartBacktest, HttpStatusCode, string)[])
        [
            (replay with { Instruments = ["NOBODY.SIM"] }, HttpStatusCode.NotFound, "symbol_unknown"),
            (replay with { Timeframe = null }, HttpStatusCode.BadRequest, "timeframe_invalid"),
            (replay with { Timeframe = "1m" }, HttpStatusCode.BadRequest, "range_empty"),
            (replay with { From = _tape.Close(Days - 1).AddDays(1) }, HttpStatusCode.BadRequest, "range_empty"),
            (replay with { Strategies = [new StrategyChoice("luck", "", [])] }, HttpStatusCode.BadRequest, "strategy_invalid"),
            (replay with { Models = new ModelChoices(Participation: 0) }, HttpStatusCode.BadRequest, "models_invalid"),
        ])
        {
            using var refused = await here.PostAsync("/api/backtest/replay", wrong);
            await ProblemAsync(refused, status, code);
        }

        using var taken = await here.PostAsync(Run, new BacktestChoices([cross], new ModelChoices(Commission: "none", Balance: 50_000)));
        taken.StatusCode.Should().Be(HttpStatusCode.Accepted);
        taken.Headers.Location!.ToString().Should().StartWith("/api/backtest/");
        var ended = await here.EndedAsync((await taken.Content.ReadFromJsonAsync<BacktestView>())!);
        (ended.Statistics[0].OpeningEquity, ended.Statistics[0].Commission).Should().Be((50_000, 0));
        ended.Statistics[0].Trades.Should().BePositive();
    }

    [Fact]
    public async Task A_range_longer_than_the_tape_gives_at_once_is_read_whole()
    {
        await using var here = await Surroundings.StartAsync(servers, _tape);
        var request = new StartBacktest(null, [DailyTape.Instrument], "1d", _tape.Close(50), _tape.Close(450));

        var whole = await here.Backtest.Get<TapeData>().OfAsync(request, CancellationToken.None);
        var paged = await new TapeData(here.Backtest.Get<TapeClient>()) { PageBars = 100 }.OfAsync(request, CancellationToken.None);

        whole.Should().ContainSingle().Which.Bars.CloseMs.Should().Equal(_tape.Bars.CloseMs[50..451]);
        paged.Should().BeEquivalentTo(whole);
    }

    [Fact]
    public async Task One_caller_runs_three_an_hour_and_is_told_when_to_come_back()
    {
        await using var here = await Surroundings.StartAsync(servers, _tape);
        for (var i = 0; i < 3; i++)
        {
            using var taken = await here.PostAsync("/api/backtest/run?symbol=SP500-2000&days=30", caller: "1.1.1.1, 10.0.0.7");
            taken.StatusCode.Should().Be(HttpStatusCode.Accepted);
        }

        using var refused = await here.PostAsync("/api/backtest/run?symbol=SP500-2000&days=30", caller: "9.9.9.9, 10.0.0.7");
        using var other = await here.PostAsync("/api/backtest/run?symbol=SP500-2000&days=30", caller: "1.1.1.1, 10.0.0.8");
        using var replay = await here.PostAsync("/api/backtest/replay", new StartBacktest(null, [DailyTape.Instrument], "1d"), caller: "10.0.0.7");

        var problem = await ProblemAsync(refused, HttpStatusCode.TooManyRequests, "rate_limited");
        problem.GetProperty("retryable").GetBoolean().Should().BeTrue();
        problem.GetProperty("detail").GetString().Should().Contain("3 requests in 60 minutes");
        refused.Headers.RetryAfter!.Delta.Should().BePositive().And.BeLessThanOrEqualTo(TimeSpan.FromHours(1));
        other.StatusCode.Should().Be(HttpStatusCode.Accepted, "what a caller writes himself is no other address");
        replay.StatusCode.Should().Be(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task One_that_waits_and_one_that_runs_are_canceled_and_the_queue_goes_on()
    {
        await using var here = await Surroundings.StartAsync(servers, _tape);
        var slow = await here.ReplayAsync(new StartBacktest(null, [DailyTape.Instrument], "1d", Speed: "1x"));
        var waiting = await here.ReplayAsync(new StartBacktest(null, [DailyTape.Instrument], "1d"));
        var last = await here.ReplayAsync(new StartBacktest(null, [DailyTape.Instrument], "1d"));
        await Eventually.True(async () => (await here.ViewAsync(slow.BacktestId)).State == "running");
        waiting.State.Should().Be("waiting");
        (await here.ViewAsync(slow.BacktestId)).BarsInAll.Should().Be(Days);

        using var first = await here.Backtest.Http.DeleteAsync($"/api/backtest/{waiting.BacktestId}");
        using var second = await here.Backtest.Http.DeleteAsync($"/api/backtest/{slow.BacktestId}");

        (await first.Content.ReadFromJsonAsync<BacktestView>())!.State.Should().Be("canceled");
        (await second.Content.ReadFromJsonAsync<BacktestView>())!.State.Should().Be("canceled");
        (await here.EndedAsync(last)).State.Should().Be("completed");
        (await here.ViewAsync(slow.BacktestId)).Should().Match<BacktestView>(v => v.State == "canceled" && v.EndedAt != null && v.Statistics.Count == 0);
        (await here.ViewAsync(waiting.BacktestId)).State.Should().Be("canceled");
        var stream = await here.Backtest.Get<EventLog>().OpenSession().FetchStreamAsync(BacktestStarted.StreamOf(waiting.BacktestId));
        stream.Select(e => e.Data.GetType()).Should().Equal(typeof(BacktestStarted), typeof(BacktestCanceled));
        using var again = await here.Backtest.Http.DeleteAsync($"/api/backtest/{last.BacktestId}");
        await ProblemAsync(again, HttpStatusCode.Conflict, "backtest_ended");
        using var nobody = await here.Backtest.Http.DeleteAsync("/api/backtest/nobody");
        await ProblemAsync(nobody, HttpStatusCode.NotFound, "backtest_unknown");
        using var unfinished = await here.Backtest.Http.GetAsync($"/api/backtest/{slow.BacktestId}/report.json");
        await ProblemAsync(unfinished, HttpStatusCode.Conflict, "backtest_not_completed");
    }

    [Fact]
    public async Task One_canceled_while_it_runs_is_never_finished_as_well()
    {
        await using var here = await Surroundings.StartAsync(servers, _tape);
        var log = here.Backtest.Get<EventLog>();
        var started = new BacktestStarted("both", new StartBacktest(null, [DailyTape.Instrument], "1d"), DateTimeOffset.UnixEpoch);

        // As if another process had taken the cancel: nobody stops the run but its stream. Set before the backtest can be
        // seen, for the queue takes up by itself what is unfinished when it starts.
        var canceled = new TaskCompletionSource();
        _tape.BeforeHistory = async () =>
        {
            _tape.BeforeHistory = () => Task.CompletedTask;
            await AppendAsync(log, started.BacktestId, new BacktestCanceled(started.BacktestId, DateTimeOffset.UnixEpoch));
            canceled.SetResult();
        };
        await AppendAsync(log, started.BacktestId, started);
        await here.Backtest.Get<BacktestQueue>().EnqueueAsync(started, CancellationToken.None);
        await canceled.Task;
        await here.EndedAsync(await here.ReplayAsync(new StartBacktest(null, [DailyTape.Instrument], "1d")));

        var stream = await log.OpenSession().FetchStreamAsync(BacktestStarted.StreamOf(started.BacktestId));
        stream.Select(e => e.Data.GetType()).Should().Equal(typeof(BacktestStarted), typeof(BacktestCanceled));
    }

    [Fact]
    public async Task A_strategy_that_throws_or_never_ends_is_said_with_the_bars_it_was_at()
    {
        await using var here = await Surroundings.StartAsync(servers, _tape);
        // The queue has looked for what is unfinished by then, and leaves alone what comes now.
        await here.RunAsync("symbol=SP500-2000&days=30");
        var runner = new RunBacktest(here.Backtest.Get<TapeData>(), here.Backtest.Get<EventLog>(), TimeProvider.System) { StepLimit = TimeSpan.FromSeconds(0.2) };
        var request = new StartBacktest(null, [DailyTape.Instrument], "1d");
        var throwing = new BacktestPlan([Faulty.Entry.Configure("endless=0")], new ModelText().Settings());
        var endless = new BacktestPlan([Faulty.Entry.Configure("endless=1")], new ModelText().Settings());
        var at = _tape.Close(Faulty.Bars - 1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        foreach (var id in (string[])["throws", "endless", "canceled"])
            await AppendAsync(here.Backtest.Get<EventLog>(), id, new BacktestStarted(id, request, DateTimeOffset.UnixEpoch));

        try
        {
            await runner.Invoking(r => r.RunAsync(new BacktestStarted("throws", request, DateTimeOffset.UnixEpoch), throwing, CancellationToken.None))
                .Should().ThrowAsync<EngineException>().WithMessage($"*{at}*InvalidOperationException: It is told to.");
            await runner.Invoking(r => r.RunAsync(new BacktestStarted("endless", request, DateTimeOffset.UnixEpoch), endless, CancellationToken.None))
                .Should().ThrowAsync<EngineException>().WithMessage($"*{at}*within 0.2 s*");
            using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(0.1));
            await runner.Invoking(r => r.RunAsync(new BacktestStarted("canceled", request, DateTimeOffset.UnixEpoch), endless, stop.Token))
                .Should().ThrowAsync<OperationCanceledException>();
        }
        finally
        {
            Faulty.Release();
        }
    }

    [Fact]
    public async Task The_list_is_newest_first_by_symbol_strategy_and_state_and_pages_on()
    {
        await using var here = await Surroundings.StartAsync(servers, _tape);
        var usual = await here.RunAsync("symbol=SP500-2000&days=100");
        var cross = await here.RunAsync($"symbol=SP500-2000&days=100&strategy={Uri.EscapeDataString(Cross)}");
        var canceled = await here.ReplayAsync(new StartBacktest(null, [DailyTape.Instrument], "1d", Speed: "1x"));
        using var gone = await here.Backtest.Http.DeleteAsync($"/api/backtest/{canceled.BacktestId}");

        var all = await here.ListAsync("");

        all.Select(b => b.BacktestId).Should().Equal(canceled.BacktestId, cross.BacktestId, usual.BacktestId);
        all[1].Should().BeEquivalentTo(cross with { Curve = [] });
        cross.Curve.Should().NotBeEmpty();
        (await here.IdsAsync("?limit=1")).Should().Equal(canceled.BacktestId);
        (await here.IdsAsync($"?limit=1&before={canceled.BacktestId}")).Should().Equal(cross.BacktestId);
        (await here.IdsAsync($"?before={usual.BacktestId}")).Should().BeEmpty();
        (await here.IdsAsync("?strategy=sma-cross")).Should().Equal(cross.BacktestId);
        (await here.IdsAsync($"?strategy={StrategyCatalog.Usual[0].Name}&state=completed")).Should().Equal(usual.BacktestId);
        (await here.IdsAsync("?state=canceled&symbol=SP500-2000")).Should().Equal(canceled.BacktestId);
        (await here.IdsAsync("?symbol=SP500-2000.SIM")).Should().HaveCount(3);
        (await here.IdsAsync("?symbol=SP500")).Should().BeEmpty();
        using var state = await here.Backtest.Http.GetAsync("/api/backtest?state=asleep");
        await ProblemAsync(state, HttpStatusCode.BadRequest, "state_invalid");
        using var limit = await here.Backtest.Http.GetAsync("/api/backtest?limit=0");
        await ProblemAsync(limit, HttpStatusCode.BadRequest, "limit_invalid");
    }

    [Fact]
    public async Task What_a_strategy_came_to_alone_is_told_and_of_several_nothing()
    {
        await using var here = await Surroundings.StartAsync(servers, _tape);
        var alone = await here.RunAsync($"symbol=SP500-2000&days=3650&strategy={Uri.EscapeDataString(Cross)}");
        var several = await here.RunAsync("symbol=SP500-2000&days=3650");

        await Eventually.Equal(2, () => here.Bus.Heard<BacktestCompleted>().Count);

        var told = here.Bus.Heard<BacktestCompleted>().ToDictionary(m => m.BacktestId, m => m.Alone, StringComparer.Ordinal);
        told[several.BacktestId].Should().BeNull();
        var figures = alone.Statistics[0];
        told[alone.BacktestId].Should().BeEquivalentTo(new StrategyOutcome(
            "sma-cross", alone.Strategies![0].Parameters, [DailyTape.Instrument], "1d", figures.Trades, figures.WinRate, figures.ProfitFactor, alone.EndedAt!.Value));
    }

    [Fact]
    public async Task Projections_rebuilt_equal_those_that_lived()
    {
        await using var here = await Surroundings.StartAsync(servers, _tape);
        await here.RunAsync($"symbol=SP500-2000&days=3650&strategy={Uri.EscapeDataString(Cross)}");
        var canceled = await here.ReplayAsync(new StartBacktest(null, [DailyTape.Instrument], "1d", Speed: "1x"));
        using var gone = await here.Backtest.Http.DeleteAsync($"/api/backtest/{canceled.BacktestId}");
        using var swept = await here.Backtest.Http.PostAsJsonAsync("/api/backtest/sweeps", new StartSweep("sma-cross", [DailyTape.Instrument], "1d"));
        var sweep = (await swept.Content.ReadFromJsonAsync<SweepView>())!;
        await Eventually.True(async () => (await here.Backtest.GetAsync<SweepView>($"/api/backtest/sweeps/{sweep.SweepId}")).State == "completed");

        await RebuiltProjections.ShouldEqualThoseThatLivedAsync(typeof(BacktestService).Assembly, here.Backtest.Services);
    }

    private BarSeries Series(DateTimeOffset after)
    {
        var bars = _tape.Bars;
        var from = Enumerable.Range(0, bars.Count).First(i => _tape.Close(i) > after);
        return new BarSeries(
            Timeframe.Day,
            [new Instrument(new InstrumentId(DailyTape.Instrument), 0.01m, 1m, "USD")],
            bars.Instrument[from..],
            bars.CloseMs[from..],
            bars.Open[from..],
            bars.High[from..],
            bars.Low[from..],
            bars.Close[from..],
            bars.Volume[from..]);
    }

    private static async Task AppendAsync(EventLog log, string backtest, params object[] events)
    {
        var session = log.OpenSession();
        session.Append(BacktestStarted.StreamOf(backtest), events);
        await session.SaveChangesAsync();
    }

    private static async Task<JsonElement> ProblemAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.Should().Be(status, text);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        var problem = JsonDocument.Parse(text).RootElement;
        problem.GetProperty("code").GetString().Should().Be(code, text);
        return problem;
    }

    /// <summary>The service, the tape that it asks, and somebody who listens.</summary>
    private sealed record Surroundings(HttpPeer Tape, BusPeer Bus, ServiceUnderTest Backtest) : IAsyncDisposable
    {
        private int _callers;

        public static async Task<Surroundings> StartAsync(ServerFixture servers, DailyTape tape)
        {
            var broker = await servers.CreateVirtualHostAsync();
            var peer = await HttpPeer.StartAsync(tape.Map);
            var bus = await BusPeer.StartAsync(broker, (consumers, services) =>
            {
                services.AddSingleton<Heard<BacktestCompleted>>();
                consumers.AddConsumer<HearBacktests>();
            });
            var backtest = await ServiceUnderTest.StartAsync(
                BacktestService.Build,
                await servers.CreateSchemaDatabaseAsync(),
                broker,
                ("ingestion", peer.Address),
                ("signal", peer.Address),
                ("broker-routing", peer.Address));
            return new Surroundings(peer, bus, backtest);
        }

        /// <param name="caller">As the gateway would say it; another each time unless given.</param>
        public async Task<HttpResponseMessage> PostAsync(string path, object? body = null, string? caller = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body) };
            request.Headers.Add("X-Forwarded-For", caller ?? string.Create(CultureInfo.InvariantCulture, $"10.1.0.{_callers++}"));
            return await Backtest.Http.SendAsync(request);
        }

        /// <summary>The backtest once it has ended.</summary>
        public async Task<BacktestView> RunAsync(string query) => await EndedAsync(await TakenAsync(await PostAsync($"/api/backtest/run?{query}")));

        /// <summary>The backtest as it was taken.</summary>
        public async Task<BacktestView> ReplayAsync(StartBacktest request) => await TakenAsync(await PostAsync("/api/backtest/replay", request));

        public async Task<BacktestView> EndedAsync(BacktestView view)
        {
            await Eventually.True(async () => (view = await ViewAsync(view.BacktestId)).EndedAt is not null);
            return view;
        }

        public Task<BacktestView> ViewAsync(string id) => Backtest.GetAsync<BacktestView>($"/api/backtest/{id}");

        public Task<List<BacktestView>> ListAsync(string query) => Backtest.GetAsync<List<BacktestView>>($"/api/backtest{query}");

        public async Task<IEnumerable<string>> IdsAsync(string query) => (await ListAsync(query)).Select(b => b.BacktestId);

        public async Task<string> TextAsync(string path, string mediaType)
        {
            using var response = await Backtest.Http.GetAsync(path);
            response.StatusCode.Should().Be(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
            response.Content.Headers.ContentType!.MediaType.Should().Be(mediaType);
            return await response.Content.ReadAsStringAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await Backtest.DisposeAsync();
            await Bus.DisposeAsync();
            await Tape.DisposeAsync();
        }

        private static async Task<BacktestView> TakenAsync(HttpResponseMessage response)
        {
            using (response)
            {
                response.StatusCode.Should().Be(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
                return (await response.Content.ReadFromJsonAsync<BacktestView>())!;
            }
        }
    }
}

internal sealed class HearBacktests(Heard<BacktestCompleted> heard) : Hear<BacktestCompleted>(heard);

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AlgoStack.Backtest.Sweeps;
using AlgoStack.Backtesting;
using AlgoStack.Backtesting.Sweeps;
using AlgoStack.Contracts.Backtests;
using AlgoStack.EventStore.Streams;
using AlgoStack.ServiceDefaults.Messaging;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using AlgoStack.Testing.Trading;
using FluentAssertions;
using MassTransit;
using Xunit;

namespace AlgoStack.Backtest.Tests;

/// <summary>Sweeps shared out through the broker, on real servers.</summary>
public sealed class SweepTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    private const string Strategy = "sma-cross";
    private const string Grid = "fast=5..25:5 slow=10..90:20";

    private static readonly StartSweep Request = new(Strategy, [SeededTape.InstrumentId], "1h", Grid: Grid, Measure: "total-return", Seed: 9);

    /// <summary>Seconds of work: long enough to come in between.</summary>
    private static readonly StartSweep Long = Request with { Grid = "fast=2..60 slow=61..100" };

    [Fact]
    public async Task A_sweep_comes_to_what_it_comes_to_in_one_process_and_is_assessed()
    {
        await using var here = await Surroundings.StartAsync(servers, bars: 2_000);

        var begun = await here.BeginAsync(Request);
        var sweep = await here.EndAsync(begun.SweepId);

        var expected = Sweep.Run(here.Tape.Bars, "walk", new SweepText(Strategy, Grid).Plan(new ModelText().Settings()));
        var measure = Measure.Find("total-return");
        var best = expected.Ranked(measure).First();
        var assessment = SweepAssessment.Find(expected.Outcomes, measure, seed: 9)!;
        (begun.State, begun.Combinations, begun.LeftOut, begun.Bars).Should().Be(("running", expected.Outcomes.Count, expected.LeftOut, 2_000));
        (sweep.State, sweep.Done, sweep.Failed, sweep.Error).Should().Be(("completed", expected.Outcomes.Count, 0, null));
        sweep.DataHash.Should().Be(expected.Data.Hash);
        sweep.Best.Should().Be(new SweepBest(best.Index, best.Parameters, best.Figures!.TotalReturn));
        sweep.Assessment!.DeflatedSharpe.Should().Be(assessment.Overfitting.DeflatedSharpe).And.NotBeNull();
        sweep.Assessment.OverfittingProbability.Should().Be(assessment.Overfitting.CrossValidation.OverfittingProbability);
        sweep.Assessment.ReturnP5.Should().Be(assessment.MonteCarlo!.TotalReturn.P5);
        (await here.OutcomesAsync(begun.SweepId, "limit=3&days=true")).Should().BeEquivalentTo(expected.Outcomes, o => o.WithStrictOrdering());
        (await here.OutcomesAsync(begun.SweepId, "limit=1000")).Should().OnlyContain(o => o.Figures!.Days == null);
        (await here.Service.GetAsync<List<SweepView>>("/api/backtest/sweeps")).Should().BeEquivalentTo([sweep]);
    }

    [Fact]
    public async Task A_part_that_comes_again_is_noted_once_and_a_finished_sweep_finished_once()
    {
        await using var here = await Surroundings.StartAsync(servers, bars: 500);
        var sweep = await here.EndAsync((await here.BeginAsync(Request)).SweepId);
        var before = await here.StreamAsync(sweep.SweepId);

        await here.PublishAsync([.. SweepPlans.Parts((SweepStarted)before[0])]);
        await here.EndAsync((await here.BeginAsync(Request)).SweepId);

        (await here.StreamAsync(sweep.SweepId)).Should().HaveCount(before.Count);
        before.OfType<SweepPartFinished>().Select(p => p.Part).Should().OnlyHaveUniqueItems();
        before.Should().ContainSingle(e => e is SweepFinished).And.Subject.Last().Should().BeOfType<SweepFinished>();
    }

    [Fact]
    public async Task A_sweep_whose_last_worker_died_before_it_was_finished_is_finished_by_the_next()
    {
        await using var here = await Surroundings.StartAsync(servers, bars: 500);
        var plan = SweepPlans.Of(Request);
        var outcomes = Sweep.Run(here.Tape.Bars, "walk", plan).Outcomes;
        var started = new SweepStarted(
            "orphan", Request, 500, here.Tape.Bars.CloseMs[0], here.Tape.Bars.CloseMs[^1], DataHash.Of(here.Tape.Bars), plan.Hash, outcomes.Count, 1, outcomes.Count, default);
        var part = SweepPlans.Parts(started).Single();
        // As the worker leaves it: the part is noted with its message, which the broker still has.
        var session = here.Service.Get<EventLog>().OpenSession();
        await session.TryReceiveAsync(MessageId(part), nameof(RunSweepParts));
        session.StartStream("sweep-orphan", started, new SweepPartFinished("orphan", 0, outcomes, 1, default));
        await session.SaveChangesAsync();

        var sweep = await here.EndAsync("orphan");

        sweep.State.Should().Be("completed");
        (await here.StreamAsync("orphan")).OfType<SweepPartFinished>().Should().ContainSingle();
    }

    [Fact]
    public async Task A_canceled_sweep_stays_as_it_was_and_its_parts_are_dropped()
    {
        await using var here = await Surroundings.StartAsync(servers, bars: 20_000);
        var begun = await here.BeginAsync(Long);
        await Eventually.True(async () => (await here.ReadAsync(begun.SweepId)).Done > 0);

        var canceled = await here.CancelAsync(begun.SweepId);

        (await canceled.Content.ReadFromJsonAsync<SweepView>())!.State.Should().Be("canceled");
        (await here.CancelAsync(begun.SweepId)).StatusCode.Should().Be(HttpStatusCode.OK, "it is what was asked for");
        // Parts come in order: one that comes after them has left them behind.
        var next = await here.EndAsync((await here.BeginAsync(Request with { Grid = "fast=5" })).SweepId);
        next.State.Should().Be("completed");
        var after = await here.ReadAsync(begun.SweepId);
        (after.State, after.Assessment).Should().Be(("canceled", null));
        after.Done.Should().BeLessThan(after.Combinations);
        await ShouldBeAProblem(await here.CancelAsync(next.SweepId), HttpStatusCode.Conflict, "sweep_ended");
    }

    [Fact]
    public async Task What_a_worker_has_not_finished_when_it_stops_another_does()
    {
        await using var here = await Surroundings.StartAsync(servers, bars: 5_000);
        var begun = await here.BeginAsync(Request with { Grid = "fast=2..30 slow=61..70" });
        await Eventually.True(async () => (await here.ReadAsync(begun.SweepId)).Done > 0);

        await using var next = await here.RestartAsync();

        var sweep = await next.EndAsync(begun.SweepId);
        (sweep.State, sweep.Done).Should().Be(("completed", 290));
        var parts = (await next.StreamAsync(begun.SweepId)).OfType<SweepPartFinished>().ToList();
        parts.Select(p => p.Part).Order().Should().Equal(Enumerable.Range(0, parts.Count));
    }

    [Fact]
    public async Task A_part_that_takes_every_worker_down_ends_its_sweep()
    {
        await using var here = await Surroundings.StartAsync(servers, bars: 500);
        await here.AppendAsync(WithoutParts("poison"));
        await here.Service.DisposeAsync();
        var part = new RunSweepPart("poison", 3, 12, 4);
        await using (var peer = await BusPeer.StartAsync(here.Broker, (_, _) => { })) await peer.TellAsync(part, MessageId(part));
        await using (var queue = await RawQueue.OpenAsync(here.Broker, "backtest.run-sweep-parts")) await queue.DeliverInVainAsync(21);

        await using var next = await here.RestartAsync();

        var sweep = await next.EndAsync("poison");
        (sweep.State, sweep.ErrorCode, sweep.Error).Should().Be(("failed", "part_never_finishes", "Combinations 12 to 15 were begun 21 times and never finished."));
    }

    [Fact]
    public async Task A_sweep_over_a_tape_that_has_changed_since_fails_and_says_so()
    {
        await using var here = await Surroundings.StartAsync(servers, bars: 500);
        var plan = SweepPlans.Of(Request);
        var started = new SweepStarted(
            "stale", Request, 500, here.Tape.Bars.CloseMs[0], here.Tape.Bars.CloseMs[^1], DataHash.Of(here.Tape.Bars), plan.Hash,
            plan.Combinations.Parameters.Count, 1, 1, default);
        here.Tape.AlterClose(row: 250, 1.01);
        await here.AppendAsync(started);

        var sweep = await here.EndAsync("stale");

        (sweep.State, sweep.ErrorCode, sweep.Done).Should().Be(("failed", "tape_changed", 0));
        sweep.Error.Should().Contain(started.DataHash[..12]).And.Contain(DataHash.Of(here.Tape.Bars)[..12]);
        (await here.StreamAsync("stale")).OfType<SweepBroke>().Should().ContainSingle();
    }

    [Fact]
    public async Task A_combination_that_fails_is_an_outcome_and_the_sweep_goes_on()
    {
        await using var here = await Surroundings.StartAsync(servers, bars: 40_000);

        var sweep = await here.EndAsync((await here.BeginAsync(Request with { Grid = "fast=5,10", Limit = 1e-6 })).SweepId);

        (sweep.State, sweep.Done, sweep.Failed, sweep.Best, sweep.Assessment).Should().Be(("completed", 2, 2, null, null));
        (await here.OutcomesAsync(sweep.SweepId, "")).Select(o => o.Error).Should().AllBe("took longer than 1E-06 s");
    }

    [Theory]
    [InlineData("ema-cross", "fast=2..1000 slow=3..5000 stop=1..100:0.5", HttpStatusCode.UnprocessableEntity, "sweep_too_large", "*at most 1,000,000 combinations, found 993,607,398;*")]
    [InlineData("sma-cross", "fast=2..100 slow=101..1000", HttpStatusCode.UnprocessableEntity, "sweep_too_large", "*combinations over 417 days, found 89,100*")]
    [InlineData("sma-cross", "fats=5", HttpStatusCode.BadRequest, "sweep_invalid", "*fats*")]
    [InlineData("sma-crosss", "", HttpStatusCode.BadRequest, "sweep_invalid", "*sma-crosss*")]
    public async Task What_cannot_be_swept_is_refused_at_once(string strategy, string grid, HttpStatusCode status, string code, string detail)
    {
        await using var here = await Surroundings.StartAsync(servers, bars: 10_000);

        await ShouldBeAProblem(await here.PostAsync(Request with { Strategy = strategy, Grid = grid }), status, code, detail);

        (await here.Service.GetAsync<List<SweepView>>("/api/backtest/sweeps")).Should().BeEmpty();
    }

    [Fact]
    public async Task What_there_is_no_data_for_and_what_there_is_not_is_refused_with_a_code()
    {
        await using var here = await Surroundings.StartAsync(servers, bars: 100);

        await ShouldBeAProblem(await here.PostAsync(Request with { Instruments = ["NOBODY.SIM"] }), HttpStatusCode.NotFound, "data_unknown");
        await ShouldBeAProblem(await here.PostAsync(Request with { Instruments = [] }), HttpStatusCode.BadRequest, "data_missing");
        await ShouldBeAProblem(await here.PostAsync(Request with { Measure = "luck" }), HttpStatusCode.BadRequest, "sweep_invalid");
        await ShouldBeAProblem(await here.CancelAsync("nobody"), HttpStatusCode.NotFound, "sweep_unknown");
        await ShouldBeAProblem(
            await here.Service.Http.GetAsync(new Uri("/api/backtest/sweeps/nobody/outcomes", UriKind.Relative)), HttpStatusCode.NotFound, "sweep_unknown");
    }

    /// <summary>Of which nothing is handed out.</summary>
    private static SweepStarted WithoutParts(string sweep) => new(sweep, Request, 500, 0, 0, "data", "plan", 0, 0, 1, default);

    private static Guid MessageId(RunSweepPart part) => OrderedTopology.MessageId(typeof(RunSweepPart), part.SweepId, partition: 0, part.Part);

    private static async Task ShouldBeAProblem(HttpResponseMessage response, HttpStatusCode status, string code, string detail = "*")
    {
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.Should().Be(status, text);
        var problem = JsonDocument.Parse(text).RootElement;
        problem.GetProperty("code").GetString().Should().Be(code);
        problem.GetProperty("detail").GetString().Should().Match(detail);
    }

    /// <summary>The service, which is a worker too, and the tape.</summary>
    private sealed record Surroundings(SeededTape Tape, HttpPeer Others, ServiceUnderTest Service, string Database, string Broker) : IAsyncDisposable
    {
        private const string Path = "/api/backtest/sweeps";

        public static async Task<Surroundings> StartAsync(ServerFixture servers, int bars)
        {
            var tape = new SeededTape(seed: 3, bars);
            var others = await HttpPeer.StartAsync(tape.Map);
            var (database, broker) = (await servers.CreateSchemaDatabaseAsync(), await servers.CreateVirtualHostAsync());
            return new Surroundings(tape, others, await StartAsync(others, database, broker), database, broker);
        }

        /// <summary>Stops the service in order, and starts it again.</summary>
        public async Task<Surroundings> RestartAsync()
        {
            await Service.DisposeAsync();
            return this with { Service = await StartAsync(Others, Database, Broker) };
        }

        public Task<HttpResponseMessage> PostAsync(StartSweep request) => Service.Http.PostAsJsonAsync(Path, request);

        public Task<HttpResponseMessage> CancelAsync(string sweep) => Service.Http.DeleteAsync(new Uri($"{Path}/{sweep}", UriKind.Relative));

        public Task<SweepView> ReadAsync(string sweep) => Service.GetAsync<SweepView>($"{Path}/{sweep}");

        public async Task<SweepView> BeginAsync(StartSweep request)
        {
            using var response = await PostAsync(request);
            response.StatusCode.Should().Be(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
            var sweep = (await response.Content.ReadFromJsonAsync<SweepView>())!;
            response.Headers.Location.Should().Be($"{Path}/{sweep.SweepId}");
            return sweep;
        }

        /// <summary>The sweep once it has ended.</summary>
        public async Task<SweepView> EndAsync(string id)
        {
            SweepView? sweep = null;
            await Eventually.True(async () => (sweep = await ReadAsync(id)).State != "running", TimeSpan.FromMinutes(2));
            return sweep!;
        }

        /// <summary>All of them, page by page, in the order of the combinations.</summary>
        public async Task<List<SweepOutcome>> OutcomesAsync(string sweep, string query)
        {
            var outcomes = new List<SweepOutcome>();
            for (var after = 0L; ;)
            {
                var page = await Service.GetAsync<JsonElement>($"{Path}/{sweep}/outcomes?after={after}&{query}");
                outcomes.AddRange(page.GetProperty("outcomes").Deserialize<List<SweepOutcome>>(JsonSerializerOptions.Web)!);
                var next = page.GetProperty("next").GetInt64();
                if (next == after) return [.. outcomes.OrderBy(o => o.Index)];
                after = next;
            }
        }

        public async Task<List<object>> StreamAsync(string sweep) =>
            [.. (await Service.Get<EventLog>().OpenSession().FetchStreamAsync(SweepStarted.StreamOf(sweep))).Select(e => e.Data)];

        public async Task AppendAsync(SweepStarted started)
        {
            var session = Service.Get<EventLog>().OpenSession();
            session.StartStream(SweepStarted.StreamOf(started.SweepId), started);
            await session.SaveChangesAsync();
        }

        public Task PublishAsync(IEnumerable<RunSweepPart> parts) =>
            Task.WhenAll(parts.Select(part => Service.Get<IBus>().Publish(part, context => context.MessageId = MessageId(part))));

        public async ValueTask DisposeAsync()
        {
            await Service.DisposeAsync();
            await Others.DisposeAsync();
        }

        private static Task<ServiceUnderTest> StartAsync(HttpPeer others, string database, string broker) => ServiceUnderTest.StartAsync(
            BacktestService.Build, database, broker, ("ingestion", others.Address), ("signal", others.Address), ("broker-routing", others.Address));
    }
}

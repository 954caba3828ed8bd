using System.Globalization;
using System.Text.Json;
using AlgoStack.Contracts.Backtests;
using AlgoStack.Contracts.Signals;
using AlgoStack.Signal.Signals;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using AlgoStack.Testing.Trading;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace AlgoStack.Signal.Tests;

/// <summary>From a batch of bars on the bus to its evaluation, on real servers.</summary>
public sealed class EvaluationTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    private static readonly int[] Sizes = [200, 200, 200];

    [Fact]
    public async Task Each_batch_is_told_once_with_the_signals_that_the_engine_alone_raises_explained()
    {
        using var session = RecordedSession.Of("replay-told", Sizes);
        await using var here = await Surroundings.StartAsync(servers, session);
        await using var signal = await here.StartSignalAsync();

        foreach (var batch in session.Batches) await here.Bus.PublishAsync(batch);

        await Eventually.Equal(session.Batches.Count, () => here.Told.Count);
        here.Told.Should().Equal(session.Evaluations.Select(Text));
        session.Signals.Should().NotBeEmpty().And.OnlyContain(s => s.Explanation.Inputs.Count > 0 && s.Explanation.Rules.Count > 0 && s.Rationale.Length > 0);
    }

    [Fact]
    public async Task Projections_rebuilt_equal_those_that_lived()
    {
        using var session = RecordedSession.Of("replay-rebuilt", Sizes);
        await using var here = await Surroundings.StartAsync(servers, session);
        await using var signal = await here.StartSignalAsync();
        foreach (var batch in session.Batches) await here.Bus.PublishAsync(batch);
        await Eventually.Equal(session.Batches.Count, () => here.Told.Count);

        await RebuiltProjections.ShouldEqualThoseThatLivedAsync(typeof(SignalService).Assembly, signal.Services);
    }

    [Fact]
    public async Task A_repeated_batch_is_evaluated_once_and_a_skipped_one_is_fetched_first()
    {
        using var session = RecordedSession.Of("replay-skipped", Sizes);
        await using var here = await Surroundings.StartAsync(servers, session);
        await using var signal = await here.StartSignalAsync();

        await here.Bus.PublishAsync(session.Batches[0]);
        await here.Bus.PublishAsync(session.Batches[0]);
        await here.Bus.PublishAsync(session.Batches[2]);
        await here.Bus.PublishAsync(session.Batches[1]);
        await here.Bus.PublishAsync(session.Batches[2]);

        await Eventually.Equal(session.Batches.Count, () => here.Told.Count);
        here.Tape.Asked.Should().ContainSingle().Which.Should().StartWith($"/sessions/{session.Id}/batches/2?");
        var stored = await signal.GetAsync<BarsEvaluated[]>($"/sessions/{session.Id}/evaluations");
        stored.Select(Text).Should().Equal(session.Evaluations.Select(Text));
        here.Told.Should().Equal(session.Evaluations.Select(Text));
    }

    [Fact]
    public async Task A_restart_folds_the_tape_and_goes_on_as_if_there_had_been_none()
    {
        using var session = RecordedSession.Of("replay-restarted", Sizes);
        await using var here = await Surroundings.StartAsync(servers, session);
        await using (var first = await here.StartSignalAsync())
        {
            await here.Bus.PublishAsync(session.Batches[0]);
            await here.Bus.PublishAsync(session.Batches[1]);
            await Eventually.Equal(2, () => here.Told.Count);
        }

        await here.Bus.PublishAsync(session.Batches[2]);
        await using var second = await here.StartSignalAsync();

        await Eventually.Equal(3, () => here.Told.Count);
        here.Told.Should().Equal(session.Evaluations.Select(Text));
        here.Tape.Asked.Should().ContainSingle().Which.Should().StartWith($"/sessions/{session.Id}/bars?from=1&to=2");
    }

    [Fact]
    public async Task Signals_are_shown_newest_first_by_session_strategy_and_instrument_and_evaluations_by_sequence()
    {
        using var session = RecordedSession.Of("replay-shown", Sizes);
        using var other = RecordedSession.Of("replay-other", [100]);
        await using var here = await Surroundings.StartAsync(servers, session);
        await using var signal = await here.StartSignalAsync();
        foreach (var batch in session.Batches) await here.Bus.PublishAsync(batch);
        await here.Bus.PublishAsync(other.Batches[0]);
        await Eventually.Equal(session.Batches.Count + 1, () => here.Told.Count);

        await ShouldShow(signal, $"/signals?session={session.Id}&limit=1000", session.Signals);
        var strategy = session.Signals[0].Strategy;
        await ShouldShow(signal, $"/signals?session={session.Id}&strategy={strategy}&limit=1000", session.Signals.Where(s => s.Strategy == strategy));
        await ShouldShow(signal, "/signals?instrument=NONE.SIM", []);
        var middle = session.Signals[session.Signals.Count / 2].BarClose;
        await ShouldShow(
            signal, $"/signals?session={session.Id}&before={Uri.EscapeDataString(middle.ToString("O"))}&limit=1000", session.Signals.Where(s => s.BarClose < middle));
        (await signal.GetAsync<BarsEvaluated[]>($"/sessions/{session.Id}/evaluations?from=2&to=2")).Select(Text)
            .Should().Equal(Text(session.Evaluations[1]));
        (await signal.GetAsync<BarsEvaluated[]>("/sessions/nobody/evaluations")).Should().BeEmpty();
    }

    [Fact]
    public async Task The_latest_signals_are_kept_until_there_are_newer_ones_and_for_a_minute_at_most()
    {
        using var session = RecordedSession.Of("replay-latest", Sizes);
        await using var here = await Surroundings.StartAsync(servers, session);
        await using var signal = await here.StartSignalAsync();
        (await LatestAsync()).Should().BeEmpty();

        for (var sent = 1; sent <= session.Batches.Count; sent++)
        {
            await here.Bus.PublishAsync(session.Batches[sent - 1]);
            await Eventually.Equal(sent, () => here.Told.Count);
            var raised = session.Evaluations.Take(sent).SelectMany(e => e.Signals).Select(s => s.SignalId).Reverse().ToArray();
            (await LatestAsync()).Should().Equal(raised.Take(100));
            (await LatestAsync("?limit=3")).Should().Equal(raised.Take(3));
        }

        // Behind the service's back, as another instance of it would.
        var clock = new SteppedClock();
        var database = signal.Get<NpgsqlDataSource>();
        var latest = new LatestSignals(database, clock);
        (await latest.ReadAsync(CancellationToken.None)).Should().NotBeEmpty();
        await using var delete = database.CreateCommand("delete from signals");
        await delete.ExecuteNonQueryAsync();
        clock.Now = TimeSpan.FromSeconds(59);
        (await latest.ReadAsync(CancellationToken.None)).Should().NotBeEmpty();
        clock.Now = TimeSpan.FromSeconds(60);
        (await latest.ReadAsync(CancellationToken.None)).Should().BeEmpty();

        async Task<IEnumerable<string>> LatestAsync(string query = "") =>
            (await signal.GetAsync<SignalRaised[]>($"/signals/latest{query}")).Select(s => s.SignalId);
    }

    [Fact]
    public async Task Strategies_count_as_running_until_their_session_ends()
    {
        using var session = RecordedSession.Of("replay-running", Sizes);
        await using var here = await Surroundings.StartAsync(servers, session);
        await using var signal = await here.StartSignalAsync();

        await here.Bus.PublishAsync(session.Batches[0]);
        await Eventually.Equal(2.0, RunningAsync);
        foreach (var batch in session.Batches.Skip(1)) await here.Bus.PublishAsync(batch);
        await Eventually.Equal(0.0, RunningAsync);

        async Task<double?> RunningAsync() => (await signal.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative)))
            .Split('\n').Where(line => line.StartsWith("algostack_strategies_running ", StringComparison.Ordinal))
            .Select(line => (double?)double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture)).SingleOrDefault();
    }

    [Fact]
    public async Task The_showcase_tells_how_sure_signals_were_over_all_and_by_strategy()
    {
        using var session = RecordedSession.Of("replay-showcase", Sizes);
        await using var here = await Surroundings.StartAsync(servers, session);
        await using var signal = await here.StartSignalAsync();
        (await signal.GetAsync<SignalShowcase>("/signals/performance-showcase")).Should().BeEquivalentTo(
            new SignalShowcase(new SignalFigures(0, null, null, null, null), new Dictionary<string, SignalFigures>(StringComparer.Ordinal)));
        foreach (var batch in session.Batches) await here.Bus.PublishAsync(batch);
        await Eventually.Equal(session.Batches.Count, () => here.Told.Count);

        var showcase = await signal.GetAsync<SignalShowcase>($"/signals/performance-showcase?session={session.Id}");

        ShouldBeOf(showcase.All, session.Signals);
        showcase.Strategies.Keys.Should().BeEquivalentTo(session.Signals.Select(s => s.Strategy).Distinct(StringComparer.Ordinal));
        foreach (var (strategy, figures) in showcase.Strategies) ShouldBeOf(figures, [.. session.Signals.Where(s => s.Strategy == strategy)]);
        (await signal.GetAsync<SignalShowcase>("/signals/performance-showcase?session=nobody")).All.Signals.Should().Be(0);

        static void ShouldBeOf(SignalFigures figures, IReadOnlyCollection<SignalRaised> signals)
        {
            figures.Signals.Should().Be(signals.Count);
            figures.Confidence.Should().BeApproximately(signals.Average(s => s.Score), 1e-12);
            figures.HighConfidence.Should().BeApproximately(signals.Count(s => s.Score >= 0.8) / (double)signals.Count, 1e-12);
            figures.Quality.Should().BeApproximately(signals.Average(s => s.Quality), 1e-12);
        }
    }

    [Fact]
    public async Task Beside_a_signal_stands_what_its_strategy_came_to_in_its_latest_backtest()
    {
        using var session = RecordedSession.Of("replay-beside", Sizes);
        await using var here = await Surroundings.StartAsync(servers, session);
        await using var signal = await here.StartSignalAsync();
        foreach (var batch in session.Batches) await here.Bus.PublishAsync(batch);
        await Eventually.Equal(session.Batches.Count, () => here.Told.Count);
        var raised = session.Signals[^1];
        var ended = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var outcome = new StrategyOutcome(raised.Strategy, raised.Parameters!, ["A.SIM", raised.Instrument], raised.Timeframe, 10, 0.4, 1.1, ended);
        var path = $"/signals?session={session.Id}&strategy={raised.Strategy}&limit=1";
        await ShouldHaveBeside(null, null);

        await here.Bus.TellAsync(new BacktestCompleted("several", "", ended, outcome));
        await ShouldHaveBeside(0.4, 1.1);
        await here.Bus.TellAsync(new BacktestCompleted("alone", "", ended, outcome with { Instruments = [raised.Instrument], WinRate = 0.5, ProfitFactor = 1.5 }));
        await ShouldHaveBeside(0.5, 1.5);

        // None of these is its: an older one, other parameters, another timeframe, other instruments, several strategies.
        await here.Bus.TellAsync(new BacktestCompleted("older", "", ended, outcome with { Instruments = [raised.Instrument], WinRate = 0.1, EndedAt = ended.AddDays(-1) }));
        await here.Bus.TellAsync(new BacktestCompleted("other", "", ended, outcome with { Instruments = [raised.Instrument], Parameters = "other=1", EndedAt = ended.AddDays(1) }));
        await here.Bus.TellAsync(new BacktestCompleted("hours", "", ended, outcome with { Instruments = [raised.Instrument], Timeframe = "1h", EndedAt = ended.AddDays(1) }));
        await here.Bus.TellAsync(new BacktestCompleted("elsewhere", "", ended, outcome with { Instruments = ["A.SIM"], EndedAt = ended.AddDays(1) }));
        await here.Bus.TellAsync(new BacktestCompleted("together", "", ended));
        await here.Bus.TellAsync(new BacktestCompleted("later", "", ended, outcome with { Instruments = [raised.Instrument], WinRate = null, ProfitFactor = 2, EndedAt = ended.AddDays(1) }));
        await ShouldHaveBeside(null, 2);
        here.Told.Should().Equal(session.Evaluations.Select(Text), "no evaluation is other for it");

        async Task ShouldHaveBeside(double? winRate, double? profitFactor) => await Eventually.True(async () =>
            (await signal.GetAsync<SignalRaised[]>(path))[0] is var shown && (shown.BacktestWinRate, shown.BacktestProfitFactor) == (winRate, profitFactor));
    }

    private static async Task ShouldShow(ServiceUnderTest signal, string path, IEnumerable<SignalRaised> expected) =>
        (await signal.GetAsync<SignalRaised[]>(path)).Select(s => s.SignalId).Should().Equal(expected.Reverse().Select(s => s.SignalId));

    /// <summary>All of it but the latency, which is no part of what a batch comes to.</summary>
    private static string Text(BarsEvaluated evaluated) =>
        JsonSerializer.Serialize(evaluated with { Signals = [.. evaluated.Signals.Select(s => s with { LatencyMs = 0 })] });

    private sealed class SteppedClock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }

    /// <summary>What the signal service finds around it: servers of its own, ingestion, and somebody who listens.</summary>
    private sealed record Surroundings(string Database, string Broker, HttpPeer Tape, BusPeer Bus) : IAsyncDisposable
    {
        public IReadOnlyList<string> Told => [.. Bus.Heard<BarsEvaluated>().Select(Text)];

        public static async Task<Surroundings> StartAsync(ServerFixture servers, RecordedSession session)
        {
            var broker = await servers.CreateVirtualHostAsync();
            return new Surroundings(
                await servers.CreateSchemaDatabaseAsync(),
                broker,
                await HttpPeer.StartAsync(session.MapTape),
                await BusPeer.StartAsync(broker, (bus, services) =>
                {
                    services.AddSingleton<Heard<BarsEvaluated>>();
                    bus.AddOrderedConsumer<HearEvaluations, BarsEvaluated>();
                }));
        }

        public Task<ServiceUnderTest> StartSignalAsync() => ServiceUnderTest.StartAsync(SignalService.Build, Database, Broker, ("ingestion", Tape.Address));

        public async ValueTask DisposeAsync()
        {
            await Bus.DisposeAsync();
            await Tape.DisposeAsync();
        }
    }
}

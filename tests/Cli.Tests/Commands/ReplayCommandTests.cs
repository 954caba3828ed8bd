using AlgoStack.Contracts.Alerts;
using AlgoStack.Contracts.Backtests;
using AlgoStack.Contracts.MarketData;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Cli.Tests.Commands;

public sealed class ReplayCommandTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task Once_prints_what_the_session_came_to()
    {
        await using var console = await FakeConsole.StartAsync();

        var algo = await Algo.RunAsync(console, "replay", _file, "--speed", "max", "--once");

        algo.Error.Should().NotContain("algo:");
        algo.ExitCode.Should().Be(0);
        algo.Lines.Should().Equal(
            "first fill 2026-11-22 08:00:01Z, 0.0 s after the start: Buy 7 SP500.SIM at 1455.22".Replace("0.0 s", Seconds(algo), StringComparison.Ordinal),
            "session            replay-1",
            "bars read          5,104",
            "bars accepted      5,100 (1 exact duplicates dropped)",
            "bars quarantined   3 (impossible_ohlc 3)",
            "signals            412",
            "orders             398 (12 denied)",
            "fills              386",
            "alerts delivered   14",
            "final equity       104,233.12 USD",
            "speed              2,552 bars/s, first bar read to last commit",
            "parity 100.00 % (signals 412/412, order intents 398/398)");
    }

    [Fact]
    public async Task The_replay_is_asked_for_with_the_files_full_path_and_the_options_given()
    {
        await using var console = await FakeConsole.StartAsync();
        var relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), _file);

        await Algo.RunAsync(console, "replay", relative, "--speed", "10x", "--timeframe", "1h", "--venue", "XNYS");

        console.Replayed.Should().Be(new StartReplay(_file, "10x", "1h", "XNYS"));
    }

    [Fact]
    public async Task Without_a_file_the_repositorys_data_set_is_replayed()
    {
        await using var console = await FakeConsole.StartAsync();

        await Algo.RunAsync(console, "replay");

        console.Replayed!.File.Should().EndWith("/data/sp500-2000/sp500-2000.csv");
        File.Exists(console.Replayed.File).Should().BeTrue();
    }

    [Fact]
    public async Task Once_waits_until_routing_and_alerting_are_through()
    {
        await using var console = await FakeConsole.StartAsync();
        console.Session = FakeConsole.Completed() with { State = "running", BarsRead = 10 };
        console.Routing = null;
        console.Alerting = new AlertingProgress("replay-1", 3, Settled: false, 2, 1, 0);
        console.OnAsked = c =>
        {
            var asked = c.Asked.Count;
            if (asked > 6) c.Session = FakeConsole.Completed();
            if (asked > 9) c.Routing = FakeConsole.Routed() with { Projected = false };
            if (asked > 12) c.Routing = FakeConsole.Routed();
            if (asked > 15) c.Alerting = new AlertingProgress("replay-1", 9, Settled: true, 14, 14, 0);
        };

        var algo = await Algo.RunAsync(console, "replay", _file, "--once");

        algo.ExitCode.Should().Be(0);
        console.Asked.Should().HaveCountGreaterThan(15);
        console.Asked.Last().Should().Be("POST /api/v1/backtest/parity/replay-1");
        algo.Lines.Should().Contain("alerts delivered   14");
    }

    [Fact]
    public async Task A_service_that_is_away_for_a_while_is_waited_for()
    {
        await using var console = await FakeConsole.StartAsync();
        var away = true;
        console.OnAsked = c => away = c.Asked.Count < 8;
        console.Live = _ => Task.CompletedTask;
        await using var gate = await FlakyFront.StartAsync(console, () => away);

        var algo = await Algo.RunAsync(["--url", gate.Address.AbsoluteUri, "replay", _file, "--once"], CancellationToken.None);

        algo.ExitCode.Should().Be(0);
        algo.Error.Should().Contain("waiting: signal cannot be reached");
        algo.Lines.Should().Contain("parity 100.00 % (signals 412/412, order intents 398/398)");
    }

    [Theory]
    [InlineData(0, 0, 0, 0, 0, 0)]
    [InlineData(412, 412, 412, 0, 0, 0)]
    [InlineData(411, 412, 412, 398, 398, 398)]
    [InlineData(412, 412, 413, 398, 398, 398)]
    [InlineData(412, 412, 412, 398, 398, 399)]
    public async Task Anything_but_full_parity_exits_4(long signalsEqual, long signalsLive, long signalsBacktest, long intentsEqual, long intentsLive, long intentsBacktest)
    {
        await using var console = await FakeConsole.StartAsync();
        console.Parity = new ParityReport(
            "replay-1", 0.99999, signalsEqual, signalsLive, signalsBacktest, intentsEqual, intentsLive, intentsBacktest, "a", "a", null, []);

        var algo = await Algo.RunAsync(console, "replay", _file, "--once");

        algo.ExitCode.Should().Be(4);
        algo.Output.Should().Contain($"parity 99.99 % (signals {signalsEqual}/{signalsLive}, order intents {intentsEqual}/{intentsLive})");
        algo.Error.Should().Contain("algo: ");
    }

    [Fact]
    public async Task A_difference_in_the_order_list_alone_is_no_parity()
    {
        await using var console = await FakeConsole.StartAsync();
        console.Parity = console.Parity with { OrderListHashBacktest = "other", FirstDifference = "Fill 7 differs." };

        var algo = await Algo.RunAsync(console, "replay", _file, "--once");

        algo.ExitCode.Should().Be(4);
        algo.Error.Should().Contain("algo: Fill 7 differs.");
    }

    [Fact]
    public async Task A_file_of_which_nothing_is_useful_exits_5_with_the_reason()
    {
        await using var console = await FakeConsole.StartAsync();
        console.Session = FakeConsole.Completed() with { State = "failed", BarsAccepted = 0, Error = "/data/bars.csv, line 3: expected 6 columns, found 2." };
        console.Routing = null;

        var algo = await Algo.RunAsync(console, "replay", _file, "--once");

        algo.ExitCode.Should().Be(5);
        algo.Error.Should().Contain("algo: /data/bars.csv, line 3: expected 6 columns, found 2.");
        console.Asked.Should().NotContain(a => a.Contains("parity"));
    }

    [Fact]
    public async Task A_file_that_breaks_off_in_the_middle_exits_1_with_what_was_read()
    {
        await using var console = await FakeConsole.StartAsync();
        console.Session = FakeConsole.Completed() with { State = "failed", Error = "/data/bars.csv, line 5100: the gzip stream is broken." };

        var algo = await Algo.RunAsync(console, "replay", _file, "--once");

        algo.ExitCode.Should().Be(1);
        algo.Lines.Should().Contain("bars accepted      5,100 (1 exact duplicates dropped)");
        algo.Error.Should().Contain("line 5100");
    }

    [Fact]
    public async Task A_file_that_is_refused_exits_5_with_the_problem()
    {
        await using var console = await FakeConsole.StartAsync();
        console.RefuseReplay = Results.Problem("bars.csv: no column is named close.", statusCode: 400);

        var algo = await Algo.RunAsync(console, "replay", _file);

        algo.ExitCode.Should().Be(5);
        algo.Error.Should().Contain("algo: bars.csv: no column is named close.");
    }

    [Theory]
    [InlineData("/no/such/file.csv", "There is no file /no/such/file.csv.")]
    [InlineData("/tmp", "/tmp is a folder, expected a CSV or CSV.gz of bars.")]
    public async Task A_file_that_is_not_there_exits_5(string file, string expected)
    {
        await using var console = await FakeConsole.StartAsync();

        var algo = await Algo.RunAsync(console, "replay", file);

        algo.ExitCode.Should().Be(5);
        algo.Error.Should().Be($"algo: {expected}\n");
        console.Asked.Should().BeEmpty();
    }

    [Fact]
    public async Task Json_is_one_object_with_everything()
    {
        await using var console = await FakeConsole.StartAsync();

        var algo = await Algo.RunAsync(console, "replay", _file, "--once", "--json");

        algo.Lines.Should().ContainSingle();
        var json = algo.Json;
        json.EnumerateObject().Select(p => p.Name).Should().Equal(
            "sessionId", "source", "state", "barsRead", "barsAccepted", "duplicates", "quarantined", "signals", "orders", "denied",
            "fills", "alertsDelivered", "balances", "barsPerSecond", "firstFillAt", "parity", "error", "exitCode", "dataKind", "rowsAdded");
        json.GetProperty("barsRead").GetInt64().Should().Be(5104);
        json.GetProperty("quarantined").GetProperty("impossible_ohlc").GetInt64().Should().Be(3);
        json.GetProperty("parity").GetProperty("signalsEqual").GetInt64().Should().Be(412);
        json.GetProperty("exitCode").GetInt32().Should().Be(0);
    }

    [Fact]
    public async Task Detached_it_returns_with_the_sessions_id()
    {
        await using var console = await FakeConsole.StartAsync();
        console.Session = FakeConsole.Completed() with { State = "running" };

        var algo = await Algo.RunAsync(console, "replay", _file, "--detach");

        algo.ExitCode.Should().Be(0);
        algo.Output.Should().Be("replay-1\n");
    }

    [Fact]
    public async Task Cancelled_it_exits_130()
    {
        await using var console = await FakeConsole.StartAsync();
        console.Session = FakeConsole.Completed() with { State = "running" };
        using var cancelled = new CancellationTokenSource();
        console.OnAsked = c =>
        {
            if (c.Asked.Count > 5) cancelled.Cancel();
        };

        var algo = await Algo.RunAsync(["--url", console.Address.AbsoluteUri, "replay", _file], cancelled.Token);

        algo.ExitCode.Should().Be(130);
    }

    // How long the fill took is the one thing that differs from run to run.
    private static string Seconds(Algo algo) => algo.Lines[0].Split(", ")[1].Split(" after")[0];
}

using System.Globalization;
using System.Text.RegularExpressions;
using AlgoStack.Contracts.Backtests;
using AlgoStack.Contracts.Signals;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Cli.Tests.Commands;

public sealed class BacktestCommandTests
{
    [Fact]
    public async Task It_waits_for_the_report_and_prints_its_statistics()
    {
        await using var console = await FakeConsole.StartAsync();

        var algo = await Algo.RunAsync(console, "backtest", "--session", "replay-1");

        algo.ExitCode.Should().Be(0);
        console.Backtested.Should().BeEquivalentTo(new StartBacktest("replay-1"));
        algo.Lines[0].Should().Be("backtest-1: 5,100 bars, 412 signals, 398 order intents, 386 fills");
        var result = console.Result.Currencies[0].Statistics;
        algo.Output.Should().MatchRegex($@"final equity\s+{Regex.Escape(result.FinalEquity.ToString("N2", CultureInfo.InvariantCulture))}");
        algo.Output.Should().MatchRegex($@"trades\s+{result.Trades}\s");
        algo.Output.Should().MatchRegex(@"volatility\s+\d+\.\d\d %");
        algo.Output.Should().Contain($"order-list hash    {console.Result.OrderListHash}");
    }

    [Fact]
    public async Task A_symbol_and_days_are_asked_for_with_strategies_and_models_and_written_to_files()
    {
        await using var console = await FakeConsole.StartAsync();
        var folder = Directory.CreateTempSubdirectory("algo-run-");
        var page = Path.Combine(folder.FullName, "page.html");

        var algo = await Algo.RunAsync(
            console, "backtest", "--symbol", "BTC/USDT", "--days", "30", "--timeframe", "1m", "--strategy", "sma-cross fast=5 slow=10",
            "--commission", "0.1%", "--report", page, "--csv", folder.FullName);

        algo.ExitCode.Should().Be(0, algo.Error);
        console.Asked.Should().Contain("POST /api/v1/backtest/run?symbol=BTC%2FUSDT&days=30&timeframe=1m");
        console.Chosen.Should().BeEquivalentTo(new BacktestChoices([new StrategyChoice("sma-cross", "fast=5 slow=10", [])], new ModelChoices("0.1%")));
        (await File.ReadAllTextAsync(page)).Should().StartWith("<html");
        (await File.ReadAllLinesAsync(Path.Combine(folder.FullName, "trades.csv"))).Should().HaveCount(console.Result.Trades.Count + 1);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task What_the_service_refuses_exits_5_with_its_reason()
    {
        await using var console = await FakeConsole.StartAsync();
        console.RefuseRun = Results.Problem("Symbol: expected an instrument of the tape, as A.SIM; found 'B'.", statusCode: 404);

        var algo = await Algo.RunAsync(console, "backtest", "--symbol", "B", "--days", "30");

        algo.ExitCode.Should().Be(5);
        algo.Error.Should().Be("algo: Symbol: expected an instrument of the tape, as A.SIM; found 'B'.\n");
        console.Chosen.Should().BeEquivalentTo(new BacktestChoices());
    }

    [Fact]
    public async Task Who_cancels_the_command_cancels_the_backtest()
    {
        await using var console = await FakeConsole.StartAsync();
        console.Backtest = FakeConsole.Backtests("running");
        using var stop = new CancellationTokenSource();
        var running = Algo.RunAsync(["--url", console.Address.AbsoluteUri, "backtest", "--symbol", "A", "--days", "30"], stop.Token);
        await Eventually.True(() => console.Asked.Contains("GET /api/v1/backtest/backtest-1", StringComparer.Ordinal));

        await stop.CancelAsync();

        (await running).ExitCode.Should().Be(130);
        console.Asked.Should().Contain("DELETE /api/v1/backtest/backtest-1");
    }

    [Fact]
    public async Task A_service_that_is_away_for_a_while_is_waited_for()
    {
        await using var console = await FakeConsole.StartAsync();
        var away = true;
        console.OnAsked = c => away = c.Asked.Count < 4;
        await using var front = await FlakyFront.StartAsync(console, () => away);

        var algo = await Algo.RunAsync(["--url", front.Address.AbsoluteUri, "backtest", "--symbol", "A", "--days", "30", "--json"], CancellationToken.None);

        algo.ExitCode.Should().Be(0, algo.Error);
        console.Asked.Should().HaveCount(4).And.EndWith("GET /api/v1/backtest/backtest-1");
    }

    [Fact]
    public async Task Backtests_are_listed_with_how_far_they_are_and_what_they_came_to()
    {
        await using var console = await FakeConsole.StartAsync();

        var completed = await Algo.RunAsync(console, "backtests", "--symbol", "A", "--strategy", "sma-cross", "--state", "completed", "--limit", "5", "--before", "b-9");
        console.Backtest = FakeConsole.Backtests("running");
        var running = await Algo.RunAsync(console, "backtests");
        var json = await Algo.RunAsync(console, "backtests", "--json");

        completed.ExitCode.Should().Be(0, completed.Error);
        completed.Output.Should().MatchRegex(@"backtest-1\s+completed\s+A\.SIM\s+sma-cross\s+4\.23 %\s+0\.80\s+2026-11-22T08:00Z");
        console.Asked.Should().Contain("GET /api/v1/backtest?limit=5&symbol=A&strategy=sma-cross&state=completed&before=b-9");
        running.Output.Should().MatchRegex(@"backtest-1\s+running 25 %");
        json.Json.GetProperty("backtests")[0].GetProperty("state").GetString().Should().Be("running");
    }

    [Fact]
    public async Task One_is_canceled_by_its_id_and_an_unknown_one_exits_5()
    {
        await using var console = await FakeConsole.StartAsync();

        var algo = await Algo.RunAsync(console, "backtests", "cancel", "backtest-1");
        var nobody = await Algo.RunAsync(console, "backtests", "cancel", "nobody");

        (algo.ExitCode, algo.Output).Should().Be((0, "backtest-1 canceled\n"));
        (nobody.ExitCode, nobody.Error).Should().Be((5, "algo: There is no backtest nobody.\n"));
    }

    [Fact]
    public async Task Instruments_and_a_range_are_passed_on()
    {
        await using var console = await FakeConsole.StartAsync();

        await Algo.RunAsync(
            console, "backtest", "--instrument", "A.SIM", "--instrument", "B.SIM", "--timeframe", "1h",
            "--from", "2024-03-01", "--to", "2024-03-02T14:30Z", "--speed", "100x");

        console.Backtested.Should().BeEquivalentTo(new StartBacktest(
            null, ["A.SIM", "B.SIM"], "1h", new DateTimeOffset(2024, 3, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2024, 3, 2, 14, 30, 0, TimeSpan.Zero), "100x"));
    }

    [Fact]
    public async Task Json_is_the_view_as_the_service_gives_it()
    {
        await using var console = await FakeConsole.StartAsync();

        var algo = await Algo.RunAsync(console, "backtest", "--session", "replay-1", "--json");

        algo.Lines.Should().ContainSingle();
        algo.Json.GetProperty("statistics")[0].GetProperty("finalEquity").GetDecimal().Should().Be(104_233.12m);
    }

    [Fact]
    public async Task One_that_fails_exits_1_with_its_reason()
    {
        await using var console = await FakeConsole.StartAsync();
        console.Backtest = FakeConsole.Backtests("failed") with { Error = "Session replay-1 has no bars." };

        var algo = await Algo.RunAsync(console, "backtest", "--session", "replay-1");

        algo.ExitCode.Should().Be(1);
        algo.Error.Should().Be("algo: Session replay-1 has no bars.\n");
    }

    [Theory]
    [InlineData("backtest")]
    [InlineData("backtest", "--session", "a", "--instrument", "b", "--timeframe", "1d")]
    [InlineData("backtest", "--instrument", "b")]
    [InlineData("backtest", "--symbol", "b")]
    [InlineData("backtest", "--days", "30")]
    [InlineData("backtest", "--symbol", "b", "--days", "30", "--session", "a")]
    [InlineData("backtest", "--symbol", "b", "--days", "30", "--strategy", "luck")]
    [InlineData("backtest", "--session", "a", "--commission", "dear")]
    [InlineData("backtest", "--session", "a", "--from", "yesterday")]
    public async Task A_wrong_command_line_exits_2(params string[] args)
    {
        await using var console = await FakeConsole.StartAsync();

        (await Algo.RunAsync(console, args)).ExitCode.Should().Be(2);
    }
}

using AlgoStack.Contracts.Backtests;
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
        algo.Output.Should().MatchRegex(@"final equity\s+104,233\.12");
        algo.Output.Should().MatchRegex(@"win rate\s+55\.00 %");
        algo.Output.Should().MatchRegex(@"Sortino\s+–");
        algo.Output.Should().Contain("order-list hash    abc");
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

    [Fact]
    public async Task One_without_bars_exits_5()
    {
        await using var console = await FakeConsole.StartAsync();
        console.Backtest = FakeConsole.Backtests("completed") with { Bars = 0 };

        (await Algo.RunAsync(console, "backtest", "--session", "replay-1")).ExitCode.Should().Be(5);
    }

    [Theory]
    [InlineData("backtest")]
    [InlineData("backtest", "--session", "a", "--instrument", "b", "--timeframe", "1d")]
    [InlineData("backtest", "--instrument", "b")]
    [InlineData("backtest", "--session", "a", "--from", "yesterday")]
    public async Task A_wrong_command_line_exits_2(params string[] args)
    {
        await using var console = await FakeConsole.StartAsync();

        (await Algo.RunAsync(console, args)).ExitCode.Should().Be(2);
    }
}

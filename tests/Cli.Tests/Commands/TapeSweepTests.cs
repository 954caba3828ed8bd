using AlgoStack.Backtesting;
using AlgoStack.Backtesting.Sweeps;
using AlgoStack.BarFiles;
using AlgoStack.Contracts.Backtests;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Cli.Tests.Commands;

/// <summary>Sweeps over the tape, in the service.</summary>
public sealed class TapeSweepTests
{
    private const string Grid = "fast=5,10 slow=10,50,100";

    private static readonly string Sp500 = Path.Combine(Repository.Root, "data", "sp500-2000", "sp500-2000.csv");

    private static readonly string[] OnTape = ["sweep", "--instrument", "A.SIM", "--timeframe", "1d", "--strategy", "sma-cross", "--grid", Grid];

    [Fact]
    public async Task It_shows_what_a_sweep_in_this_process_shows()
    {
        await using var console = await FakeConsole.StartAsync();
        var outcomes = Sweep.Run(BarFile.Read([Sp500], null, null, null, default), "", new SweepText("sma-cross", Grid).Plan(new ModelText().Settings())).Outcomes;
        // Parts come in the order in which they finished.
        console.SweepOutcomes = [[outcomes[4]], [outcomes[2], outcomes[3]], [outcomes[0], outcomes[1]]];

        var there = await Algo.RunAsync(console, OnTape);
        var here = await Algo.RunAsync(["sweep", Sp500, "--strategy", "sma-cross", "--grid", Grid], CancellationToken.None);

        there.ExitCode.Should().Be(0, there.Error);
        there.Lines[0].Should().Be("A.SIM: 5,105 bars, sma-cross, 5 combinations (1 left out, 0 failed), best by sharpe");
        there.Lines.Skip(1).Should().Equal(here.Lines.Skip(1)).And.Contain(line => line.StartsWith("probability of overfitting", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_asked_for_is_passed_on_as_it_was_written()
    {
        await using var console = await FakeConsole.StartAsync();

        await Algo.RunAsync(console, [.. OnTape, "--from", "2024-03-01", "--random", "3", "--seed", "7", "--measure", "calmar", "--limit", "2.5", "--size", "50", "--slippage", "spread=2"]);

        console.Swept.Should().BeEquivalentTo(new StartSweep(
            "sma-cross", ["A.SIM"], "1d", new DateTimeOffset(2024, 3, 1, 0, 0, 0, TimeSpan.Zero), null, Grid, 3, 7, "calmar", 2.5,
            new ModelChoices(Slippage: "spread=2", Size: 50)));
    }

    [Fact]
    public async Task Cancelled_it_cancels_the_sweep()
    {
        await using var console = await FakeConsole.StartAsync();
        using var cancelled = new CancellationTokenSource();
        console.Sweep = FakeConsole.Sweeps("running");
        console.OnAsked = c =>
        {
            if (c.Asked.Count > 2) cancelled.Cancel();
        };

        var algo = await Algo.RunAsync(["--url", console.Address.AbsoluteUri, .. OnTape], cancelled.Token);

        algo.ExitCode.Should().Be(130);
        console.Asked.Should().Contain("DELETE /api/v1/backtest/sweeps/sweep-1");
        console.Sweep.State.Should().Be("canceled");
    }

    [Fact]
    public async Task One_that_fails_exits_1_with_its_reason()
    {
        await using var console = await FakeConsole.StartAsync();
        console.Sweep = FakeConsole.Sweeps("failed") with { ErrorCode = "tape_changed", Error = "The tape has changed." };

        var algo = await Algo.RunAsync(console, OnTape);

        (algo.ExitCode, algo.Error.TrimEnd()).Should().Be((1, "sweep sweep-1: 5 combinations\nalgo: The tape has changed."));
    }

    [Theory]
    [InlineData("--journal", "kept.jsonl")]
    [InlineData("--report", "page.html")]
    [InlineData("--threads", "2")]
    [InlineData("--symbol", "A")]
    public async Task What_goes_with_files_is_refused(string option, string value)
    {
        await using var console = await FakeConsole.StartAsync();

        var algo = await Algo.RunAsync(console, [.. OnTape, option, value]);

        algo.ExitCode.Should().Be(2);
        algo.Error.Should().MatchRegex("goe?s? with files");
        console.Swept.Should().BeNull();
    }
}

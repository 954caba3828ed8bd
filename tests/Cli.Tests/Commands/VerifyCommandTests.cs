using FluentAssertions;
using Xunit;

namespace AlgoStack.Cli.Tests.Commands;

public sealed class VerifyCommandTests
{
    [Fact]
    public async Task The_newest_session_is_verified()
    {
        await using var console = await FakeConsole.StartAsync();

        var algo = await Algo.RunAsync(console, "verify", "parity");

        algo.ExitCode.Should().Be(0);
        algo.Output.Should().Be("parity 100.00 % (signals 412/412, order intents 398/398)\n");
        console.Asked.Should().Equal("GET /api/v1/sessions", "POST /api/v1/backtest/parity/replay-1");
    }

    [Fact]
    public async Task A_difference_exits_4_and_is_said()
    {
        await using var console = await FakeConsole.StartAsync();
        console.Parity = console.Parity with { SignalsEqual = 400, Score = 0.985, FirstDifference = "Signal 12: score 0.71 live, 0.72 in the backtest." };

        var algo = await Algo.RunAsync(console, "verify", "parity", "replay-1", "--json");

        algo.ExitCode.Should().Be(4);
        algo.Json.GetProperty("signalsEqual").GetInt64().Should().Be(400);
        algo.Error.Should().Contain("Signal 12");
    }

    [Fact]
    public async Task A_session_that_there_is_not_exits_5()
    {
        await using var console = await FakeConsole.StartAsync();

        var algo = await Algo.RunAsync(console, "verify", "parity", "nothing");

        algo.ExitCode.Should().Be(5);
        algo.Error.Should().Be("algo: There is no session nothing.\n");
    }
}

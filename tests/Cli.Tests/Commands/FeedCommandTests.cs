using FluentAssertions;
using Xunit;

namespace AlgoStack.Cli.Tests.Commands;

public sealed class FeedCommandTests
{
    [Fact]
    public async Task A_feed_that_runs_is_said_and_left_running()
    {
        await using var console = await FakeConsole.StartAsync();
        console.Session = FakeConsole.Completed() with { SessionId = "live", Kind = "live", State = "starting" };
        console.OnAsked = c =>
        {
            if (c.Asked.Count > 2) c.Session = c.Session with { State = "running" };
        };

        var algo = await Algo.RunAsync(console, "feed", "binance", "--symbols", "BTCUSDT, ETHUSDT");

        algo.ExitCode.Should().Be(0);
        algo.Lines[0].Should().StartWith("following BTCUSDT, ETHUSDT of binance; watch it at http://127.0.0.1:");
        algo.Lines[^1].Should().Be("live");
        console.Replayed.Should().BeNull();
    }

    [Theory]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A_venue_that_cannot_be_reached_is_said_and_replaced_by_the_default_replay(int status)
    {
        await using var console = await FakeConsole.StartAsync();
        console.RefuseFeed = Results.Problem("stream.binance.com does not resolve.", statusCode: status);

        var algo = await Algo.RunAsync(console, "feed", "binance", "--symbols", "BTCUSDT");

        algo.ExitCode.Should().Be(0);
        algo.Error.Should().Contain("binance cannot be reached: stream.binance.com does not resolve. Replaying data/sp500-2000/sp500-2000.csv instead.");
        console.Replayed!.File.Should().EndWith("sp500-2000.csv");
        algo.Output.Should().Be("replay-1\n");
    }

    [Fact]
    public async Task A_feed_that_fails_while_starting_is_replaced_too()
    {
        await using var console = await FakeConsole.StartAsync();
        console.Session = FakeConsole.Completed() with { SessionId = "live", State = "failed", Error = "Connection refused." };

        var algo = await Algo.RunAsync(console, "feed", "kraken", "--symbols", "XBT/USD", "--json");

        algo.ExitCode.Should().Be(0);
        algo.Json.GetProperty("unreachable").GetString().Should().Be("Connection refused.");
        console.Replayed.Should().NotBeNull();
    }

    [Fact]
    public async Task Ingestion_being_away_is_no_reason_to_fall_back()
    {
        await using var console = await FakeConsole.StartAsync();
        console.RefuseFeed = Results.Problem(
            "ingestion cannot be reached", statusCode: 503, extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["service"] = "ingestion" });

        var algo = await Algo.RunAsync(console, "feed", "binance", "--symbols", "BTCUSDT");

        algo.ExitCode.Should().Be(1);
        console.Replayed.Should().BeNull();
    }

    [Theory]
    [InlineData("feed", "nyse", "--symbols", "A")]
    [InlineData("feed", "binance")]
    [InlineData("feed", "binance", "--symbols", ",")]
    public async Task A_wrong_command_line_exits_2(params string[] args)
    {
        await using var console = await FakeConsole.StartAsync();

        (await Algo.RunAsync(console, args)).ExitCode.Should().Be(2);
        console.Asked.Should().BeEmpty();
    }
}

using System.Text.Json;
using AlgoStack.Contracts.Alerts;
using AlgoStack.Contracts.Live;
using AlgoStack.Contracts.Signals;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Cli.Tests.Commands;

public sealed class TailCommandTests
{
    private static readonly DateTimeOffset At = FakeConsole.Start;

    private static readonly LiveUpdate Update = new(
        At,
        [],
        [
            new SignalRaised(
                "s-1", "replay-1", "ema-cross", "SP500.SIM", "1d", At, "Long", 101, 0.72, "Trending", null, null, 0,
                new SignalExplanation([], [], []), "The fast average crossed above the slow one.", 3,
                "fast=12 slow=26 stop=3", "Bullish", 0.6, 0.7, null, 100.2),
        ],
        [new OrderChange(7, "filled", "o-1", "paper-replay-1", "SP500.SIM", "Buy", 7, 101.5m, null, null, At)],
        [new AlertDelivered("a-1", "inbox", true, 1, At)],
        12);

    [Fact]
    public async Task What_happens_is_printed_until_it_is_cancelled()
    {
        var algo = await TailAsync("tail", "signals", "--session", "replay-1");

        algo.ExitCode.Should().Be(130);
        algo.Output.Should().Contain("2026-11-22 08:00:00Z  SP500.SIM      Long   72 %  ema-cross: The fast average crossed above the slow one.");
        algo.Output.Should().Contain("filled     Buy             7        101.5  o-1");
        algo.Output.Should().Contain("inbox    delivered  a-1");
        algo.Error.Should().Contain("… 12 more came too fast to show");
    }

    [Fact]
    public async Task With_json_each_thing_is_an_object_on_a_line()
    {
        var algo = await TailAsync("tail", "signals", "--json");

        var lines = algo.Lines.Select(l => JsonDocument.Parse(l).RootElement).ToArray();
        lines[0].GetProperty("signalId").GetString().Should().Be("s-1");
        lines[1].GetProperty("kind").GetString().Should().Be("filled");
        lines[2].GetProperty("alertId").GetString().Should().Be("a-1");
    }

    [Fact]
    public async Task A_console_that_is_not_there_exits_3() =>
        (await Algo.RunAsync(["--url", "http://127.0.0.1:9", "tail", "orders"], CancellationToken.None)).ExitCode.Should().Be(3);

    private static async Task<Algo> TailAsync(params string[] args)
    {
        await using var console = await FakeConsole.StartAsync();
        using var cancelled = new CancellationTokenSource();
        var connections = 0;
        console.Live = async context =>
        {
            // The second connection comes after the first update was read and its stream had ended.
            if (Interlocked.Increment(ref connections) > 1)
            {
                await cancelled.CancelAsync();
                return;
            }

            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync($"event: hello\ndata: {{}}\n\nevent: update\ndata: {JsonSerializer.Serialize(Update, JsonSerializerOptions.Web)}\n\n", context.RequestAborted);
        };
        return await Algo.RunAsync(["--url", console.Address.AbsoluteUri, .. args], cancelled.Token);
    }
}

using System.Net.WebSockets;
using System.Text;
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

    private static readonly object[] Events =
    [
        new
        {
            Type = "event",
            Sequence = 3,
            Kind = "signals",
            Data = new SignalRaised(
                "s-1", "replay-1", "ema-cross", "SP500.SIM", "1d", At, "Long", 101, 0.72, "Trending", null, null, 0,
                new SignalExplanation([], [], []), "The fast average crossed above the slow one.", 3,
                "fast=12 slow=26 stop=3", "Bullish", 0.6, 0.7, null, 100.2),
        },
        new { Type = "event", Sequence = 4, Kind = "orders", Data = new OrderChange(7, "filled", "o-1", "paper-replay-1", "SP500.SIM", "Buy", 7, 101.5m, null, null, At) },
        new { Type = "event", Sequence = 5, Kind = "alerts", Data = new AlertDelivered("a-1", "inbox", true, 1, At) },
    ];

    [Fact]
    public async Task What_happens_is_printed_until_it_is_cancelled()
    {
        var (algo, asked) = await TailAsync("tail", "signals", "--session", "replay-1");

        algo.ExitCode.Should().Be(130);
        algo.Output.Should().Contain("2026-11-22 08:00:00Z  SP500.SIM      Long   72 %  ema-cross: The fast average crossed above the slow one.");
        algo.Output.Should().Contain("filled     Buy             7        101.5  o-1");
        algo.Output.Should().Contain("inbox    delivered  a-1");
        algo.Error.Should().Contain("following");
        asked[0].Should().Be("""{"type":"subscribe","id":"tail","kinds":["signals"],"session":"replay-1"}""");
    }

    [Fact]
    public async Task With_json_each_thing_is_an_object_on_a_line()
    {
        var (algo, _) = await TailAsync("tail", "signals", "--json");

        var lines = algo.Lines.Select(l => JsonDocument.Parse(l).RootElement).ToArray();
        lines[0].GetProperty("signalId").GetString().Should().Be("s-1");
        lines[1].GetProperty("kind").GetString().Should().Be("filled");
        lines[2].GetProperty("alertId").GetString().Should().Be("a-1");
    }

    [Fact]
    public async Task After_a_lost_line_it_goes_on_where_it_was()
    {
        var (_, asked) = await TailAsync("tail", "orders");

        asked[1].Should().Be("""{"type":"resume","epoch":"e-1","sequence":5,"subscriptions":[{"id":"tail","kinds":["orders"],"session":null}]}""");
    }

    [Fact]
    public async Task A_console_that_is_not_there_exits_3() =>
        (await Algo.RunAsync(["--url", "http://127.0.0.1:9", "tail", "orders"], CancellationToken.None)).ExitCode.Should().Be(3);

    private static async Task<(Algo Algo, IReadOnlyList<string> Asked)> TailAsync(params string[] args)
    {
        await using var console = await FakeConsole.StartAsync();
        using var cancelled = new CancellationTokenSource();
        var asked = new List<string>();
        console.Live = async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[4096];
            var read = await socket.ReceiveAsync(buffer, context.RequestAborted);
            asked.Add(Encoding.UTF8.GetString(buffer, 0, read.Count));
            // The second connection comes after the first was read to its end.
            if (asked.Count > 1)
            {
                await cancelled.CancelAsync();
                return;
            }

            foreach (var message in (object[])[new { Type = "hello", Sequence = 1, Epoch = "e-1" }, new { Type = "subscribed", Sequence = 2, Id = "tail" }, .. Events])
                await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message, JsonSerializerOptions.Web), WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
            await socket.CloseAsync((WebSocketCloseStatus)4408, "too_slow", context.RequestAborted);
        };
        return (await Algo.RunAsync(["--url", console.Address.AbsoluteUri, .. args], cancelled.Token), asked);
    }
}

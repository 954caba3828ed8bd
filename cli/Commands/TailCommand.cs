using System.CommandLine;
using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using AlgoStack.Cli.Reaching;
using AlgoStack.Contracts.Alerts;
using AlgoStack.Contracts.Live;
using AlgoStack.Contracts.Signals;

namespace AlgoStack.Cli.Commands;

/// <summary><c>algo tail</c>: prints what happens as it happens.</summary>
internal static class TailCommand
{
    private static readonly TimeSpan BetweenConnections = TimeSpan.FromSeconds(1);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static Command Create(SharedOptions shared)
    {
        var command = new Command("tail", "Follow what happens, live, until Ctrl-C.");
        command.Add(Topic(shared, "signals", "Signals with their rationale."));
        command.Add(Topic(shared, "orders", "What becomes of orders: requested, denied, filled and so on."));
        command.Add(Topic(shared, "alerts", "Alerts as they are delivered."));
        return command;
    }

    private static Command Topic(SharedOptions shared, string topic, string description)
    {
        var session = new Option<string?>("--session") { Description = "Of this session alone.", HelpName = "ID" };
        var command = new Command(topic, description) { session };
        shared.SetAction(command, async (parsed, terminal, console, cancellationToken) =>
        {
            await FollowAsync(terminal, console, new Wanted("tail", [topic], parsed.GetValue(session)), cancellationToken);
            return ExitCode.Ok;
        });
        return command;
    }

    // The first connection has to work. After that the console may come and go: it is waited for until Ctrl-C, and goes on where it was.
    private static async Task FollowAsync(Terminal terminal, ConsoleClient console, Wanted wanted, CancellationToken cancellationToken)
    {
        var (epoch, sequence) = ("", 0L);
        while (true)
        {
            try
            {
                object asked = epoch.Length > 0
                    ? new { Type = "resume", epoch, sequence, Subscriptions = new[] { wanted } }
                    : new { Type = "subscribe", wanted.Id, wanted.Kinds, wanted.Session };
                await foreach (var told in console.HearAsync(asked, cancellationToken))
                {
                    if (told.TryGetProperty("epoch", out var begun) && (epoch.Length == 0 || Is(told, "reset"))) epoch = begun.GetString()!;
                    if (!Is(told, "hello") && told.TryGetProperty("sequence", out var last)) sequence = last.GetInt64();
                    Print(terminal, told);
                }

                terminal.Note("connection lost");
            }
            catch (Exception e) when (epoch.Length > 0 && e is NotReachableException or ConsoleProblemException or HttpRequestException or WebSocketException)
            {
                terminal.Note($"connection lost: {e.Message}");
            }

            await Task.Delay(BetweenConnections, cancellationToken);
        }
    }

    private static bool Is(JsonElement told, string type) => told.GetProperty("type").ValueEquals(type);

    private static void Print(Terminal terminal, JsonElement told)
    {
        if (Is(told, "subscribed")) terminal.Note("following; Ctrl-C ends it");
        if (Is(told, "reset")) terminal.Note($"… something was missed: {told.GetProperty("reason").GetString()}");
        if (Is(told, "error")) throw new CommandFailedException(ExitCode.Failed, told.GetProperty("detail").GetString()!);
        if (!Is(told, "event")) return;

        var data = told.GetProperty("data");
        switch (told.GetProperty("kind").GetString())
        {
            case "signals":
                Print(terminal, data.Deserialize<SignalRaised>(Json)!);
                break;
            case "orders":
                Print(terminal, data.Deserialize<OrderChange>(Json)!);
                break;
            case "alerts":
                Print(terminal, data.Deserialize<AlertDelivered>(Json)!);
                break;
        }
    }

    private static void Print(Terminal terminal, SignalRaised signal)
    {
        terminal.Result(signal);
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{Time(signal.BarClose)}  {signal.Instrument,-14} {signal.Direction,-5} {signal.Score,5:P0}  {signal.Strategy}: {signal.Rationale}"));
    }

    private static void Print(Terminal terminal, OrderChange order)
    {
        terminal.Result(order);
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{Time(order.At)}  {order.Instrument,-14} {order.Kind,-10} {order.Side,-4} {order.Quantity,12:0.########} {order.Price,12:0.########}  {order.Reason ?? order.OrderId}"));
    }

    private static void Print(Terminal terminal, AlertDelivered alert)
    {
        terminal.Result(alert);
        terminal.Line($"{Time(alert.At)}  {alert.Channel,-8} {(alert.Delivered ? "delivered" : "not delivered")}  {alert.AlertId}");
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A subscription of live push.</summary>
    private sealed record Wanted(string Id, IReadOnlyList<string> Kinds, string? Session);
}

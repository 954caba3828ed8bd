using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using AlgoStack.Cli.Reaching;
using AlgoStack.Contracts.Live;

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
            var path = $"/api/v1/live?topics={topic}";
            if (parsed.GetValue(session) is { } id) path += $"&session={Uri.EscapeDataString(id)}";
            await FollowAsync(terminal, console, path, cancellationToken);
            return ExitCode.Ok;
        });
        return command;
    }

    // The first connection has to work. After that the console may come and go: it is waited for until Ctrl-C.
    private static async Task FollowAsync(Terminal terminal, ConsoleClient console, string path, CancellationToken cancellationToken)
    {
        var connected = false;
        while (true)
        {
            try
            {
                await foreach (var item in console.FollowAsync(path, cancellationToken))
                {
                    if (!connected) terminal.Note("following; Ctrl-C ends it");
                    connected = true;
                    if (item.EventType == "update") Print(terminal, JsonSerializer.Deserialize<LiveUpdate>(item.Data, Json)!);
                }
            }
            catch (Exception e) when (connected && e is NotReachableException or ConsoleProblemException or HttpRequestException or IOException)
            {
                terminal.Note($"connection lost: {e.Message}");
            }

            await Task.Delay(BetweenConnections, cancellationToken);
        }
    }

    private static void Print(Terminal terminal, LiveUpdate update)
    {
        foreach (var signal in update.Signals)
        {
            terminal.Result(signal);
            terminal.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"{Time(signal.BarClose)}  {signal.Instrument,-14} {signal.Direction,-5} {signal.Score,5:P0}  {signal.Strategy}: {signal.Rationale}"));
        }

        foreach (var order in update.Orders)
        {
            terminal.Result(order);
            terminal.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"{Time(order.At)}  {order.Instrument,-14} {order.Kind,-10} {order.Side,-4} {order.Quantity,12:0.########} {order.Price,12:0.########}  {order.Reason ?? order.OrderId}"));
        }

        foreach (var alert in update.Alerts)
        {
            terminal.Result(alert);
            terminal.Line($"{Time(alert.At)}  {alert.Channel,-8} {(alert.Delivered ? "delivered" : "not delivered")}  {alert.AlertId}");
        }

        if (update.Skipped > 0) terminal.Note($"… {update.Skipped} more came too fast to show");
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

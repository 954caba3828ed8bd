using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using AlgoStack.Cli.Reaching;
using AlgoStack.Cli.Stores;
using AlgoStack.Contracts.Orders;

namespace AlgoStack.Cli.Commands;

/// <summary><c>algo order</c>: one order from the wish to its end, a line an event: when, how long after the first, what, and because of what.</summary>
internal static class OrderCommand
{
    private const string Requested = "order_requested";

    public static Command Create(SharedOptions shared)
    {
        var id = new Argument<string>("ID") { Description = "The order's id, as the orders' list has it." };
        var command = new Command("order", "Read aloud what became of an order.") { id };
        shared.SetAction(command, async (parsed, terminal, console, cancellationToken) =>
        {
            try
            {
                var history = await console.GetAsync<IReadOnlyList<OrderHistoryItem>>(
                    $"/api/v1/orders/{Uri.EscapeDataString(parsed.GetValue(id)!)}/events", cancellationToken);
                return Print(terminal, history);
            }
            catch (ConsoleProblemException e) when (e.Status == HttpStatusCode.NotFound)
            {
                throw new CommandFailedException(ExitCode.NothingUseful, e.Message);
            }
        });
        return command;
    }

    private static int Print(Terminal terminal, IReadOnlyList<OrderHistoryItem> history)
    {
        foreach (var item in history)
        {
            var after = (item.CommittedAt - history[0].CommittedAt).TotalMilliseconds;
            var words = item.Kind.StartsWith("order_", StringComparison.Ordinal) ? item.Kind["order_".Length..].Replace('_', ' ') : item.Kind;
            var cause = item.CausationId is { } id ? $"  by {id}" : "";
            terminal.Line(string.Create(
                CultureInfo.InvariantCulture, $"{EventLine.Time(item.CommittedAt)}  +{after,10:N1} ms  {words,-18}  {Details(item)}{cause}"));
        }

        if (history.Select(h => h.CorrelationId).Distinct(StringComparer.Ordinal).ToArray() is [{ } trace]) terminal.Line($"All of it is trace {trace}.");
        terminal.Result(history);
        return ExitCode.Ok;
    }

    /// <summary>What is in the event, but for what all of an order's have.</summary>
    private static string Details(OrderHistoryItem item)
    {
        using var data = JsonDocument.Parse(item.Data);
        var root = item.Kind == Requested && data.RootElement.TryGetProperty("Intent", out var intent) ? intent : data.RootElement;
        return string.Join(' ', root.EnumerateObject()
            .Where(p => p.Name is not ("OrderId" or "At") && p.Value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False))
            .Select(p => $"{p.Name}={p.Value}"));
    }
}

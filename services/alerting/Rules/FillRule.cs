using System.Globalization;
using System.Text;
using AlgoStack.Alerting.Alerts;
using AlgoStack.Contracts.Orders;

namespace AlgoStack.Alerting.Rules;

/// <summary>Fills, told once a page and session.</summary>
public static class FillRule
{
    public const string Name = "fills";

    /// <summary>Fills named one by one; the rest are counted.</summary>
    public const int MostNamed = 5;

    /// <param name="fills">Of one session, in the order of their positions; at least one.</param>
    public static AlertDraft On(string sessionId, IReadOnlyList<OrderFilled> fills)
    {
        var title = fills.Count == 1 ? $"Fill: {Words(fills[0])}" : string.Create(CultureInfo.InvariantCulture, $"{fills.Count} fills, last {Words(fills[^1])}");
        return new AlertDraft(
            // The first fill names the cause: a page cut differently after a restart holds only fills not yet told.
            AlertId.From(Name, sessionId, fills[0].Position.ToString(CultureInfo.InvariantCulture)),
            Severity.Info,
            Name,
            AlertText.Title(title),
            AlertText.Body(Text(fills)),
            sessionId);
    }

    private static string Text(IReadOnlyList<OrderFilled> fills)
    {
        var text = new StringBuilder();
        foreach (var fill in fills.Take(MostNamed))
        {
            text.Append(CultureInfo.InvariantCulture, $"{Words(fill)} for {fill.Strategy} on {fill.At.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
            if (fill.Leaves > 0) text.Append(CultureInfo.InvariantCulture, $", {Decimal(fill.Leaves)} left");
            text.Append('\n');
        }

        if (fills.Count > MostNamed) text.Append(CultureInfo.InvariantCulture, $"and {fills.Count - MostNamed} more");
        return text.ToString();
    }

    private static string Words(OrderFilled fill) =>
        $"{fill.Side} {Decimal(fill.Quantity)} {fill.Instrument} at {Decimal(fill.Price)}";

    // A decimal keeps its trailing zeros; nobody wants to read them.
    private static string Decimal(decimal value) => value.ToString("0.##########", CultureInfo.InvariantCulture);
}

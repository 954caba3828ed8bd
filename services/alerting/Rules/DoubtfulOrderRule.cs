using System.Globalization;
using AlgoStack.Alerting.Alerts;
using AlgoStack.Contracts.Orders;

namespace AlgoStack.Alerting.Rules;

/// <summary>
/// Orders that may or may not be at the venue, each told once until that is known, and orders of which the venue traded too
/// much, each told. What is known again by the end of the page is not told at all.
/// </summary>
public static class DoubtfulOrderRule
{
    public const string Unknown = "unknown-order";
    public const string Known = "order-known-again";
    public const string Overfilled = "overfilled-order";

    /// <param name="lastPosition">Events up to here were told before and are left out.</param>
    /// <param name="sessionOf">The session of an account.</param>
    public static IEnumerable<AlertDraft> On(OrdersChanged page, long lastPosition, Func<string, string> sessionOf)
    {
        var unknown = (page.BecameUnknown ?? []).Where(o => o.Position > lastPosition).GroupBy(o => o.OrderId, StringComparer.Ordinal)
            .Select(orders => orders.MaxBy(o => o.Position)!).ToList();
        var known = (page.Reconciled ?? []).Where(o => o.Position > lastPosition).GroupBy(o => o.OrderId, StringComparer.Ordinal)
            .ToDictionary(orders => orders.Key, orders => orders.MaxBy(o => o.Position)!, StringComparer.Ordinal);

        foreach (var order in unknown)
        {
            if (known.TryGetValue(order.OrderId, out var found) && found.Position > order.Position) continue;

            yield return new AlertDraft(
                AlertId.From(Unknown, order.OrderId, Text(order.Position)),
                Severity.High,
                Unknown,
                AlertText.Title($"Is it at the venue? An order of {order.Instrument} on {order.Account}"),
                AlertText.Body($"{order.OrderId}: {order.Reason}. Nothing of {order.Instrument} leaves until the venue has told; it is being asked."),
                sessionOf(order.Account),
                OpensKey: Key(order.OrderId));
        }

        foreach (var order in known.Values)
        {
            if (unknown.Exists(o => o.OrderId == order.OrderId && o.Position > order.Position)) continue;

            yield return new AlertDraft(
                AlertId.From(Known, order.OrderId, Text(order.Position)),
                Severity.Info,
                Known,
                AlertText.Title($"It is {(order.IsAtVenue ? "" : "not ")}at the venue: an order of {order.Instrument} on {order.Account}"),
                AlertText.Body($"{order.OrderId}: {order.Finding}"),
                sessionOf(order.Account),
                ClosesKey: Key(order.OrderId));
        }

        foreach (var order in (page.Overfilled ?? []).Where(o => o.Position > lastPosition))
        {
            yield return new AlertDraft(
                AlertId.From(Overfilled, order.OrderId, Text(order.Position)),
                Severity.Critical,
                Overfilled,
                AlertText.Title($"The venue traded too much: {order.Instrument} on {order.Account}"),
                AlertText.Body(string.Create(CultureInfo.InvariantCulture, $"{order.OrderId}: {order.Excess:0.##########} more than it was for. The books have all of it.")),
                sessionOf(order.Account));
        }
    }

    private static string Key(string order) => $"order/{order}";

    private static string Text(long position) => position.ToString(CultureInfo.InvariantCulture);
}

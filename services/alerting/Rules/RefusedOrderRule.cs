using System.Globalization;
using System.Text;
using AlgoStack.Alerting.Alerts;
using AlgoStack.Contracts.Orders;

namespace AlgoStack.Alerting.Rules;

/// <summary>Orders that risk denied or the venue rejected, told once a page and session, with the code or reason.</summary>
public static class RefusedOrderRule
{
    public const string Denied = "denied-orders";
    public const string Rejected = "rejected-orders";

    /// <summary>Orders named one by one; the rest are counted.</summary>
    public const int MostNamed = 5;

    /// <param name="denials">Of one session, in the order of their positions; at least one.</param>
    public static AlertDraft On(string sessionId, IReadOnlyList<OrderDenied> denials)
    {
        var codes = denials
            .GroupBy(denial => denial.Code, StringComparer.Ordinal)
            .OrderByDescending(group => group.Count())
            .Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Key} {group.Count()}×"));
        var title = denials.Count == 1
            ? $"Order denied, {denials[0].Code}: {denials[0].Instrument}"
            : string.Create(CultureInfo.InvariantCulture, $"{denials.Count} orders denied: {string.Join(", ", codes)}");
        var lines = denials.Select(denial => $"{denial.OrderId} on {denial.Instrument}: {denial.Code}, {denial.Reason}");
        return Draft(Denied, Severity.Medium, sessionId, denials[0].Position, title, lines, denials.Count);
    }

    /// <param name="rejections">Of one session, in the order of their positions; at least one.</param>
    public static AlertDraft On(string sessionId, IReadOnlyList<OrderRejected> rejections)
    {
        var title = rejections.Count == 1
            ? $"Order rejected by the venue: {rejections[0].Instrument}"
            : string.Create(CultureInfo.InvariantCulture, $"{rejections.Count} orders rejected by the venue");
        var lines = rejections.Select(rejection => $"{rejection.OrderId} on {rejection.Instrument}: {rejection.Reason}");
        return Draft(Rejected, Severity.High, sessionId, rejections[0].Position, title, lines, rejections.Count);
    }

    private static AlertDraft Draft(
        string rule, Severity severity, string sessionId, long position, string title, IEnumerable<string> lines, int count)
    {
        var text = new StringBuilder().AppendJoin('\n', lines.Take(MostNamed));
        if (count > MostNamed) text.Append(CultureInfo.InvariantCulture, $"\nand {count - MostNamed} more");
        return new AlertDraft(
            AlertId.From(rule, sessionId, position.ToString(CultureInfo.InvariantCulture)),
            severity,
            rule,
            AlertText.Title(title),
            AlertText.Body(text.ToString()),
            sessionId);
    }
}

using AlgoStack.Contracts.Orders;

namespace AlgoStack.Alerting.Rules;

/// <summary>What of a page of order events is to be told: at most one alert a session and kind, and each order that is in doubt.</summary>
public static class OrderPage
{
    /// <param name="lastPosition">Events up to here were told before and are left out.</param>
    /// <param name="sessionOf">The session of an account.</param>
    public static IReadOnlyList<AlertDraft> On(OrdersChanged page, long lastPosition, Func<string, string> sessionOf)
    {
        var drafts = new List<AlertDraft>();
        var filled = page.Filled.Where(fill => fill.Position > lastPosition);
        drafts.AddRange(BySession(filled, fill => sessionOf(fill.Account)).Select(group => FillRule.On(group.Key, [.. group])));

        var denied = page.Denied.Where(denial => denial.Position > lastPosition);
        drafts.AddRange(BySession(denied, denial => sessionOf(denial.Account)).Select(group => RefusedOrderRule.On(group.Key, [.. group])));

        var rejected = page.Rejected.Where(rejection => rejection.Position > lastPosition);
        drafts.AddRange(BySession(rejected, rejection => sessionOf(rejection.Account)).Select(group => RefusedOrderRule.On(group.Key, [.. group])));
        drafts.AddRange(DoubtfulOrderRule.On(page, lastPosition, sessionOf));
        return drafts;
    }

    private static IEnumerable<IGrouping<string, T>> BySession<T>(IEnumerable<T> events, Func<T, string> sessionOf) =>
        events.GroupBy(sessionOf, StringComparer.Ordinal);
}

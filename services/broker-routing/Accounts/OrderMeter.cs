using System.Diagnostics;
using System.Diagnostics.Metrics;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Venues;

namespace AlgoStack.BrokerRouting.Accounts;

/// <summary>
/// <c>algostack.order.events</c>: what became of orders, counted by account, broker, <c>outcome</c> and, of those that failed,
/// <c>error.type</c>: risk's code or the category of the venue's refusal. Each label has as many values as there are accounts,
/// brokers and codes: no order's own name is among them.
/// </summary>
internal static class OrderMeter
{
    public const string Name = "AlgoStack.Orders";

    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Events = Meter.CreateCounter<long>(
        "algostack.order.events", "{order}", "What became of orders: requested, denied, accepted, rejected, filled, canceled, expired, unknown, overfilled.");

    public static void Count(string account, string broker, OrderEvent e)
    {
        if (OutcomeOf(e) is not var (outcome, error)) return;

        var tags = new TagList { { "account", account }, { "broker", broker }, { "outcome", outcome } };
        if (error is not null) tags.Add("error.type", error);
        Events.Add(1, tags);
    }

    /// <summary>Null where nothing is decided by it, as by one of several fills.</summary>
    private static (string Outcome, string? Error)? OutcomeOf(OrderEvent e) => e switch
    {
        OrderRequested => ("requested", null),
        OrderDenied denied => ("denied", denied.Code),
        OrderAccepted => ("accepted", null),
        OrderRejected rejected => ("rejected", CategoryOf(rejected.Reason)),
        OrderFilled { Leaves: 0 } => ("filled", null),
        OrderCanceled => ("canceled", null),
        OrderExpired => ("expired", null),
        OrderBecameUnknown => ("unknown", null),
        OrderOverfilled => ("overfilled", null),
        _ => null,
    };

    // A refusal is stored with its category in front; what a venue tells later is in its own words.
    private static string CategoryOf(string reason)
    {
        var colon = reason.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && Enum.TryParse<BrokerErrorCategory>(reason[..colon], out var category) && Enum.IsDefined(category) ? category.ToString() : "other";
    }
}

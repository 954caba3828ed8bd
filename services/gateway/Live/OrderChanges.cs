using AlgoStack.Contracts.Live;
using AlgoStack.Contracts.Orders;

namespace AlgoStack.Gateway.Live;

/// <summary>A page of order events as one list in one shape.</summary>
internal static class OrderChanges
{
    public const string FilledKind = "filled";

    public static IEnumerable<OrderChange> Of(OrdersChanged page) =>
        page.Requested.Select(o => new OrderChange(
                o.Position, "requested", o.OrderId, o.Account, o.Instrument, o.Side, o.Quantity, o.ReferencePrice, null, null, o.At))
            .Concat(page.Denied.Select(o => Of(o.Position, "denied", o.OrderId, o.Account, o.Instrument, o.Code, o.Reason, o.At)))
            .Concat(page.Submitted.Select(o => Of(o.Position, "submitted", o.OrderId, o.Account, o.Instrument, null, null, o.At)))
            .Concat(page.Accepted.Select(o => Of(o.Position, "accepted", o.OrderId, o.Account, o.Instrument, null, null, o.At)))
            .Concat(page.Rejected.Select(o => Of(o.Position, "rejected", o.OrderId, o.Account, o.Instrument, null, o.Reason, o.At)))
            .Concat(page.Filled.Select(o => new OrderChange(
                o.Position, FilledKind, o.OrderId, o.Account, o.Instrument, o.Side, o.Quantity, o.Price, null, null, o.At)))
            .Concat(page.Canceled.Select(o => Of(o.Position, "canceled", o.OrderId, o.Account, o.Instrument, null, o.Reason, o.At)))
            .OrderBy(o => o.Position);

    private static OrderChange Of(
        long position, string kind, string orderId, string account, string instrument, string? code, string? reason, DateTimeOffset at) =>
        new(position, kind, orderId, account, instrument, null, null, null, code, reason, at);
}

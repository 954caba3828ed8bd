using AlgoStack.Contracts.Live;
using AlgoStack.Contracts.Orders;

namespace AlgoStack.Gateway.Push;

/// <summary>A page of order events as one list in one shape.</summary>
internal static class OrderChanges
{
    public static IEnumerable<OrderChange> Of(OrdersChanged page) =>
        page.Requested.Select(o => new OrderChange(
                o.Position, "requested", o.OrderId, o.Account, o.Instrument, o.Side, o.Quantity, o.ReferencePrice, null, null, o.At))
            .Concat(page.Denied.Select(o => Of(o.Position, "denied", o.OrderId, o.Account, o.Instrument, o.Code, o.Reason, o.At)))
            .Concat(page.Submitted.Select(o => Of(o.Position, "submitted", o.OrderId, o.Account, o.Instrument, null, null, o.At)))
            .Concat(page.Accepted.Select(o => Of(o.Position, "accepted", o.OrderId, o.Account, o.Instrument, null, null, o.At)))
            .Concat(page.Rejected.Select(o => Of(o.Position, "rejected", o.OrderId, o.Account, o.Instrument, null, o.Reason, o.At)))
            .Concat(page.Filled.Select(o => new OrderChange(
                o.Position, "filled", o.OrderId, o.Account, o.Instrument, o.Side, o.Quantity, o.Price, null, null, o.At)))
            .Concat(page.Canceled.Select(o => Of(o.Position, "canceled", o.OrderId, o.Account, o.Instrument, null, o.Reason, o.At)))
            .Concat((page.BecameUnknown ?? []).Select(o => Of(o.Position, "unknown", o.OrderId, o.Account, o.Instrument, null, o.Reason, o.At)))
            .Concat((page.Reconciled ?? []).Select(o => Of(o.Position, "reconciled", o.OrderId, o.Account, o.Instrument, null, o.Finding, o.At)))
            .Concat((page.Overfilled ?? []).Select(o => Of(o.Position, "overfilled", o.OrderId, o.Account, o.Instrument, null, null, o.At) with { Quantity = o.Excess }))
            .Concat((page.CancelRequested ?? []).Select(o => Of(o.Position, "cancel-requested", o.OrderId, o.Account, o.Instrument, null, o.Reason, o.At)))
            .Concat((page.Replaced ?? []).Select(o => Of(o.Position, "replaced", o.OrderId, o.Account, o.Instrument, null, null, o.At) with { Quantity = o.Quantity, Price = o.LimitPrice }))
            .Concat((page.Expired ?? []).Select(o => Of(o.Position, "expired", o.OrderId, o.Account, o.Instrument, null, o.Reason, o.At)))
            .OrderBy(o => o.Position);

    private static OrderChange Of(
        long position, string kind, string orderId, string account, string instrument, string? code, string? reason, DateTimeOffset at) =>
        new(position, kind, orderId, account, instrument, null, null, null, code, reason, at);
}

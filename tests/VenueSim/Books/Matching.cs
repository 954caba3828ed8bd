using System.Globalization;
using AlgoStack.VenueSim.Records;

namespace AlgoStack.VenueSim.Books;

/// <summary>
/// What follows from how things stand. It is asked after every change and again after a start, so whatever a kill cut off
/// happens then.
/// </summary>
internal static class Matching
{
    /// <returns>The next thing to happen to the order, or null when nothing does.</returns>
    public static Line? Next(Order order, VenueBook book)
    {
        if (!order.IsOpen) return null;

        return Follow(order) ?? (book.IsOpen ? Trade(order, book) : EndOfDay(order));
    }

    private static Line? Follow(Order order)
    {
        if (!order.Released)
        {
            return order.Parent switch
            {
                { Status: OrderStatus.Filled } => new OrderReleased(order.Terms.Order),
                { IsOpen: false } => Cancel(order, "its entry was closed"),
                _ => null,
            };
        }

        if (order.Leaves == 0) return Cancel(order, "the other order traded");
        if (order.Terms.Role == LegRole.StopLoss && order.Triggered) return null;

        return order.Other switch
        {
            { IsOpen: false } => Cancel(order, "the other order was closed"),
            { Terms.Role: LegRole.StopLoss, Triggered: true } => Cancel(order, "the stop was triggered"),
            _ => null,
        };
    }

    private static OrderClosed? EndOfDay(Order order)
    {
        if (IsImmediate(order)) return Cancel(order, "the market is closed");

        // What was taken while the market was closed waits for it to open.
        var expires = order.Released && order.Terms.TimeInForce == TimeInForce.Day && order.Status != OrderStatus.Accepted;
        return expires ? new OrderClosed(order.Terms.Order, OrderStatus.Expired, "the day is over") : null;
    }

    private static Line? Trade(Order order, VenueBook book)
    {
        if (!order.Released) return null;
        if (book.MarketOf(order.Terms.Symbol) is not { } market) return IsImmediate(order) ? Cancel(order, "there is no price") : null;
        if (!order.Triggered) return order.IsTriggeredBy(market.Price) ? new OrderTriggered(order.Terms.Order) : null;

        var qty = order.Accepts(market.Price) ? Math.Min(order.Leaves, market.Available ?? order.Leaves) : 0;
        if (order.Terms.TimeInForce == TimeInForce.Fok && qty < order.Leaves) return Cancel(order, "not all of it could trade at once");
        if (CutsShort(order, book, out var most))
        {
            if (order.Filled >= most) return Cancel(order, "the venue canceled it");

            qty = Math.Min(qty, most - order.Filled);
        }

        if (qty > 0) return Fill(order, book, Math.Min(qty, Math.Ceiling(order.Qty / book.Parts)), market.Price);

        return IsImmediate(order) ? Cancel(order, "it could not trade at once") : null;
    }

    public static OrderFilled Fill(Order order, VenueBook book, decimal qty, decimal price) => new(
        order.Terms.Order,
        string.Create(CultureInfo.InvariantCulture, $"e8ec0000-0000-4000-8000-{book.Executions.Count + 1:x12}"),
        order.Terms.ClientOrderId,
        order.Terms.Symbol,
        order.Terms.Side,
        qty,
        price);

    public static OrderClosed Cancel(Order order, string reason) => new(order.Terms.Order, OrderStatus.Canceled, reason);

    private static bool IsImmediate(Order order) => order.Terms.TimeInForce is TimeInForce.Ioc or TimeInForce.Fok;

    /// <summary>Whether the venue is to fill half of it and cancel the rest.</summary>
    private static bool CutsShort(Order order, VenueBook book, out decimal most)
    {
        most = Math.Floor(order.Terms.Qty / 2);
        return most > 0 && book.Faults.Chooses(book.Faults.PartialFillThenCancel, "partial_fill_then_cancel", order.Terms.ClientOrderId);
    }
}

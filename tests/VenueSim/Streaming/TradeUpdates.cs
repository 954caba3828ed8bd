using System.Globalization;
using System.Text.Json;
using AlgoStack.VenueSim.Api;
using AlgoStack.VenueSim.Books;
using AlgoStack.VenueSim.Records;

namespace AlgoStack.VenueSim.Streaming;

/// <summary>What a line says to those who listen.</summary>
internal static class TradeUpdates
{
    /// <param name="waited">The orders that did not work before the line.</param>
    public static IEnumerable<TradeUpdate> Of(Line line, VenueBook book, IReadOnlyCollection<Order> waited) => line switch
    {
        OrderAccepted accepted => New([book.ByNumber(accepted.Order.Order)], line),
        OrderFilled filled => [Filled(book.Executions[^1], filled)],
        OrderReplaced replaced => [Make("replaced", book.ByNumber(replaced.Order), line), .. New([book.ByNumber(replaced.By.Order)], line)],
        OrderClosed { Status: var status } closed => [Make(status switch
        {
            OrderStatus.Expired => "expired",
            OrderStatus.Rejected => "rejected",
            _ => "canceled",
        }, book.ByNumber(closed.Order), line)],
        OrderTriggered or OrderReleased or MarketSwitched => New(waited, line),
        _ => [],
    };

    private static IEnumerable<TradeUpdate> New(IEnumerable<Order> orders, Line line) =>
        orders.Where(order => order.Status == OrderStatus.New).Select(order => Make("new", order, line));

    private static TradeUpdate Filled(Execution execution, OrderFilled line)
    {
        var order = execution.Order;
        return Make(order.Status == OrderStatus.Filled ? "fill" : "partial_fill", order, line, execution);
    }

    private static TradeUpdate Make(string what, Order order, Line line, Execution? execution = null)
    {
        var data = new Data(
            what,
            execution?.Id ?? string.Create(CultureInfo.InvariantCulture, $"e0e40000-0000-4000-8000-{line.N:x12}"),
            execution?.Price,
            execution?.Qty,
            execution?.PositionQty,
            line.At,
            OrderView.Of(order));
        // Said of the order and how far it was filled, the same whichever order came first.
        var key = string.Create(CultureInfo.InvariantCulture, $"{order.Terms.ClientOrderId} {what} {order.Filled}");
        return new TradeUpdate(key, JsonSerializer.SerializeToUtf8Bytes(new Frame("trade_updates", data), VenueJson.Wire));
    }

    private sealed record Frame(string Stream, Data Data);

    private sealed record Data(
        string Event, string ExecutionId, decimal? Price, decimal? Qty, decimal? PositionQty, DateTimeOffset Timestamp, OrderView Order);
}

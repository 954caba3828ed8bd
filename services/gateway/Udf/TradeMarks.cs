using System.Globalization;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Portfolio;

namespace AlgoStack.Gateway.Udf;

/// <summary>
/// What was traded by an instrument's bars: on the accounts of the sessions whose signals are shown, and on those at brokers under
/// the same symbol; and what companies did to those who hold it.
/// </summary>
internal sealed class TradeMarks(RoutingClient routing, SignalClient signals)
{
    private const string Buy = "Buy";

    /// <summary>The newest <see cref="RoutingClient.MostRows"/> orders and fills of each account, and every split and dividend of the stretch.</summary>
    public async Task<IReadOnlyList<UdfTimescaleMark>> ReadAsync(MarkRange range, CancellationToken cancellationToken)
    {
        var sessions = await signals.FindSessionsAsync(range.Symbol.Id, cancellationToken);
        var marks = new List<UdfTimescaleMark>();
        foreach (var portfolio in await routing.GetPortfoliosAsync(cancellationToken))
        {
            foreach (var instrument in NamesIn(portfolio, range.Symbol, sessions)) marks.AddRange(await ReadAsync(range, portfolio.Portfolio, instrument, cancellationToken));
        }

        foreach (var action in await routing.GetCorporateActionsAsync(cancellationToken))
        {
            if (MarkOf(range, action) is { } mark) marks.Add(mark);
        }

        return marks;
    }

    /// <summary>What an account calls the instrument; nothing where its orders are not of this chart.</summary>
    private static IEnumerable<string> NamesIn(PortfolioSummary portfolio, Symbol symbol, IReadOnlyList<string> sessions) => portfolio switch
    {
        { Venue: { } venue } => symbol.NamesAt(venue),
        { SessionId: { } session } when sessions.Contains(session, StringComparer.Ordinal) => [symbol.Id],
        _ => [],
    };

    private async Task<IEnumerable<UdfTimescaleMark>> ReadAsync(MarkRange range, string account, string instrument, CancellationToken cancellationToken)
    {
        var orders = await routing.GetOrdersAsync(account, instrument, range.Before, cancellationToken);
        var fills = await routing.GetFillsAsync(account, instrument, range.Before, cancellationToken);
        return orders
            .Where(o => o.Filled == 0)
            .Select(o => MarkOf(range, o))
            .Concat(fills.GroupBy(f => (f.OrderId, Time: range.TimeOf(f.At))).Where(g => g.Key.Time is not null).Select(g => MarkOf(account, g.Key.Time!.Value, [.. g])))
            .OfType<UdfTimescaleMark>();
    }

    private static UdfTimescaleMark? MarkOf(MarkRange range, OrderView order) => range.TimeOf(order.RequestedAt) is not { } time
        ? null
        : new UdfTimescaleMark(
            $"order-{order.OrderId}",
            time,
            "yellow",
            "O",
            [
                string.Create(CultureInfo.InvariantCulture, $"{order.Side} {order.Quantity} {order.Instrument}, {order.Type}"),
                order.Reason is { } reason ? $"{order.Status}: {reason}" : order.Status,
                $"{order.Strategy}, account {order.Account}",
            ]);

    /// <summary>What an order has traded in one bar.</summary>
    private static UdfTimescaleMark MarkOf(string account, long time, IReadOnlyList<FillView> fills)
    {
        var first = fills[0];
        var quantity = fills.Sum(f => f.Quantity);
        var price = quantity == 0 ? first.Price : fills.Sum(f => f.Price * f.Quantity) / quantity;
        return new UdfTimescaleMark(
            string.Create(CultureInfo.InvariantCulture, $"fill-{first.OrderId}-{time}"),
            time,
            first.Side == Buy ? "green" : "red",
            first.Side == Buy ? "B" : "S",
            [
                string.Create(CultureInfo.InvariantCulture, $"{first.Side} {quantity} {first.Instrument} at {price:0.########}"),
                $"account {account}, order {first.OrderId}",
            ]);
    }

    private static UdfTimescaleMark? MarkOf(MarkRange range, CorporateActionTerms action)
    {
        var venue = action.Instrument[(action.Instrument.LastIndexOf('.') + 1)..];
        // The ex-date is the bar that it begins in, not the one that ends with it.
        if (!range.Symbol.NamesAt(venue).Contains(action.Instrument, StringComparer.Ordinal) || range.TimeOf(action.ExAt.AddMilliseconds(1)) is not { } time) return null;

        return new UdfTimescaleMark(
            action.ActionId,
            time,
            "blue",
            action.Amount is null ? "X" : "D",
            [
                action.Amount is { } amount
                    ? string.Create(CultureInfo.InvariantCulture, $"Dividend of {amount} {range.Symbol.Currency} a share")
                    : string.Create(CultureInfo.InvariantCulture, $"Split: {action.New} for {action.Old ?? 1}"),
                action.Instrument,
            ]);
    }
}

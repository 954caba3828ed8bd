using System.Globalization;
using AlgoStack.VenueSim.Books;
using AlgoStack.VenueSim.Records;

namespace AlgoStack.VenueSim.Api;

/// <summary>From a form that is in order to what the venue takes, if the account can bear it.</summary>
internal static class Placing
{
    /// <returns>The line, or why there is none.</returns>
    public static (OrderAccepted? Line, Reply? Refusal) Accept(OrderForm form, VenueBook book)
    {
        if (form.Check(book) is { } invalid) return (null, invalid);

        var position = book.PositionOf(form.Symbol!);
        var opens = form.Side == OrderSide.Buy ? position.Qty >= 0 : position.Qty <= 0;
        if ((opens ? Afford(form, book) : Own(form, position, book)) is { } refusal) return (null, refusal);

        var number = book.Orders.Count + 1L;
        var terms = new OrderTerms(
            number,
            book.NextId(0, form.Symbol!, form.Side!.Value),
            ClientIdOf(form.ClientOrderId, number),
            form.Symbol!,
            form.Side!.Value,
            form.Qty!.Value,
            form.Type!.Value,
            form.TimeInForce!.Value,
            form.OwnLimitPrice,
            form.StopPrice,
            form.TrailPrice,
            form.TrailPercent,
            form.Class,
            form.ExtendedHours,
            opens);
        return (new OrderAccepted(terms, [.. Legs(form, terms, book)]), null);
    }

    /// <summary>A replacement is an order of its own: for what is asked, or what was left, with nothing filled.</summary>
    public static (OrderReplaced? Line, Reply? Refusal) Replace(Order order, OrderForm form, VenueBook book)
    {
        if (!order.IsOpen) return (null, NotOpen(order));
        if (form.CheckReplacement(order, book) is { } invalid) return (null, invalid);

        var old = order.Terms;
        var number = book.Orders.Count + 1L;
        var terms = old with
        {
            Order = number,
            Id = book.NextId(0, old.Symbol, old.Side),
            ClientOrderId = ClientIdOf(form.ClientOrderId, number),
            Qty = form.Qty ?? order.Leaves,
            TimeInForce = form.TimeInForce ?? old.TimeInForce,
            LimitPrice = form.LimitPrice ?? old.LimitPrice,
            StopPrice = form.StopPrice ?? old.StopPrice,
            TrailPrice = old.TrailPrice is null ? null : form.Trail ?? old.TrailPrice,
            TrailPercent = old.TrailPercent is null ? null : form.Trail ?? old.TrailPercent,
            Replaces = old.Order,
        };
        var unit = terms.LimitPrice ?? terms.StopPrice ?? order.UnitCost;
        if (terms is { Opens: true, Role: null } && (terms.Qty * unit) - order.Reserved > book.BuyingPower) return (null, TooDear(book));

        return (new OrderReplaced(old.Order, terms), null);
    }

    public static Reply NotOpen(Order order)
    {
        var status = order.Status.ToString().ToLowerInvariant();
        return Reply.Refused($"order is already in \"{status}\" state");
    }

    public static Reply? Own(decimal wanted, Position position, VenueBook book)
    {
        var available = Math.Abs(position.Qty) - book.ClaimedOf(position.Symbol);
        if (wanted <= available) return null;

        return new Reply(StatusCodes.Status403Forbidden, new
        {
            available = Math.Max(0, available),
            code = Reply.Forbidden,
            existing_qty = position.Qty,
            held_for_orders = book.ClaimedOf(position.Symbol),
            message = $"insufficient qty available for order (requested: {DecimalText.Of(wanted)}, available: {DecimalText.Of(Math.Max(0, available))})",
            symbol = position.Symbol,
        });
    }

    private static Reply? Own(OrderForm form, Position position, VenueBook book) => Own(form.Qty!.Value, position, book);

    private static Reply? Afford(OrderForm form, VenueBook book)
    {
        var unit = form.OwnLimitPrice ?? form.StopPrice ?? book.MarketOf(form.Symbol!)?.Price ?? 0;
        return form.Qty * unit <= book.BuyingPower ? null : TooDear(book);
    }

    private static Reply TooDear(VenueBook book) => new(StatusCodes.Status403Forbidden, new
    {
        buying_power = book.BuyingPower,
        code = Reply.Forbidden,
        message = "insufficient buying power",
    });

    private static IEnumerable<OrderTerms> Legs(OrderForm form, OrderTerms entry, VenueBook book)
    {
        if (entry.OrderClass == OrderClass.Simple) yield break;

        var legs = 0;
        OrderTerms Leg(LegRole role, OrderType type, decimal? limit, decimal? stop)
        {
            legs++;
            var side = entry.OrderClass == OrderClass.Oco ? entry.Side : entry.Side == OrderSide.Buy ? OrderSide.Sell : OrderSide.Buy;
            return entry with
            {
                Order = entry.Order + legs,
                Id = book.NextId(legs, entry.Symbol, side),
                ClientOrderId = ClientIdOf(null, entry.Order + legs),
                Side = side,
                Type = type,
                LimitPrice = limit,
                StopPrice = stop,
                TrailPrice = null,
                TrailPercent = null,
                Opens = false,
                Role = role,
                Parent = entry.Order,
            };
        }

        if (entry.OrderClass != OrderClass.Oco && form.TakeProfit is { } profit)
            yield return Leg(LegRole.TakeProfit, OrderType.Limit, profit.LimitPrice, null);
        if (form.StopLoss is { } loss)
            yield return Leg(LegRole.StopLoss, loss.LimitPrice is null ? OrderType.Stop : OrderType.StopLimit, loss.LimitPrice, loss.StopPrice);
    }

    private static string ClientIdOf(string? given, long number) =>
        given is { Length: > 0 } ? given : string.Create(CultureInfo.InvariantCulture, $"c11e0000-0000-4000-8000-{number:x12}");
}

using System.Globalization;
using AlgoStack.VenueSim.Books;
using AlgoStack.VenueSim.Faults;

namespace AlgoStack.VenueSim.Api;

/// <summary><c>/v2/orders</c>, and <c>/v2/positions</c> as far as it makes orders.</summary>
internal sealed class OrdersApi(Venue venue, FaultGate gate)
{
    private const int UsualPage = 50;
    private const int MostOnPage = 500;

    public void Map(WebApplication app)
    {
        app.MapPost("/v2/orders", PlaceAsync);
        app.MapGet("/v2/orders", context => gate.RunAsync(context, context.Request.QueryString.Value ?? "", book => List(context.Request.Query, book)));
        app.MapGet("/v2/orders:by_client_order_id", (HttpContext context, string? client_order_id) =>
            gate.RunAsync(context, client_order_id ?? "", book => View(book.ByClientId(client_order_id ?? ""), client_order_id)));
        app.MapGet("/v2/orders/{id}", (HttpContext context, string id) =>
            gate.RunAsync(context, id, book => Guid.TryParse(id, out _) ? View(book.ById(id), id) : Reply.Invalid("order_id is missing")));
        app.MapPatch("/v2/orders/{id}", ReplaceAsync);
        app.MapDelete("/v2/orders/{id}", (HttpContext context, string id) => gate.RunAsync(context, id, book => Cancel(id, book)));
        app.MapDelete("/v2/orders", context => gate.RunAsync(context, "orders", CancelAll));
        app.MapDelete("/v2/positions/{**symbol}", (HttpContext context, string symbol) =>
            gate.RunAsync(context, symbol, book => Close(context.Request.Query, Uri.UnescapeDataString(symbol), book)));
        app.MapDelete("/v2/positions", context => gate.RunAsync(context, "positions", book => CloseAll(context.Request.Query, book)));
    }

    private async Task PlaceAsync(HttpContext context)
    {
        var (form, refusal) = await RequestBody.ReadAsync<OrderForm>(context);
        await gate.RunAsync(context, form?.ClientOrderId ?? "", book => form is null ? refusal! : Place(form, book));
    }

    // As it is taken: what becomes of it is told by events and by asking.
    private Reply Place(OrderForm form, VenueBook book)
    {
        var (line, refusal) = Placing.Accept(form, book);
        if (line is null) return refusal!;

        venue.Record(line);
        var order = OrderView.Of(book.ByNumber(line.Order.Order), nested: true);
        return Reply.Ok(book.IsOpen ? order with { Status = OrderStatus.PendingNew } : order);
    }

    private async Task ReplaceAsync(HttpContext context, string id)
    {
        var (form, refusal) = await RequestBody.ReadAsync<OrderForm>(context);
        await gate.RunAsync(context, id, book => form is null ? refusal! : book.ById(id) is { } order ? Replace(order, form, book) : NotFound(id));
    }

    private Reply Replace(Order order, OrderForm form, VenueBook book)
    {
        var (line, refusal) = Placing.Replace(order, form, book);
        if (line is null) return refusal!;

        venue.Record(line);
        return Reply.Ok(OrderView.Of(book.ByNumber(line.By.Order), nested: true));
    }

    private Reply Cancel(string id, VenueBook book)
    {
        if (book.ById(id) is not { } order) return NotFound(id);
        if (!order.IsOpen) return Placing.NotOpen(order);

        Cancel(order, book);
        return new Reply(StatusCodes.Status204NoContent);
    }

    private Reply CancelAll(VenueBook book)
    {
        Order[] open = [.. book.OpenOrders()];
        foreach (var order in open) Cancel(order, book);
        return new Reply(
            StatusCodes.Status207MultiStatus,
            open.Select(o => new { id = o.Terms.Id, status = StatusCodes.Status200OK, body = OrderView.Of(o) }).ToArray());
    }

    private void Cancel(Order order, VenueBook book)
    {
        var leaves = order.Leaves;
        venue.Record(Matching.Cancel(order, "it was asked for"));
        var price = order.Terms.LimitPrice ?? book.MarketOf(order.Terms.Symbol)?.Price;
        if (price is { } late && book.Faults.Chooses(book.Faults.LateFillAfterCancel, "late_fill_after_cancel", order.Terms.ClientOrderId))
            venue.Record(Matching.Fill(order, book, leaves, late));
    }

    private Reply Close(IQueryCollection query, string symbol, VenueBook book)
    {
        var position = book.PositionOf(symbol);
        if (position.Qty == 0) return Reply.NotFound("position does not exist");

        var qty = Math.Abs(position.Qty);
        if (Number(query["qty"]) is { } asked) qty = asked;
        else if (Number(query["percentage"]) is { } percent) qty *= percent / 100;
        return Close(position, qty, book);
    }

    private Reply CloseAll(IQueryCollection query, VenueBook book)
    {
        if (query["cancel_orders"] == "true") CancelAll(book);
        Position[] positions = [.. book.Positions];
        return new Reply(StatusCodes.Status207MultiStatus, positions.Select(position =>
        {
            var reply = Close(position, Math.Abs(position.Qty), book);
            return new { symbol = position.Symbol, status = reply.Status, body = reply.Body };
        }).ToArray());
    }

    private Reply Close(Position position, decimal qty, VenueBook book) => Place(
        new OrderForm
        {
            Symbol = position.Symbol,
            Qty = qty,
            Side = position.Qty > 0 ? OrderSide.Sell : OrderSide.Buy,
            Type = OrderType.Market,
            TimeInForce = book.AssetOf(position.Symbol)!.IsCrypto ? TimeInForce.Gtc : TimeInForce.Day,
        },
        book);

    private static Reply View(Order? order, string? name) => order is null ? NotFound(name) : Reply.Ok(OrderView.Of(order, nested: true));

    private static Reply List(IQueryCollection query, VenueBook book)
    {
        var page = query["limit"].FirstOrDefault() ?? UsualPage.ToString(CultureInfo.InvariantCulture);
        if (!int.TryParse(page, CultureInfo.InvariantCulture, out var limit) || limit is < 1 or > MostOnPage) return Reply.Invalid("invalid limit");
        if (!TryTime(query["after"], out var after) || !TryTime(query["until"], out var until)) return Reply.Invalid("invalid time");

        string? status = query["status"], side = query["side"];
        if (status is not (null or "open" or "closed" or "all")) return Reply.Invalid("invalid status");

        var symbols = query["symbols"].FirstOrDefault()?.Split(',');
        var nested = query["nested"] == "true";
        IEnumerable<Order> orders = status is null or "open" ? book.OpenOrders().OrderBy(o => o.Terms.Order) : book.Orders;
        if (query["direction"] != "asc") orders = orders.Reverse();
        return Reply.Ok(orders
            .Where(o => (status != "closed" || !o.IsOpen)
                && (after is null || o.CreatedAt > after) && (until is null || o.CreatedAt < until)
                && (symbols is null || symbols.Contains(o.Terms.Symbol, StringComparer.Ordinal))
                && (side is null || side == (o.Buys ? "buy" : "sell"))
                && (!nested || o.Parent is null))
            .Take(limit)
            .Select(o => OrderView.Of(o, nested))
            .ToArray());
    }

    private static Reply NotFound(string? name) => Reply.NotFound($"order not found for {name}");

    private static bool TryTime(string? text, out DateTimeOffset? time)
    {
        time = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed) ? parsed : null;
        return text is null || time is not null;
    }

    private static decimal? Number(string? text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var n) ? n : null;
}

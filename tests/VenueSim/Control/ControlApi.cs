using System.Text.Json;
using AlgoStack.VenueSim.Api;
using AlgoStack.VenueSim.Books;
using AlgoStack.VenueSim.Faults;
using AlgoStack.VenueSim.Records;

namespace AlgoStack.VenueSim.Control;

/// <summary><c>/sim</c>: a test is the market, the operator and the bad luck.</summary>
internal sealed class ControlApi(Venue venue)
{
    public void Map(WebApplication app)
    {
        app.MapPost("/sim/prices", context => RunAsync<Dictionary<string, JsonElement>>(context, SetPrices));
        app.MapPost("/sim/market", context => RunAsync<MarketForm>(context, (form, book) => Record(
            new MarketSwitched(form.Open ?? book.IsOpen, Math.Max(1, form.Parts ?? book.Parts)))));
        app.MapPost("/sim/assets", context => RunAsync<AssetForm>(context, (form, _) => Record(
            new AssetListed(form.Symbol, form.Tradable, form.Fractionable))));
        app.MapPost("/sim/cash", context => RunAsync<CashForm>(context, (form, _) => Record(new CashMoved(form.Amount, form.Reason))));
        app.MapPost("/sim/positions", context => RunAsync<PositionForm>(context, (form, _) => Record(
            new PositionMoved(form.Symbol, form.Qty, form.Reason))));
        app.MapPost("/sim/faults", context => RunAsync<FaultSettings>(context, (form, _) => Record(new FaultsSwitched(form))));
        app.MapGet("/sim/faults", context => AnswerAsync(context, venue.DoAsync(book => Reply.Ok(book.Faults))));
        app.MapPost("/sim/orphans", context => RunAsync<OrphanForm>(context, MakeOrphan));
        app.MapPost("/sim/orders/{id}/{action}", (HttpContext context, string id, string action) =>
            RunAsync<ActForm>(context, (form, book) =>
                book.ByClientId(id) is { } order ? Act(order, action, form, book) : Reply.NotFound($"no order {id}")));
        app.MapGet("/sim/orders", context => AnswerAsync(context, venue.DoAsync(
            book => Reply.Ok(book.Orders.Select(o => OrderView.Of(o, nested: true)).ToArray()))));
    }

    private Reply SetPrices(Dictionary<string, JsonElement> prices, VenueBook book)
    {
        foreach (var (symbol, value) in prices)
        {
            var form = value.ValueKind == JsonValueKind.Object
                ? value.Deserialize<PriceForm>(VenueJson.Wire)!
                : new PriceForm(value.Deserialize<decimal>(VenueJson.Wire));
            venue.Record(new PriceSet(symbol, form.Price, form.Available));
        }

        return Reply.Ok(new { });
    }

    /// <summary>An order that nobody sent, filled at once or resting.</summary>
    private Reply MakeOrphan(OrphanForm form, VenueBook book)
    {
        var (line, refusal) = Placing.Accept(
            new OrderForm
            {
                Symbol = form.Symbol,
                Qty = form.Qty,
                Side = form.Side,
                Type = OrderType.Limit,
                TimeInForce = TimeInForce.Gtc,
                LimitPrice = form.Price,
                ClientOrderId = form.ClientOrderId,
            },
            book);
        if (line is null) return refusal!;

        venue.Record(line);
        var order = book.ByNumber(line.Order.Order);
        if (form.Filled) venue.Record(Matching.Fill(order, book, form.Qty, form.Price));
        return Reply.Ok(OrderView.Of(order));
    }

    // As a venue can: on an order that is closed, too, and for more than was ordered.
    private Reply Act(Order order, string action, ActForm form, VenueBook book)
    {
        switch (action)
        {
            case "fill" when (form.Price ?? order.Terms.LimitPrice ?? book.MarketOf(order.Terms.Symbol)?.Price) is { } price:
                venue.Record(Matching.Fill(order, book, form.Qty ?? order.Terms.Qty - order.Filled, price));
                break;
            case "cancel" or "expire" or "reject":
                if (!order.IsOpen) return Placing.NotOpen(order);

                var status = action switch { "cancel" => OrderStatus.Canceled, "expire" => OrderStatus.Expired, _ => OrderStatus.Rejected };
                venue.Record(new OrderClosed(order.Terms.Order, status, form.Reason ?? "a test said so"));
                break;
            default:
                return Reply.Invalid($"{action} is not fill with a price, cancel, expire or reject");
        }

        return Reply.Ok(OrderView.Of(order));
    }

    private Reply Record(Line line)
    {
        venue.Record(line);
        return Reply.Ok(new { });
    }

    private async Task RunAsync<T>(HttpContext context, Func<T, VenueBook, Reply> work)
        where T : class
    {
        var (form, refusal) = await RequestBody.ReadAsync<T>(context);
        await AnswerAsync(context, form is null ? Task.FromResult(refusal!) : venue.DoAsync(book => work(form, book)));
    }

    private static async Task AnswerAsync(HttpContext context, Task<Reply> work)
    {
        var reply = await work;
        context.Response.StatusCode = reply.Status;
        await context.Response.WriteAsJsonAsync(reply.Body!, VenueJson.Wire, context.RequestAborted);
    }

    private sealed record PriceForm(decimal Price, decimal? Available = null);

    private sealed record MarketForm(bool? Open, int? Parts);

    private sealed record AssetForm(string Symbol, bool Tradable = true, bool Fractionable = true);

    private sealed record CashForm(decimal Amount, string Reason = "a test said so");

    private sealed record PositionForm(string Symbol, decimal Qty, string Reason = "a test said so");

    private sealed record OrphanForm(string Symbol, OrderSide Side, decimal Qty, decimal Price, bool Filled = true, string? ClientOrderId = null);

    private sealed record ActForm(decimal? Qty, decimal? Price, string? Reason);
}

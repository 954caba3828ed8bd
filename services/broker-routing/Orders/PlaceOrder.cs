using AlgoStack.BrokerRouting.Accounts;
using AlgoStack.Contracts.Orders;
using AlgoStack.Engine;
using AlgoStack.ServiceDefaults.Idempotency;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Trading.Orders;

namespace AlgoStack.BrokerRouting.Orders;

/// <summary>
/// <c>POST /orders</c>: one order, with its exits where it has any. Its id is a function of the account and the caller's
/// <c>Idempotency-Key</c>, which it must have: asked again, after a crash too, it is the same order. It is answered once it is
/// committed, which is before it is sent; what risk or the venue's rules deny, of an exit too, is 422 with the code.
/// </summary>
public static class PlaceOrder
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/orders", PlaceAsync)
        .WithName("SubmitOrder")
        .WithSummary("Places an order, alone or with a target and a stop: a bracket, one that triggers another, or one that cancels the other. The key names it for good.")
        .Produces<OrderState>(StatusCodes.Status201Created)
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> PlaceAsync(SubmitOrder command, IdempotencyKey? key, AccountDesks desks, CancellationToken cancellationToken)
    {
        if (key is null) return Problem.Invalid("idempotency_key_required", $"Expected the header {IdempotencyKey.Header}, which names the order; found none.");
        if (desks.Find(command.Account) is not { } desk) return AccountDesks.NotFound(command.Account);
        if (OrderForm.Read(command, desk, out var problem) is not { } form) return problem!;

        await desk.ListAsync([form.Instrument], cancellationToken);
        var (state, denied) = await desk.AskAsync(
            (engine, now) => Place(engine, form, ClientOrderId.ForRequest(command.Account, key.Name), now), ClientOrderId.ForRequest(command.Account, key.Name), cancellationToken, key.Value);
        return denied is not null
            ? Problem.Refused(denied.Code, denied.Reason)
            : Results.Created($"/orders/{state.OrderId}", state);
    }

    private static (OrderState Order, Trading.Orders.OrderDenied? Denied) Place(AccountEngine engine, OrderForm form, ClientOrderId id, DateTimeOffset now)
    {
        var (before, entry) = (engine.Events.Count, form.ToIntent(id, engine, now));
        if (form.Exits is { } exits) engine.Place(entry, exits, now);
        else engine.Place(entry, now);
        return (StateOf(engine.Find(id)!, engine.ExitsOf(id)), engine.Events.Skip(before).OfType<Trading.Orders.OrderDenied>().FirstOrDefault());
    }

    internal static OrderState StateOf(Order order, IEnumerable<Order> exits) =>
        StateOf(order) with { Exits = exits.Select(ExitOf).ToList() is { Count: > 0 } some ? some : null };

    internal static OrderState StateOf(Order order) => new(
        order.Id.Value,
        order.Intent.Account,
        order.Intent.Instrument.Value,
        order.Intent.Side.ToString(),
        order.Intent.Type.ToString(),
        order.Quantity,
        order.Filled,
        order.Status.ToString(),
        order.VenueOrderId);

    private static OrderExit ExitOf(Order exit) => new(
        exit.Id.Value, exit.Intent.Leg!.Value.ToString(), exit.Intent.Type.ToString(), exit.Quantity, exit.Filled, exit.Status.ToString(), exit.LimitPrice, exit.StopPrice);
}

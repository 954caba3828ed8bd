using AlgoStack.BrokerRouting.Accounts;
using AlgoStack.Contracts.Orders;
using AlgoStack.Engine;
using AlgoStack.ServiceDefaults.Idempotency;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Trading.Orders;

namespace AlgoStack.BrokerRouting.Orders;

/// <summary>
/// <c>POST /baskets</c>: several orders of one account, decided in one turn and committed in one transaction. Where risk or the venue's
/// rules deny one, none leaves, and it is answered 422 with that one's code. Their ids are a function of the account, the caller's
/// <c>Idempotency-Key</c> and their place: asked again they are the same orders.
/// </summary>
public static class PlaceBasket
{
    private const int MostOrders = 100;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/baskets", PlaceAsync)
        .WithName("SubmitBasket")
        .WithSummary("Places several orders of one account: all of them, or none where one is denied. What the venue refuses afterwards is that order's own fate.")
        .Produces<OrdersSubmitted>(StatusCodes.Status201Created)
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> PlaceAsync(SubmitBasket command, IdempotencyKey? key, AccountDesks desks, CancellationToken cancellationToken)
    {
        if (key is null) return Problem.Invalid("idempotency_key_required", $"Expected the header {IdempotencyKey.Header}, which names the orders; found none.");
        if (command.Orders is not { Count: > 0 and <= MostOrders } orders)
            return Problem.Invalid("basket_invalid", $"Expected 1 to {MostOrders} orders, found {command.Orders?.Count ?? 0}.");

        var account = orders[0].Account;
        if (orders.FirstOrDefault(o => o.Account != account) is { } other) return Problem.Invalid("basket_invalid", $"Expected orders of one account, found '{account}' and '{other.Account}'.");
        if (desks.Find(account) is not { } desk) return AccountDesks.NotFound(account);

        var forms = new List<OrderForm>();
        foreach (var order in orders)
        {
            if (OrderForm.Read(order, desk, out var problem) is not { } form)
            {
                problem!.ProblemDetails.Detail = $"Order {forms.Count}: {problem.ProblemDetails.Detail}";
                return problem;
            }

            if (form.Exits is not null) return Problem.Invalid("basket_invalid", $"Order {forms.Count}: expected none with exits, found one.");
            forms.Add(form);
        }

        ClientOrderId[] ids = [.. forms.Select((_, i) => ClientOrderId.ForRequest(account, $"{key.Name}\nbasket\n{i}"))];
        await desk.ListAsync([.. forms.Select(f => f.Instrument).Distinct()], cancellationToken);
        var (states, denied) = await desk.AskOfAllAsync((engine, now) => Place(engine, forms, ids, now), ids, cancellationToken, key.Value);
        return denied is not null
            ? Problem.Refused(denied.Code, $"Order {Array.IndexOf(ids, denied.OrderId)}: {denied.Reason}")
            : Results.Created((string?)null, new OrdersSubmitted(states));
    }

    private static (IReadOnlyList<OrderState> Orders, Trading.Orders.OrderDenied? Denied) Place(AccountEngine engine, List<OrderForm> forms, ClientOrderId[] ids, DateTimeOffset now)
    {
        var before = engine.Events.Count;
        engine.Place([.. forms.Select((form, i) => form.ToIntent(ids[i], engine, now))], now);
        var denied = engine.Events.Skip(before).OfType<Trading.Orders.OrderDenied>().FirstOrDefault();

        // What was behind the one that was denied was not asked for.
        return ([.. ids.Select(engine.Find).OfType<Order>().Select(PlaceOrder.StateOf)], denied);
    }
}

using AlgoStack.BrokerRouting.Accounts;
using AlgoStack.Contracts.Orders;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Trading.Orders;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.BrokerRouting.Orders;

/// <summary>
/// <c>DELETE /orders/{id}</c> takes an order back, <c>PATCH /orders/{id}</c> changes it. Both are answered 202 once the wish is
/// committed: what the venue makes of it the order shows.
/// </summary>
public static class ChangeOrder
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapDelete("/orders/{id}", CancelAsync)
            .WithName("CancelOrder")
            .WithSummary("Takes an order back: at once where it has not left, else by asking the venue. With an exit goes the other one; an entry's exits stay for what it has traded.")
            .Produces<OrderState>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        routes
            .MapPatch("/orders/{id}", ReplaceAsync)
            .WithName("ReplaceOrder")
            .WithSummary("Asks the venue to change what is left of an order.")
            .Produces<OrderState>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<IResult> CancelAsync(string id, AccountDesks desks, AccountLoader loader, CancellationToken cancellationToken)
    {
        var order = new ClientOrderId(id);
        if (await DeskAsync(order, desks, loader, cancellationToken) is not { } desk) return NotFound(id);

        var state = await desk.AskAsync(
            (engine, now) =>
            {
                engine.Cancel(order, "asked for", now);
                return PlaceOrder.StateOf(engine.Find(order)!, engine.ExitsOf(order));
            },
            order,
            cancellationToken);
        return Results.Accepted($"/orders/{id}", state);
    }

    private static async Task<IResult> ReplaceAsync(string id, ReplaceOrder change, AccountDesks desks, AccountLoader loader, CancellationToken cancellationToken)
    {
        if (change is { Quantity: null, LimitPrice: null, StopPrice: null }) return Problem.Invalid("change_invalid", "Expected a quantity, a limitPrice or a stopPrice, found none.");
        if (change.Quantity <= 0 || change.LimitPrice <= 0 || change.StopPrice <= 0) return Problem.Invalid("change_invalid", "Expected figures above zero.");
        if ((LargestFigures.WhyNot(change.Quantity, change.LimitPrice) ?? LargestFigures.WhyNot(change.Quantity, change.StopPrice)) is { } tooLarge) return Problem.Invalid("change_invalid", tooLarge);

        var order = new ClientOrderId(id);
        if (await DeskAsync(order, desks, loader, cancellationToken) is not { } desk) return NotFound(id);

        var (why, state) = await desk.AskAsync(
            (engine, now) => (engine.Replace(order, change.Quantity, change.LimitPrice, change.StopPrice, now), PlaceOrder.StateOf(engine.Find(order)!)), order, cancellationToken);
        return why is null ? Results.Accepted($"/orders/{id}", state) : Problem.Refused("order_not_replaced", why);
    }

    private static async Task<AccountDesk?> DeskAsync(ClientOrderId order, AccountDesks desks, AccountLoader loader, CancellationToken cancellationToken) =>
        await loader.ReadOrderAsync(order, cancellationToken) is { } stored ? desks.Find(stored.Intent.Account) : null;

    private static ProblemHttpResult NotFound(string id) => Problem.NotFound("order_not_found", $"There is no order {id} of an account at a venue.");
}

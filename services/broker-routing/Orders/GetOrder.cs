using System.Text.Json;
using AlgoStack.BrokerRouting.Accounts;
using AlgoStack.Contracts.Orders;
using AlgoStack.EventStore.Streams;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Trading.Orders;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.BrokerRouting.Orders;

/// <summary><c>GET /orders/{id}</c>: where it stands, from its stream; <c>/orders/{id}/events</c>: all that happened to it.</summary>
public static class GetOrder
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/orders/{id}", ReadAsync)
            .WithName("GetOrder")
            .WithSummary("Where an order stands, from its stream, and its exits.")
            .Produces<OrderState>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        routes
            .MapGet("/orders/{id}/events", ReadEventsAsync)
            .WithName("GetOrderEvents")
            .WithSummary("All that happened to an order, oldest first.")
            .Produces<IReadOnlyList<OrderHistoryItem>>()
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> ReadAsync(string id, AccountLoader loader, CancellationToken cancellationToken)
    {
        var group = await loader.ReadGroupAsync(id, cancellationToken);
        return group.Count == 0 ? NotFound(id) : Results.Ok(PlaceOrder.StateOf(group[0], group.Count == 1 ? [] : group.Where(o => o.Intent.Leg is not null)));
    }

    private static async Task<IResult> ReadEventsAsync(string id, EventLog log, CancellationToken cancellationToken)
    {
        var events = await log.OpenSession().FetchStreamAsync($"order-{id}", cancellationToken: cancellationToken);
        if (events.Count == 0) return NotFound(id);

        return Results.Ok(events.Select(e => new OrderHistoryItem(
            e.Sequence,
            log.Types.NameOf(e.Data.GetType()),
            JsonSerializer.Serialize(e.Data, e.Data.GetType(), StoredJson.Options),
            ((OrderEvent)e.Data).At,
            e.Timestamp,
            e.CorrelationId,
            e.CausationId)));
    }

    private static ProblemHttpResult NotFound(string id) => Problem.NotFound("order_not_found", $"There is no order {id}.");
}

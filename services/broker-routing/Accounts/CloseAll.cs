using AlgoStack.Contracts.Orders;
using AlgoStack.ServiceDefaults.Idempotency;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.BrokerRouting.Accounts;

/// <summary>
/// <c>POST /accounts/{account}/cancel-all</c>, <c>/close-all</c>, and <c>POST /positions/target</c>. Closing passes the halt: it
/// is what a halt is for. Each wants an <c>Idempotency-Key</c> where it makes orders.
/// </summary>
public static class CloseAll
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        Describe(routes.MapPost("/accounts/{account}/cancel-all", CancelAsync), StatusCodes.Status202Accepted)
            .WithName("CancelAll")
            .WithSummary("Takes back all orders of an account, or of one of its instruments.");
        Describe(routes.MapPost("/accounts/{account}/close-all", CloseAsync), StatusCodes.Status202Accepted)
            .WithName("CloseAll")
            .WithSummary("Takes back all orders, and closes what is held at the market.");
        Describe(routes.MapPost("/positions/target", TargetAsync), StatusCodes.Status200OK)
            .WithName("TargetPosition")
            .WithSummary("Brings a position to a target by one order at the market; 0 closes it.");
    }

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder endpoint, int status) => endpoint
        .Produces<OrdersSubmitted>(status)
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> CancelAsync(string account, CloseAccount command, AccountDesks desks, CancellationToken cancellationToken)
    {
        if (desks.Find(account) is not { } desk) return AccountDesks.NotFound(account);
        if (WhyNot(command, out var instrument) is { } invalid) return invalid;

        var working = await desk.AskAsync(
            (engine, now) =>
            {
                engine.CancelAll(command.Reason, now, instrument);
                return engine.Orders.Where(o => !o.Status.IsFinal() && (instrument ?? o.Intent.Instrument) == o.Intent.Instrument).Select(Orders.PlaceOrder.StateOf).ToList();
            },
            of: null,
            cancellationToken);
        return Results.Accepted($"/accounts/{account}", new OrdersSubmitted(working));
    }

    private static async Task<IResult> CloseAsync(
        string account, CloseAccount command, IdempotencyKey? key, AccountDesks desks, CancellationToken cancellationToken)
    {
        if (key is null) return KeyRequired();
        if (desks.Find(account) is not { } desk) return AccountDesks.NotFound(account);
        if (WhyNot(command, out var instrument) is { } invalid) return invalid;

        var name = $"{key.Caller}\n{key.Value}";
        if (instrument is { } one) await desk.ListAsync([one], cancellationToken);
        var ids = await desk.AskAsync((engine, _) => engine.ClosingOrders(name, instrument), of: null, cancellationToken);
        var (orders, denied) = await desk.AskOfAllAsync(
            (engine, now) =>
            {
                var before = engine.Events.Count;
                engine.CloseAll(name, command.Reason, now, instrument);
                var closing = ids.Select(engine.Find).OfType<Order>().ToList();
                var working = engine.Orders.Where(o => !o.Status.IsFinal() && (instrument ?? o.Intent.Instrument) == o.Intent.Instrument);
                return (closing.Union(working).Select(Orders.PlaceOrder.StateOf).ToList(), engine.Events.Skip(before).OfType<Trading.Orders.OrderDenied>().ToList());
            },
            ids,
            cancellationToken,
            key.Value);
        return denied is [var first, ..] && denied.Count == orders.Count
            ? Problem.Refused(first.Code, first.Reason)
            : Results.Accepted($"/accounts/{account}", new OrdersSubmitted(orders));
    }

    private static async Task<IResult> TargetAsync(TargetPosition command, IdempotencyKey? key, AccountDesks desks, CancellationToken cancellationToken)
    {
        if (key is null) return KeyRequired();
        if (desks.Find(command.Account) is not { } desk) return AccountDesks.NotFound(command.Account);
        if (!InstrumentId.TryParse(command.Instrument, out var instrument, out var error)) return Problem.Invalid("instrument_invalid", error);
        if (LargestFigures.WhyNot(command.Target, null) is { } tooLarge) return Problem.Invalid("target_invalid", tooLarge);

        await desk.ListAsync([instrument], cancellationToken);
        var order = ClientOrderId.ForRequest(command.Account, $"{key.Caller}\n{key.Value}\n{instrument}");
        var (isListed, state, denied) = await desk.AskAsync(
            (engine, now) =>
            {
                var before = engine.Events.Count;
                engine.Target($"{key.Caller}\n{key.Value}", instrument, command.Target, command.Strategy ?? "manual", now);
                return (engine.Has(instrument), engine.Find(order), engine.Events.Skip(before).OfType<Trading.Orders.OrderDenied>().FirstOrDefault());
            },
            order,
            cancellationToken,
            key.Value);
        if (!isListed) return Problem.Refused("unknown_instrument", $"{desk.Venue} lists no {instrument}.");
        if (denied is not null) return Problem.Refused(denied.Code, denied.Reason);
        return Results.Ok(new OrdersSubmitted(state is null ? [] : [Orders.PlaceOrder.StateOf(state)]));
    }

    private static ProblemHttpResult? WhyNot(CloseAccount command, out InstrumentId? instrument)
    {
        instrument = null;
        if (string.IsNullOrWhiteSpace(command.Reason)) return Problem.Invalid("reason_required", "Expected a reason, found none.");
        if (command.Instrument is null) return null;
        if (!InstrumentId.TryParse(command.Instrument, out var id, out var error)) return Problem.Invalid("instrument_invalid", error);

        instrument = id;
        return null;
    }

    private static ProblemHttpResult KeyRequired() =>
        Problem.Invalid("idempotency_key_required", $"Expected the header {IdempotencyKey.Header}, which names the orders that are made; found none.");
}

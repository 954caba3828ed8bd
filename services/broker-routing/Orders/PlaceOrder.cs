using System.Globalization;
using AlgoStack.BrokerRouting.Accounts;
using AlgoStack.Contracts.Orders;
using AlgoStack.Engine;
using AlgoStack.ServiceDefaults.Idempotency;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;

namespace AlgoStack.BrokerRouting.Orders;

/// <summary>
/// <c>POST /orders</c>: one order, with its exits where it has any. Its id is a function of the account and the caller's
/// <c>Idempotency-Key</c>, which it must have: asked again, after a crash too, it is the same order. It is answered once it is
/// committed, which is before it is sent; what risk or the venue's rules deny, of an exit too, is 422 with the code.
/// </summary>
public static class PlaceOrder
{
    private const string Manual = "manual";

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
        if (desks.Find(command.Account) is not { } desk) return Problem.NotFound("account_not_found", $"There is no account '{command.Account}'.");
        if (!InstrumentId.TryParse(command.Instrument, out var instrument, out var error)) return Problem.Invalid("instrument_invalid", error);
        if (instrument.Venue != desk.Venue)
            return Problem.Refused("unknown_instrument", $"Expected an instrument of {desk.Venue}, as in {instrument.Symbol}.{desk.Venue}; found {instrument}.");
        if (!EnumName.TryRead<OrderSide>(command.Side, out var side)) return Problem.Invalid("side_invalid", $"Expected Buy or Sell, found '{command.Side}'.");
        if (!EnumName.TryRead<OrderType>(command.Type, out var type))
            return Problem.Invalid("type_invalid", $"Expected {string.Join(", ", Enum.GetNames<OrderType>())}, found '{command.Type}'.");
        if (Time(command.TimeInForce, type, desk) is not { } time)
            return Problem.Invalid("time_in_force_invalid", $"Expected {string.Join(", ", Enum.GetNames<TimeInForce>())}, found '{command.TimeInForce}'.");
        if ((WhyNot(command, type) ?? WhyNotExits(command, type, side, time)) is { } why) return Problem.Invalid("order_invalid", why);

        var name = key.Caller.Length == 0 ? key.Value : $"{key.Caller}\n{key.Value}";
        await desk.ListAsync([instrument], cancellationToken);
        var (state, denied) = await desk.AskAsync(
            (engine, now) => Place(engine, command, name, instrument, side, type, time, now), ClientOrderId.ForRequest(command.Account, name), cancellationToken, key.Value);
        return denied is not null
            ? Problem.Refused(denied.Code, denied.Reason)
            : Results.Created($"/orders/{state.OrderId}", state);
    }

    private static (OrderState Order, Trading.Orders.OrderDenied? Denied) Place(
        AccountEngine engine, SubmitOrder command, string name, InstrumentId instrument, OrderSide side, OrderType type, TimeInForce time, DateTimeOffset now)
    {
        var reference = command.LimitPrice ?? command.StopPrice ?? engine.PriceOf(instrument) ?? 0;
        var entry = new OrderIntent(
            ClientOrderId.ForRequest(command.Account, name), command.Account, command.Strategy ?? Manual, instrument, side, command.Quantity, type, reference, null, now)
        {
            LimitPrice = command.LimitPrice,
            StopPrice = command.StopPrice,
            TrailBy = command.TrailBy,
            TimeInForce = time,
            PostOnly = command.PostOnly,
            ReduceOnly = command.ReduceOnly,
        };
        var before = engine.Events.Count;
        if (ExitsOf(command) is { } exits) engine.Place(entry, exits, now);
        else engine.Place(entry, now);
        return (StateOf(engine.Find(entry.OrderId)!, engine.ExitsOf(entry.OrderId)), engine.Events.Skip(before).OfType<Trading.Orders.OrderDenied>().FirstOrDefault());
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

    private static OrderExits? ExitsOf(SubmitOrder command) => command is { TakeProfit: null, StopLoss: null }
        ? null
        : new OrderExits(command.TakeProfit?.LimitPrice, command.StopLoss?.StopPrice, command.StopLoss?.LimitPrice);

    /// <summary>What is asked for, or what the venue takes for such an order first.</summary>
    private static TimeInForce? Time(string? asked, OrderType type, AccountDesk desk)
    {
        if (asked is not null) return EnumName.TryRead<TimeInForce>(asked, out var time) ? time : null;

        var times = desk.Broker.Capabilities.OrderTypes.GetValueOrDefault(type) ?? [];
        return times.Contains(TimeInForce.Gtc) || times.Count == 0 ? TimeInForce.Gtc : times[0];
    }

    private static string? WhyNot(SubmitOrder command, OrderType type)
    {
        if (command.Quantity <= 0) return Expected("a quantity above zero", command.Quantity);
        foreach (var (name, price) in ((string, decimal?)[])
                 [("limitPrice", command.LimitPrice), ("stopPrice", command.StopPrice), ("trailBy", command.TrailBy)])
        {
            if (price <= 0) return Expected($"{name} above zero", price);
            if (LargestFigures.WhyNot(command.Quantity, price) is { } why) return why;
        }

        var (limit, stop, trail) = (command.LimitPrice is not null, command.StopPrice is not null, command.TrailBy is not null);
        return type switch
        {
            OrderType.Market when limit || stop || trail => "A market order has no price.",
            OrderType.Limit when !limit || stop || trail => "A limit order has a limitPrice, and no other.",
            OrderType.Stop when !stop || limit || trail => "A stop order has a stopPrice, and no other.",
            OrderType.StopLimit when !stop || !limit || trail => "A stop-limit order has a stopPrice and a limitPrice, and no other.",
            OrderType.TrailingStop when !trail || limit => "A trailing stop order has trailBy, and may have a stopPrice to begin with.",
            _ => null,
        };
    }

    private static string? WhyNotExits(SubmitOrder command, OrderType type, OrderSide side, TimeInForce time)
    {
        if (ExitsOf(command) is not { } exits) return null;
        foreach (var price in (decimal?[])[exits.Target, exits.Stop, exits.StopLimit])
        {
            if (LargestFigures.WhyNot(command.Quantity, price) is { } why) return why;
        }

        if (!command.ReduceOnly) return exits.WhyNot(side == OrderSide.Buy ? OrderSide.Sell : OrderSide.Buy, command.StopPrice ?? command.LimitPrice);

        return type == OrderType.Limit && exits.Target is null && time is TimeInForce.Gtc or TimeInForce.Day
            ? (exits with { Target = command.LimitPrice }).WhyNot(side, price: null)
            : "Of two exits of what is held one is the limit order itself, Gtc or Day, and the other its stopLoss: expected no takeProfit.";
    }

    private static string Expected(string what, decimal? found) => string.Create(CultureInfo.InvariantCulture, $"Expected {what}, found {found}.");
}

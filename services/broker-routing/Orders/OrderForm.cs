using System.Globalization;
using AlgoStack.BrokerRouting.Accounts;
using AlgoStack.Contracts.Orders;
using AlgoStack.Engine;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.BrokerRouting.Orders;

/// <summary>An order as it was asked for, read.</summary>
internal sealed record OrderForm(SubmitOrder Command, InstrumentId Instrument, OrderSide Side, OrderType Type, TimeInForce Time)
{
    /// <summary>Whose an order is where it is not said.</summary>
    public const string Manual = "manual";

    public OrderExits? Exits => Command is { TakeProfit: null, StopLoss: null }
        ? null
        : new OrderExits(Command.TakeProfit?.LimitPrice, Command.StopLoss?.StopPrice, Command.StopLoss?.LimitPrice);

    /// <summary>Null where it makes no sense, and <paramref name="problem"/> says why.</summary>
    public static OrderForm? Read(SubmitOrder command, AccountDesk desk, out ProblemHttpResult? problem)
    {
        problem = ReadSubject(command.Instrument, command.Side, desk, out var instrument, out var side);
        if (problem is not null) return null;

        if (!EnumName.TryRead<OrderType>(command.Type, out var type))
        {
            problem = Problem.Invalid("type_invalid", $"Expected {string.Join(", ", Enum.GetNames<OrderType>())}, found '{command.Type}'.");
            return null;
        }

        if (TimeOf(command.TimeInForce, type, desk) is not { } time)
        {
            problem = Problem.Invalid("time_in_force_invalid", $"Expected {string.Join(", ", Enum.GetNames<TimeInForce>())}, found '{command.TimeInForce}'.");
            return null;
        }

        var form = new OrderForm(command, instrument, side, type, time);
        problem = (WhyNot(command, type) ?? form.WhyNotExits()) is { } why ? Problem.Invalid("order_invalid", why) : null;
        return problem is null ? form : null;
    }

    /// <summary>Null where the account's venue may list the instrument, and the side is one.</summary>
    public static ProblemHttpResult? ReadSubject(string name, string word, AccountDesk desk, out InstrumentId instrument, out OrderSide side)
    {
        side = default;
        if (!InstrumentId.TryParse(name, out instrument, out var error)) return Problem.Invalid("instrument_invalid", error);
        if (instrument.Venue != desk.Venue)
            return Problem.Refused("unknown_instrument", $"Expected an instrument of {desk.Venue}, as in {instrument.Symbol}.{desk.Venue}; found {instrument}.");

        return EnumName.TryRead(word, out side) ? null : Problem.Invalid("side_invalid", $"Expected Buy or Sell, found '{word}'.");
    }

    public OrderIntent ToIntent(ClientOrderId id, AccountEngine engine, DateTimeOffset now)
    {
        var reference = Command.LimitPrice ?? Command.StopPrice ?? engine.PriceOf(Instrument) ?? 0;
        return new OrderIntent(id, Command.Account, Command.Strategy ?? Manual, Instrument, Side, Command.Quantity, Type, reference, null, now)
        {
            LimitPrice = Command.LimitPrice,
            StopPrice = Command.StopPrice,
            TrailBy = Command.TrailBy,
            TimeInForce = Time,
            PostOnly = Command.PostOnly,
            ReduceOnly = Command.ReduceOnly,
        };
    }

    /// <summary>What is asked for, or what the venue takes for such an order first.</summary>
    private static TimeInForce? TimeOf(string? asked, OrderType type, AccountDesk desk)
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

    private string? WhyNotExits()
    {
        if (Exits is not { } exits) return null;
        foreach (var price in (decimal?[])[exits.Target, exits.Stop, exits.StopLimit])
        {
            if (LargestFigures.WhyNot(Command.Quantity, price) is { } why) return why;
        }

        var (command, closing) = (Command, Side == OrderSide.Buy ? OrderSide.Sell : OrderSide.Buy);
        if (!command.ReduceOnly) return exits.WhyNot(closing, command.StopPrice ?? command.LimitPrice);

        return Type == OrderType.Limit && exits.Target is null && Time is TimeInForce.Gtc or TimeInForce.Day
            ? (exits with { Target = command.LimitPrice }).WhyNot(Side, price: null)
            : "Of two exits of what is held one is the limit order itself, Gtc or Day, and the other its stopLoss: expected no takeProfit.";
    }

    private static string Expected(string what, decimal? found) => string.Create(CultureInfo.InvariantCulture, $"Expected {what}, found {found}.");
}

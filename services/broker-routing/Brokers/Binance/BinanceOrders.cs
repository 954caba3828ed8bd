using System.Globalization;
using System.Text.Json;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Venues;

namespace AlgoStack.BrokerRouting.Brokers.Binance;

/// <summary>Orders and executions, from our words to Binance's and back.</summary>
internal static class BinanceOrders
{
    private const decimal BasisPoints = 10_000;

    /// <summary>What Binance takes. An order that trades at once or not at all has no time in force there; ours may name one that says so.</summary>
    public static IReadOnlyDictionary<OrderType, IReadOnlyList<TimeInForce>> Types { get; } = new Dictionary<OrderType, IReadOnlyList<TimeInForce>>
    {
        [OrderType.Market] = [TimeInForce.Gtc, TimeInForce.Ioc],
        [OrderType.Limit] = [TimeInForce.Gtc, TimeInForce.Ioc, TimeInForce.Fok],
        [OrderType.Stop] = [TimeInForce.Gtc],
        [OrderType.StopLimit] = [TimeInForce.Gtc, TimeInForce.Ioc, TimeInForce.Fok],
        [OrderType.TrailingStop] = [TimeInForce.Gtc],
    };

    /// <summary>Null where the order can be put into Binance's words, else why not.</summary>
    public static string? WhyNot(VenueOrder order)
    {
        if (!Types.TryGetValue(order.Type, out var times) || !times.Contains(order.TimeInForce))
            return $"{order.Symbol}: expected an order that Binance has, found {order.Type} with {order.TimeInForce}.";
        if (order.PostOnly && (order.Type, order.TimeInForce) != (OrderType.Limit, TimeInForce.Gtc))
            return $"{order.Symbol}: expected a limit order with Gtc to be post-only, found {order.Type} with {order.TimeInForce}.";
        if (order.ReduceOnly) return $"{order.Symbol}: expected an order that is not reduce-only, which spot does not have.";
        if (order.Notional is not null && order.Type != OrderType.Market)
            return $"{order.Symbol}: expected a market order where it is sized in money, found {order.Type}.";
        if (order.Type is OrderType.Limit or OrderType.StopLimit && order.LimitPrice is null) return $"{order.Symbol}: expected a limit price, found none.";
        if (order.Type is OrderType.Stop or OrderType.StopLimit && order.StopPrice is null) return $"{order.Symbol}: expected a stop price, found none.";
        return order.Type == OrderType.TrailingStop && TrailingDelta(order) is null
            ? $"{order.Symbol}: expected a trail of a hundredth of a percent to all of the price, behind a first stop, found {order.TrailBy} behind {order.StopPrice}."
            : null;
    }

    /// <summary>What places the order, but for who asks and when. It must be one that <see cref="WhyNot"/> lets pass.</summary>
    public static IEnumerable<(string Name, string Value)> Parameters(VenueOrder order)
    {
        yield return ("symbol", order.Symbol);
        yield return ("side", order.Side == OrderSide.Buy ? "BUY" : "SELL");
        yield return ("type", TypeOf(order));

        // A parameter that a type does not take is refused with -1106.
        var hasLimit = order.Type is OrderType.Limit or OrderType.StopLimit;
        if (hasLimit && !order.PostOnly) yield return ("timeInForce", order.TimeInForce.ToString().ToUpperInvariant());
        yield return order.Notional is { } money ? ("quoteOrderQty", money.Plain()) : ("quantity", order.Quantity.Plain());
        if (hasLimit) yield return ("price", order.LimitPrice!.Value.Plain());
        if (order.Type is OrderType.Stop or OrderType.StopLimit) yield return ("stopPrice", order.StopPrice!.Value.Plain());
        if (order.Type == OrderType.TrailingStop) yield return ("trailingDelta", TrailingDelta(order)!.Value.Plain());
        yield return ("newClientOrderId", order.ClientId);

        // Some types answer with no more than an id otherwise.
        yield return ("newOrderRespType", "FULL");
    }

    /// <summary>An order as REST shows it, be it asked for, just placed or just canceled.</summary>
    public static OrderSnapshot Read(JsonElement order)
    {
        var at = order.OptionalEpochTime("updateTime") ?? order.OptionalEpochTime("transactTime") ?? order.OptionalEpochTime("time");
        var id = order.Integer("orderId").ToString(CultureInfo.InvariantCulture);
        // In the answer to a cancel the other one names the cancel.
        var clientId = order.OptionalText("origClientOrderId") ?? order.OptionalText("clientOrderId");
        var symbol = order.Text("symbol");
        var side = SideOf(order.OptionalText("side"));
        var type = order.OptionalText("type");
        var filled = OptionalPositive(order, "executedQty") ?? 0;
        var works = order.OptionalFlag("isWorking") ?? order.OptionalInteger("workingTime") is > 0;
        return new OrderSnapshot(
            id,
            clientId,
            symbol,
            StatusOf(order.OptionalText("status"), type, works),
            side,
            TypeOf(type, order.OptionalInteger("trailingDelta")),
            TimeInForceOf(order.OptionalText("timeInForce")),
            OptionalPositive(order, "origQty"),
            filled,
            Average(filled, order.OptionalDecimal("cummulativeQuoteQty")),
            OptionalPositive(order, "price"),
            OptionalPositive(order, "stopPrice"),
            ReplacedBy: null,
            order.OptionalText("expiryReason"),
            at,
            order.Optional("fills") is not { } fills ? [] : [.. fills.Elements("fills").Select(fill => ReadFill(fill, id, clientId, symbol, side, at))])
            .Countable("executedQty, cummulativeQuoteQty");
    }

    /// <summary>An <c>executionReport</c>; a fill is its only execution.</summary>
    public static OrderSnapshot ReadReport(JsonElement report)
    {
        var at = report.OptionalEpochTime("T");
        var id = report.Integer("i").ToString(CultureInfo.InvariantCulture);
        // Where an order is canceled, c names the cancel and C the order.
        var clientId = report.OptionalText("C") ?? report.OptionalText("c");
        var symbol = report.Text("s");
        var side = SideOf(report.OptionalText("S"));
        var type = report.OptionalText("o");
        var filled = OptionalPositive(report, "z") ?? 0;
        IReadOnlyList<Execution> executions = report.Text("x") != "TRADE" ? [] :
        [
            new Execution(
                report.Integer("t").ToString(CultureInfo.InvariantCulture),
                id,
                clientId,
                symbol,
                side ?? throw new JsonException("Expected BUY or SELL in 'S' of a fill."),
                Positive(report, "l"),
                Positive(report, "L"),
                report.OptionalDecimal("n"),
                report.OptionalText("N"),
                filled,
                at ?? throw new JsonException("Expected a time in 'T' of a fill.")).Countable("l, L"),
        ];
        return new OrderSnapshot(
            id,
            clientId,
            symbol,
            StatusOf(report.OptionalText("X"), type, report.OptionalFlag("w") ?? true),
            side,
            TypeOf(type, report.OptionalInteger("d")),
            TimeInForceOf(report.OptionalText("f")),
            OptionalPositive(report, "q"),
            filled,
            Average(filled, report.OptionalDecimal("Z")),
            OptionalPositive(report, "p"),
            OptionalPositive(report, "P"),
            ReplacedBy: null,
            report.OptionalText("r") is { } reason and not "NONE" ? reason : null,
            at,
            executions).Countable("z, Z");
    }

    /// <summary>An element of <c>myTrades</c>.</summary>
    public static Execution ReadTrade(JsonElement trade) => new Execution(
        trade.Integer("id").ToString(CultureInfo.InvariantCulture),
        trade.Integer("orderId").ToString(CultureInfo.InvariantCulture),
        ClientOrderId: null,
        trade.Text("symbol"),
        trade.Flag("isBuyer") ? OrderSide.Buy : OrderSide.Sell,
        Positive(trade, "qty"),
        Positive(trade, "price"),
        trade.OptionalDecimal("commission"),
        trade.OptionalText("commissionAsset"),
        Cumulative: null,
        trade.OptionalEpochTime("time") ?? throw new JsonException("Expected a time in 'time' of a trade.")).Countable("qty, price");

    private static Execution ReadFill(JsonElement fill, string orderId, string? clientId, string symbol, OrderSide? side, DateTimeOffset? at) => new Execution(
        fill.Integer("tradeId").ToString(CultureInfo.InvariantCulture),
        orderId,
        clientId,
        symbol,
        side ?? throw new JsonException("Expected BUY or SELL in 'side' of an order with fills."),
        Positive(fill, "qty"),
        Positive(fill, "price"),
        fill.OptionalDecimal("commission"),
        fill.OptionalText("commissionAsset"),
        Cumulative: null,
        at ?? throw new JsonException("Expected a time in 'transactTime' of an order with fills.")).Countable("qty, price");

    /// <summary>
    /// Binance trails by a share of the price, we by money: the share is that of the best price at first, rounded down to the
    /// hundredth of a percent, so that it follows closer rather than further away.
    /// </summary>
    private static decimal? TrailingDelta(VenueOrder order)
    {
        if (order is not { TrailBy: { } trail and > 0, StopPrice: { } stop and > 0 }) return null;

        var best = order.Side == OrderSide.Sell ? stop + trail : stop - trail;
        if (best < trail) return null;

        var delta = decimal.Floor(trail / best * BasisPoints);
        return delta >= 1 ? delta : null;
    }

    private static string TypeOf(VenueOrder order) => order.Type switch
    {
        OrderType.Market => "MARKET",
        OrderType.Limit => order.PostOnly ? "LIMIT_MAKER" : "LIMIT",
        OrderType.StopLimit => "STOP_LOSS_LIMIT",
        _ => "STOP_LOSS",
    };

    /// <summary>Null for what we have no word for, such as an order that takes a profit.</summary>
    private static OrderType? TypeOf(string? type, long? trailingDelta) => type switch
    {
        "LIMIT" or "LIMIT_MAKER" => OrderType.Limit,
        "MARKET" => OrderType.Market,
        "STOP_LOSS" => trailingDelta is > 0 ? OrderType.TrailingStop : OrderType.Stop,
        "STOP_LOSS_LIMIT" when trailingDelta is not > 0 => OrderType.StopLimit,
        _ => null,
    };

    private static VenueOrderStatus StatusOf(string? status, string? type, bool works) => status switch
    {
        "NEW" => !works && WaitsForTrigger(type) ? VenueOrderStatus.Held : VenueOrderStatus.New,
        // An answer of no more than ids: it was taken, and nothing else is known.
        null or "PENDING_NEW" => VenueOrderStatus.PendingNew,
        "PARTIALLY_FILLED" => VenueOrderStatus.PartiallyFilled,
        "FILLED" => VenueOrderStatus.Filled,
        "CANCELED" => VenueOrderStatus.Canceled,
        "PENDING_CANCEL" => VenueOrderStatus.PendingCancel,
        "REJECTED" => VenueOrderStatus.Rejected,
        "EXPIRED" or "EXPIRED_IN_MATCH" => VenueOrderStatus.Expired,
        _ => VenueOrderStatus.Unknown,
    };

    private static bool WaitsForTrigger(string? type) => type is "STOP_LOSS" or "STOP_LOSS_LIMIT" or "TAKE_PROFIT" or "TAKE_PROFIT_LIMIT";

    private static OrderSide? SideOf(string? side) => side switch
    {
        "BUY" => OrderSide.Buy,
        "SELL" => OrderSide.Sell,
        _ => null,
    };

    private static TimeInForce? TimeInForceOf(string? timeInForce) => timeInForce switch
    {
        "GTC" => TimeInForce.Gtc,
        "IOC" => TimeInForce.Ioc,
        "FOK" => TimeInForce.Fok,
        _ => null,
    };

    /// <summary>Zero stands for none.</summary>
    private static decimal? OptionalPositive(JsonElement element, string name) => element.OptionalDecimal(name) switch
    {
        null or 0 => null,
        > 0 and var number => number,
        var number => throw new JsonException($"Expected a number above zero in '{name}', found {number}."),
    };

    private static decimal Positive(JsonElement element, string name) =>
        OptionalPositive(element, name) ?? throw new JsonException($"Expected a number above zero in '{name}', found none.");

    /// <summary>Of some old orders Binance no longer knows what they traded for, and says less than zero.</summary>
    private static decimal? Average(decimal filled, decimal? quote)
    {
        if (filled <= 0 || quote is not ({ } paid and >= 0)) return null;

        // A quotient of doubles does not throw.
        return (double)paid / (double)filled <= (double)LargestFigures.Price
            ? paid / filled
            : throw new JsonException($"Expected an average price of at most {LargestFigures.Price}, found {paid} for {filled}.");
    }
}

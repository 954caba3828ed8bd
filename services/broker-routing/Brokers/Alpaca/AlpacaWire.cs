using System.Text.Json;
using System.Text.Json.Nodes;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using AlgoStack.Trading.Venues;

namespace AlgoStack.BrokerRouting.Brokers.Alpaca;

/// <summary>Alpaca's JSON, read into our words and written from them. What is not as expected is a <see cref="JsonException"/>.</summary>
internal static class AlpacaWire
{
    /// <summary>Shares are divided into a milliardth where they are divided at all.</summary>
    private const decimal FractionOfShare = 0.000000001m;

    // In this order: BTCUSDT ends in USDT, and not in USD.
    private static readonly string[] QuoteCoins = ["USDT", "USDC", "USD", "BTC"];

    public static string Write(VenueOrder order)
    {
        var json = new JsonObject
        {
            ["symbol"] = order.Symbol,
            [order.Notional is null ? "qty" : "notional"] = (order.Notional ?? order.Quantity).Plain(),
            ["side"] = order.Side == OrderSide.Buy ? "buy" : "sell",
            ["type"] = Word(order.Type),
            ["time_in_force"] = Word(order.TimeInForce),
            ["client_order_id"] = order.ClientId,
        };
        if (order.LimitPrice is { } limit) json["limit_price"] = limit.Plain();
        if (order.StopPrice is { } stop) json["stop_price"] = stop.Plain();
        if (order.TrailBy is { } trail) json["trail_price"] = trail.Plain();
        return json.ToJsonString();
    }

    public static string Write(VenueOrderChange change)
    {
        var json = new JsonObject { ["client_order_id"] = change.ClientId };
        // What is in the place of an order is one of its own, for what it is itself to trade.
        if (change.Quantity is { } quantity) json["qty"] = (quantity - change.Filled).Plain();
        if (change.LimitPrice is { } limit) json["limit_price"] = limit.Plain();
        if (change.StopPrice is { } stop) json["stop_price"] = stop.Plain();
        return json.ToJsonString();
    }

    public static OrderSnapshot ReadOrder(JsonElement order) => new OrderSnapshot(
        VenueOrderId: order.Text("id"),
        ClientOrderId: order.OptionalText("client_order_id"),
        Symbol: order.Text("symbol"),
        Status: Status(order.OptionalText("status")),
        Side: Side(order.OptionalText("side")),
        Type: Type(order.OptionalText("type") ?? order.OptionalText("order_type")),
        TimeInForce: Time(order.OptionalText("time_in_force")),
        Quantity: OptionalPositive(order, "qty"),
        Filled: order.OptionalDecimal("filled_qty") switch
        {
            null => 0,
            >= 0 and var filled => filled,
            var filled => throw new JsonException($"Expected a number of zero or more in 'filled_qty', found {filled}."),
        },
        AveragePrice: order.OptionalQuotient("filled_avg_price") is { } average && average != 0 ? average : null,
        LimitPrice: OptionalPositive(order, "limit_price"),
        StopPrice: OptionalPositive(order, "stop_price"),
        ReplacedBy: order.OptionalText("replaced_by"),
        Reason: order.OptionalText("reject_reason") ?? Strange(order.OptionalText("status")),
        At: order.OptionalTime("updated_at") ?? order.OptionalTime("submitted_at"),
        Executions: []).Countable("filled_qty, filled_avg_price");

    /// <summary>What a message of the order stream says has happened, as the order that it holds and the fill that it may be.</summary>
    public static OrderSnapshot ReadUpdate(JsonElement update)
    {
        var order = ReadOrder(update.Member("order"));
        if (update.OptionalTime("timestamp") is { } at) order = order with { At = at };
        return update.Text("event") is "fill" or "partial_fill" ? order with { Executions = [ReadFill(update, order)] } : order;
    }

    /// <summary>A fill as the account's activities list it.</summary>
    public static Execution ReadActivity(JsonElement activity)
    {
        // The time it was written down and the execution, which the stream names alone.
        var id = activity.Text("id");
        var separator = id.IndexOf("::", StringComparison.Ordinal);
        return new Execution(
            TradeId: separator < 0 ? id : id[(separator + 2)..],
            VenueOrderId: activity.Text("order_id"),
            ClientOrderId: null,
            Symbol: activity.Text("symbol"),
            Side: Side(activity.Text("side")) ?? throw new JsonException($"Expected buy or sell in 'side', found '{activity.Text("side")}'."),
            Quantity: Positive(activity, "qty"),
            Price: Positive(activity, "price"),
            Fee: null,
            FeeAsset: null,
            Cumulative: activity.OptionalDecimal("cum_qty"),
            At: activity.OptionalTime("transaction_time") ?? throw new JsonException("Expected a time in 'transaction_time'.")).Countable("qty, price");
    }

    public static IReadOnlyList<VenuePosition> ReadPositions(JsonElement positions) => positions.Elements("positions").Select(ReadPosition).Once(p => p.Symbol, "positions");

    private static VenuePosition ReadPosition(JsonElement position)
    {
        var symbol = position.Text("symbol");
        var quantity = position.Decimal("qty");
        var isShort = position.OptionalText("side") is "short";
        return new VenuePosition(
            position.OptionalText("asset_class") is "crypto" ? PairOf(symbol) : symbol,
            isShort ? -Math.Abs(quantity) : quantity,
            position.OptionalQuotient("avg_entry_price")).Countable("qty, avg_entry_price");
    }

    /// <summary>Cash; free is the buying power that Alpaca works out, which on margin is more.</summary>
    public static VenueBalance ReadAccount(JsonElement account) =>
        new(account.OptionalText("currency") ?? "USD", account.Decimal("cash"), account.OptionalDecimal("buying_power"));

    /// <summary>The hours of shares.</summary>
    public static MarketHours ReadClock(JsonElement clock)
    {
        var isOpen = clock.OptionalFlag("is_open") ?? throw new JsonException("Expected true or false in 'is_open'.");
        var next = isOpen ? "next_close" : "next_open";
        return new MarketHours(
            isOpen ? MarketStatus.Open : MarketStatus.Closed, clock.OptionalTime(next) ?? throw new JsonException($"Expected a time in '{next}'."));
    }

    public static VenueInstrument ReadAsset(JsonElement asset)
    {
        var symbol = asset.Text("symbol");
        var isTradable = asset.OptionalText("status") is "active" && asset.OptionalFlag("tradable") is true;
        var canShort = asset.OptionalFlag("shortable") is true;
        if (asset.OptionalText("class") is "crypto")
        {
            var step = asset.OptionalDecimal("price_increment") ?? FractionOfShare;
            return new VenueInstrument(
                symbol,
                symbol[(symbol.IndexOf('/', StringComparison.Ordinal) + 1)..],
                isTradable,
                _ => step,
                asset.OptionalDecimal("min_trade_increment") ?? FractionOfShare,
                LeastQuantity: asset.OptionalDecimal("min_order_size"),
                IsAlwaysOpen: true)
            {
                CanShort = canShort,
            };
        }

        // Rule 612 of Regulation NMS: no finer than a cent from a dollar on, a hundredth of one below.
        return new VenueInstrument(
            symbol, "USD", isTradable, price => price >= 1 ? 0.01m : 0.0001m, asset.OptionalFlag("fractionable") is true ? FractionOfShare : 1)
        {
            CanShort = canShort,
        };
    }

    /// <summary>Null where the order may be sent as it is, else what Alpaca takes instead.</summary>
    public static string? WhyNot(VenueOrder order)
    {
        // Left out, they would make another order of it.
        if (order.PostOnly || order.ReduceOnly) return $"{order.Symbol}: Alpaca has no orders that are post-only or reduce-only.";
        if (order.Notional is not null && (order.Type != OrderType.Market || order.TimeInForce != TimeInForce.Day))
            return $"{order.Symbol}: expected a market order for the day where it is sized in money, found {order.Type} {order.TimeInForce}.";
        if (order is { Type: OrderType.TrailingStop, StopPrice: not null })
            return $"{order.Symbol}: expected a trailing stop that begins behind the market, found a first stop of {order.StopPrice}.";
        if (decimal.IsInteger(order.Quantity) || order.Symbol.Contains('/', StringComparison.Ordinal)) return null;

        return order.TimeInForce != TimeInForce.Day || order.Type is not (OrderType.Market or OrderType.Limit)
            ? $"{order.Symbol}: expected a market or limit order for the day where shares are divided, found {order.Type} {order.TimeInForce} of {order.Quantity}."
            : null;
    }

    private static Execution ReadFill(JsonElement update, OrderSnapshot order) => new Execution(
        TradeId: update.OptionalText("execution_id") ?? Execution.OfCumulative(order.VenueOrderId, order.Filled),
        order.VenueOrderId,
        order.ClientOrderId,
        order.Symbol,
        order.Side ?? throw new JsonException("Expected buy or sell in 'side' of an order that has filled."),
        Quantity: Positive(update, "qty"),
        Price: Positive(update, "price"),
        Fee: null,
        FeeAsset: null,
        Cumulative: order.Filled,
        At: update.OptionalTime("timestamp") ?? order.At ?? throw new JsonException("Expected a time in 'timestamp'.")).Countable("qty, price");

    private static decimal Positive(JsonElement element, string name) =>
        OptionalPositive(element, name) ?? throw new JsonException($"Expected a number in '{name}'.");

    private static decimal? OptionalPositive(JsonElement element, string name) => element.OptionalDecimal(name) switch
    {
        null => null,
        > 0 and var number => number,
        var number => throw new JsonException($"Expected a number above zero in '{name}', found {number}."),
    };

    // Orders name a pair BTC/USD, positions BTCUSD.
    private static string PairOf(string symbol)
    {
        if (symbol.Contains('/', StringComparison.Ordinal)) return symbol;

        var quote = QuoteCoins.FirstOrDefault(coin => symbol.Length > coin.Length && symbol.EndsWith(coin, StringComparison.Ordinal));
        return quote is null ? symbol : $"{symbol[..^quote.Length]}/{quote}";
    }

    private static string Word(OrderType type) => type switch
    {
        OrderType.Market => "market",
        OrderType.Limit => "limit",
        OrderType.Stop => "stop",
        OrderType.StopLimit => "stop_limit",
        _ => "trailing_stop",
    };

    private static string Word(TimeInForce time) => time switch
    {
        TimeInForce.Gtc => "gtc",
        TimeInForce.Day => "day",
        TimeInForce.Ioc => "ioc",
        _ => "fok",
    };

    private static OrderSide? Side(string? word) => word switch
    {
        "buy" => OrderSide.Buy,
        "sell" or "sell_short" => OrderSide.Sell,
        _ => null,
    };

    private static OrderType? Type(string? word) => word switch
    {
        "market" => OrderType.Market,
        "limit" => OrderType.Limit,
        "stop" => OrderType.Stop,
        "stop_limit" => OrderType.StopLimit,
        "trailing_stop" => OrderType.TrailingStop,
        _ => null,
    };

    private static TimeInForce? Time(string? word) => word switch
    {
        "gtc" => TimeInForce.Gtc,
        "day" => TimeInForce.Day,
        "ioc" => TimeInForce.Ioc,
        "fok" => TimeInForce.Fok,
        _ => null,
    };

    // A word that is not known is shown to whoever has to find out what it means.
    private static string? Strange(string? status) =>
        Status(status) == VenueOrderStatus.Unknown ? $"Alpaca says that it is '{status}'." : null;

    private static VenueOrderStatus Status(string? word) => word switch
    {
        "accepted" or "pending_new" or "accepted_for_bidding" => VenueOrderStatus.PendingNew,
        "new" or "stopped" => VenueOrderStatus.New,
        "held" => VenueOrderStatus.Held,
        "partially_filled" => VenueOrderStatus.PartiallyFilled,
        "filled" => VenueOrderStatus.Filled,
        "done_for_day" or "calculated" => VenueOrderStatus.DoneForDay,
        "canceled" => VenueOrderStatus.Canceled,
        "expired" => VenueOrderStatus.Expired,
        "replaced" => VenueOrderStatus.Replaced,
        "pending_cancel" => VenueOrderStatus.PendingCancel,
        "pending_replace" => VenueOrderStatus.PendingReplace,
        "suspended" => VenueOrderStatus.Suspended,
        "rejected" => VenueOrderStatus.Rejected,
        _ => VenueOrderStatus.Unknown,
    };
}

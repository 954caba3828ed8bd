using System.Globalization;
using AlgoStack.VenueSim.Books;

namespace AlgoStack.VenueSim.Api;

/// <summary>The body of POST and PATCH /v2/orders, and the rules that it has to keep.</summary>
internal sealed record OrderForm
{
    private const int LongestClientOrderId = 128;
    private const int MostQtyPlaces = 9;

    public string? Symbol { get; init; }

    public decimal? Qty { get; init; }

    public decimal? Notional { get; init; }

    public OrderSide? Side { get; init; }

    public OrderType? Type { get; init; }

    public TimeInForce? TimeInForce { get; init; }

    public decimal? LimitPrice { get; init; }

    public decimal? StopPrice { get; init; }

    public decimal? TrailPrice { get; init; }

    public decimal? TrailPercent { get; init; }

    /// <summary>What replaces the trail of a trailing stop.</summary>
    public decimal? Trail { get; init; }

    public bool ExtendedHours { get; init; }

    public string? ClientOrderId { get; init; }

    public string? OrderClass { get; init; }

    public ProfitForm? TakeProfit { get; init; }

    public LossForm? StopLoss { get; init; }

    public OrderClass Class => OrderClass switch
    {
        "bracket" => Books.OrderClass.Bracket,
        "oco" => Books.OrderClass.Oco,
        "oto" => Books.OrderClass.Oto,
        _ => Books.OrderClass.Simple,
    };

    /// <summary>Of an OCO pair the take-profit is the order and the stop its leg.</summary>
    public decimal? OwnLimitPrice => Class == Books.OrderClass.Oco ? TakeProfit?.LimitPrice ?? LimitPrice : LimitPrice;

    /// <returns>Null when the order may be placed, as far as its form goes.</returns>
    public Reply? Check(VenueBook book)
    {
        if (string.IsNullOrEmpty(Symbol)) return Reply.Invalid("symbol is required");
        if (book.AssetOf(Symbol) is not { } asset) return Reply.Refused($"asset \"{Symbol}\" not found");
        if (!asset.Tradable) return Reply.Refused($"asset \"{Symbol}\" is not tradable");
        if (Side is null) return Reply.Invalid("side is required");
        if (Type is not { } type) return Reply.Invalid("type is required");
        if (TimeInForce is null) return Reply.Invalid("time_in_force is required");
        if (OrderClass is not (null or "" or "simple" or "bracket" or "oco" or "oto")) return Reply.Invalid("invalid order_class");
        if (Notional is not null) return Reply.Refused("notional orders are not taken here");
        if (ClientOrderId is { Length: > LongestClientOrderId })
            return Reply.Invalid(string.Create(CultureInfo.InvariantCulture, $"client_order_id must be no more than {LongestClientOrderId} characters"));
        if (ClientOrderId is { Length: > 0 } id && book.ByClientId(id) is not null) return Reply.Invalid("client_order_id must be unique");

        return CheckQty(asset) ?? CheckPrices(type) ?? CheckClass(type) ?? CheckTicks(asset);
    }

    /// <returns>Null when an order may be replaced by what is said here.</returns>
    public Reply? CheckReplacement(Order order, VenueBook book)
    {
        var asset = book.AssetOf(order.Terms.Symbol)!;
        var type = order.Terms.Type;
        if (ClientOrderId is { Length: > 0 } id && book.ByClientId(id) is not null) return Reply.Invalid("client_order_id must be unique");
        if (LimitPrice is not null && type is not (OrderType.Limit or OrderType.StopLimit)) return Reply.Refused("the order must not have limit_price");
        if (StopPrice is not null && type is not (OrderType.Stop or OrderType.StopLimit)) return Reply.Refused("the order must not have stop_price");
        if (Trail is not null && type != OrderType.TrailingStop) return Reply.Refused("the order must not have trail");
        if (Qty is not null && order.Terms.OrderClass != Books.OrderClass.Simple) return Reply.Refused("qty of a complex order cannot be replaced");
        if (Qty is <= 0) return Reply.Refused("qty must be > 0");

        return CheckTicks(asset);
    }

    private Reply? CheckQty(Asset asset)
    {
        if (Qty is not { } qty) return Reply.Invalid("qty or notional is required");
        if (qty <= 0) return Reply.Refused("qty must be > 0");
        if (decimal.Round(qty, MostQtyPlaces) != qty) return Reply.Refused("qty increment must be at least 1e-9");
        if (asset.IsCrypto)
            return TimeInForce is Books.TimeInForce.Gtc or Books.TimeInForce.Ioc ? null : Reply.Refused("invalid crypto time_in_force");
        if (decimal.IsInteger(qty)) return null;
        if (!asset.Fractionable) return Reply.Refused($"asset \"{asset.Symbol}\" is not fractionable");

        return TimeInForce == Books.TimeInForce.Day ? null : Reply.Refused("fractional orders must be DAY orders");
    }

    private Reply? CheckPrices(OrderType type)
    {
        if (type is OrderType.Limit or OrderType.StopLimit && OwnLimitPrice is null) return Reply.Refused("limit orders require a limit price");
        if (type is OrderType.Stop or OrderType.StopLimit && StopPrice is null) return Reply.Refused("stop orders require a stop price");
        if (type is not (OrderType.Limit or OrderType.StopLimit) && LimitPrice is not null) return Reply.Refused("the order must not have limit_price");
        if (type is not (OrderType.Stop or OrderType.StopLimit) && StopPrice is not null) return Reply.Refused("the order must not have stop_price");

        var trails = (TrailPrice is null ? 0 : 1) + (TrailPercent is null ? 0 : 1);
        return trails == (type == OrderType.TrailingStop ? 1 : 0) ? null : Reply.Refused("trailing stop orders require one of trail_price and trail_percent");
    }

    private Reply? CheckClass(OrderType type)
    {
        var isPlain = Class == Books.OrderClass.Simple;
        if (isPlain) return TakeProfit is null && StopLoss is null ? null : Reply.Refused("order_class is required with take_profit and stop_loss");
        if (TimeInForce is not (Books.TimeInForce.Day or Books.TimeInForce.Gtc)) return Reply.Refused("complex orders require time_in_force day or gtc");
        if (TakeProfit is { LimitPrice: null }) return Reply.Refused("take_profit.limit_price is required");
        if (StopLoss is { StopPrice: null }) return Reply.Refused("stop_loss.stop_price is required");
        if (Class == Books.OrderClass.Oto)
            return (TakeProfit is null) != (StopLoss is null) ? null : Reply.Refused("oto orders require one of take_profit and stop_loss");
        if (TakeProfit is null || StopLoss is null) return Reply.Refused($"{OrderClass} orders require take_profit and stop_loss");
        if (Class == Books.OrderClass.Oco && type != OrderType.Limit) return Reply.Refused("oco orders must be limit orders");

        // The entry of a bracket buys what its legs sell; an OCO pair is legs alone.
        var exitSells = (Side == OrderSide.Sell) == (Class == Books.OrderClass.Oco);
        return exitSells == (TakeProfit.LimitPrice > StopLoss.StopPrice)
            ? null
            : Reply.Refused("take_profit.limit_price and stop_loss.stop_price are on the wrong sides of each other");
    }

    // Alpaca's minimum increments: two places from one dollar on, four below.
    private Reply? CheckTicks(Asset asset)
    {
        foreach (var (name, price) in ((string Name, decimal? Price)[])
        [
            ("limit_price", LimitPrice), ("stop_price", StopPrice), ("take_profit.limit_price", TakeProfit?.LimitPrice),
            ("stop_loss.stop_price", StopLoss?.StopPrice), ("stop_loss.limit_price", StopLoss?.LimitPrice), ("trail_price", TrailPrice),
            ("trail_percent", TrailPercent), ("trail", Trail),
        ])
        {
            if (price is not { } value) continue;
            if (value <= 0) return Reply.Refused($"{name} must be > 0");
            if (!asset.IsCrypto && !name.StartsWith("trail", StringComparison.Ordinal) && decimal.Round(value, value >= 1 ? 2 : 4) != value)
            {
                var text = value.ToString(CultureInfo.InvariantCulture);
                return Reply.Refused($"invalid {name} {text}. sub-penny increment does not fulfill minimum pricing criteria");
            }
        }

        return null;
    }

    internal sealed record ProfitForm(decimal? LimitPrice);

    internal sealed record LossForm(decimal? StopPrice, decimal? LimitPrice);
}

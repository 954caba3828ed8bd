using System.Globalization;
using System.Text.Json;
using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Venues;

namespace AlgoStack.Protocols;

/// <summary>What a fixture wants an adapter to do, in the fixtures' words.</summary>
internal sealed class Intent(JsonElement json)
{
    private const string AnyId = "c-1";

    public string Operation => Text("op") ?? "Place";

    public string Symbol => Text("venueSymbol") ?? Text("symbol") ?? "AAPL";

    /// <summary>An order to place.</summary>
    /// <exception cref="NotSupportedException">Our words have none for it.</exception>
    public VenueOrder Order(BrokerCapabilities capabilities)
    {
        var (type, postOnly) = Type();
        var notional = Number("notional") ?? Number("quoteQuantity");
        var quantity = Number("quantity") ?? (notional is null ? throw new NotSupportedException("an order without a quantity") : 0);
        return new VenueOrder(
            ClientId: Text("clientOrderId") ?? AnyId,
            Symbol,
            Word<OrderSide>("side") ?? OrderSide.Buy,
            type,
            Word<TimeInForce>("tif") ?? (capabilities.OrderTypes.TryGetValue(type, out var times) ? times[0] : TimeInForce.Gtc),
            quantity,
            Number("limitPrice"),
            Number("stopPrice"),
            Number("trailBy") ?? Number("trailPrice") ?? Number("trailAmount"),
            postOnly || Flag("postOnly"),
            Flag("reduceOnly"),
            notional);
    }

    /// <summary>The order that is asked for, canceled or replaced.</summary>
    public VenueOrderRef Reference => new(Symbol, Text("origClientOrderId") ?? Text("clientOrderId") ?? AnyId, Text("venueOrderId"));

    public VenueOrderChange Change => new(
        Text("newClientOrderId") ?? Text("clientOrderId") ?? "c-2", Number("quantity"), Number("limitPrice"), Number("stopPrice"));

    private (OrderType Type, bool PostOnly) Type() => Text("type") switch
    {
        null => (Number("limitPrice") is null ? OrderType.Market : OrderType.Limit, false),
        "LimitMaker" or "PostOnly" => (OrderType.Limit, true),
        "StopMarket" => (OrderType.Stop, false),
        { } word when Enum.TryParse<OrderType>(word, out var type) => (type, false),
        var word => throw new NotSupportedException($"an order of type {word}"),
    };

    private T? Word<T>(string name)
        where T : struct, Enum => Text(name) switch
        {
            null => null,
            { } word when Enum.TryParse<T>(word, ignoreCase: true, out var value) => value,
            var word => throw new NotSupportedException($"{name} {word}"),
        };

    private decimal? Number(string name) => Text(name) is { } text ? decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) : null;

    private bool Flag(string name) => json.Optional(name) is { ValueKind: JsonValueKind.True };

    private string? Text(string name) => json.Optional(name)?.ToString();
}

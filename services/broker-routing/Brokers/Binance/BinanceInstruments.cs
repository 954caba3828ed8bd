using System.Text.Json;
using AlgoStack.Trading.Venues;

namespace AlgoStack.BrokerRouting.Brokers.Binance;

/// <summary>A symbol of <c>exchangeInfo</c> as an instrument. A filter's zero switches it off.</summary>
internal static class BinanceInstruments
{
    private const int Places = 8;

    public static VenueInstrument Read(JsonElement symbol)
    {
        var prices = Filter(symbol, "PRICE_FILTER");
        var lots = Filter(symbol, "LOT_SIZE");
        var marketLots = Filter(symbol, "MARKET_LOT_SIZE");
        var value = Filter(symbol, "NOTIONAL");
        var leastValue = Filter(symbol, "MIN_NOTIONAL");
        var tick = Bound(prices, "tickSize") ?? Step(symbol.OptionalInteger("quoteAssetPrecision"));
        return new VenueInstrument(
            symbol.Text("symbol"),
            symbol.Text("quoteAsset"),
            IsTradable: symbol.Text("status") == "TRADING" && symbol.OptionalFlag("isSpotTradingAllowed") != false,
            _ => tick,
            Bound(lots, "stepSize") ?? Step(symbol.OptionalInteger("baseAssetPrecision")),
            LeastQuantity: Bound(lots, "minQty"),
            MostQuantity: Bound(lots, "maxQty"),
            MostQuantityToMarket: Bound(marketLots, "maxQty"),
            LeastPrice: Bound(prices, "minPrice"),
            MostPrice: Bound(prices, "maxPrice"),
            LeastValue: Larger(Bound(value, "minNotional"), Bound(leastValue, "minNotional")),
            MostValue: Bound(value, "maxNotional"),
            Asset: symbol.Text("baseAsset"),
            IsAlwaysOpen: true)
        {
            CanShort = false,
        };
    }

    private static JsonElement? Filter(JsonElement symbol, string type)
    {
        foreach (var filter in symbol.List("filters"))
        {
            if (filter.OptionalText("filterType") == type) return filter;
        }

        return null;
    }

    private static decimal? Bound(JsonElement? filter, string name) => filter?.OptionalDecimal(name) is { } bound and > 0 ? bound : null;

    /// <summary>The last place that Binance keeps, which is the step where no filter states another.</summary>
    private static decimal Step(long? places) => new(1, 0, 0, isNegative: false, (byte)(places is >= 0 and <= VenueJson.MostPlaces ? places : Places));

    private static decimal? Larger(decimal? a, decimal? b) => a > b || b is null ? a : b;
}

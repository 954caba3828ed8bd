using System.Text;
using System.Text.Json;
using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.BrokerRouting.Brokers.Alpaca;
using AlgoStack.BrokerRouting.Brokers.Binance;
using FluentAssertions;
using Xunit;

namespace AlgoStack.BrokerRouting.Tests.Brokers;

/// <summary>What a venue says that no book can count is not read: it would end the account each time it is told.</summary>
public sealed class VenueFiguresTests
{
    private const string Time = "2026-01-05T15:00:00Z";

    [Theory]
    [InlineData("1e20", "1", "qty")]
    [InlineData("1e17", "1e14", "qty, price")]
    [InlineData("1", "1e16", "qty, price")]
    public void A_fill_that_cannot_be_booked_is_not_read_from_Alpaca(string quantity, string price, string named)
    {
        var activity = Json($$"""{"id":"a::b","order_id":"o","symbol":"AAPL","side":"buy","qty":"{{quantity}}","price":"{{price}}","transaction_time":"{{Time}}"}""");
        var update = Json(
            $$"""
            {"event":"fill","execution_id":"x","timestamp":"{{Time}}","qty":"{{quantity}}","price":"{{price}}",
             "order":{"id":"o","symbol":"AAPL","side":"buy","status":"filled","filled_qty":"1"} }
            """);

        Refused(() => AlpacaWire.ReadActivity(activity), named);
        Refused(() => AlpacaWire.ReadUpdate(update), named);
    }

    [Theory]
    [InlineData("1e20", "1", "qty")]
    [InlineData("1e17", "1e14", "qty, price")]
    public void A_fill_that_cannot_be_booked_is_not_read_from_Binance(string quantity, string price, string named)
    {
        var trade = Json($$"""{"id":1,"orderId":2,"symbol":"BTCUSDT","isBuyer":true,"qty":"{{quantity}}","price":"{{price}}","time":1767625200000}""");
        var report = Json(
            $$"""{"i":2,"s":"BTCUSDT","S":"BUY","o":"LIMIT","X":"FILLED","x":"TRADE","t":1,"l":"{{quantity}}","L":"{{price}}","z":"1","T":1767625200000}""");

        Refused(() => BinanceOrders.ReadTrade(trade), named);
        Refused(() => BinanceOrders.ReadReport(report), named == "qty" ? "l" : "l, L");
    }

    [Fact]
    public void An_average_that_cannot_be_is_not_read()
    {
        Refused(
            () => BinanceOrders.Read(Json("""{"orderId":2,"symbol":"BTCUSDT","side":"BUY","status":"FILLED","executedQty":"0.000000000000000001","cummulativeQuoteQty":"1e18"}""")), null);
        Refused(
            () => AlpacaWire.ReadOrder(Json("""{"id":"o","symbol":"AAPL","status":"filled","filled_qty":"1e18","filled_avg_price":"1e14"}""")), "filled_qty, filled_avg_price");
        Refused(() => AlpacaWire.ReadPositions(Json("""[{"symbol":"AAPL","qty":"-1e18","avg_entry_price":"1e14"}]""")), "qty, avg_entry_price");
    }

    [Theory]
    [InlineData("AAPL", "AAPL")]
    [InlineData("BTCUSD", "BTC/USD")]
    public void A_position_that_is_listed_twice_is_none(string one, string other)
    {
        var positions = Json($$"""[{"symbol":"{{one}}","asset_class":"crypto","qty":"1"},{"symbol":"{{other}}","asset_class":"crypto","qty":"2"}]""");

        Refused(() => AlpacaWire.ReadPositions(positions), "positions");
    }

    [Fact]
    public void A_balance_that_is_listed_twice_is_none()
    {
        var account = Json("""{"balances":[{"asset":"BTC","free":"1","locked":"0"},{"asset":"BTC","free":"2","locked":"0"}]}""");

        Refused(() => BinanceBroker.ReadBalances(account), "balances");
    }

    private static void Refused(Func<object> read, string? named) =>
        read.Should().Throw<JsonException>().Which.Message.Should().Contain(named is null ? "average" : $"'{named}'");

    private static JsonElement Json(string text) => VenueJson.Parse(Encoding.UTF8.GetBytes(text));
}

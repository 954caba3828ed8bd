using System.Net;
using AlgoStack.VenueSim.Tests.Running;
using FluentAssertions;
using Xunit;

namespace AlgoStack.VenueSim.Tests;

public sealed class OrderTests(VenueFixture here) : IClassFixture<VenueFixture>
{
    [Fact]
    public async Task A_client_order_id_is_taken_once_for_ever()
    {
        var symbol = await here.ListAsync(100);
        await here.PlaceAsync(Order(symbol, "once", tif: "gtc", type: "limit", limit: "90"));
        await here.Venue.TellAsync("orders/once/cancel", new { });

        var again = await here.PlaceAsync(Order(symbol, "once"));

        again.Status.Should().Be(HttpStatusCode.UnprocessableEntity);
        again.Code.Should().Be(40010001);
        again["message"].Should().Be("client_order_id must be unique");
        here.Venue.ReadLedger().Find("once").Should().ContainSingle();
    }

    [Theory]
    [InlineData("fok", null, "filled", 10)]
    [InlineData("fok", 10, "filled", 10)]
    [InlineData("fok", 9, "canceled", 0)]
    [InlineData("ioc", 9, "canceled", 9)]
    [InlineData("ioc", 0, "canceled", 0)]
    [InlineData("ioc", 12, "filled", 10)]
    [InlineData("day", 4, "partially_filled", 4)]
    public async Task What_cannot_trade_at_once_is_killed_canceled_or_waits(string timeInForce, int? available, string status, int filled)
    {
        var symbol = await here.ListAsync(100, available);
        var id = $"{timeInForce}-{available}";

        await here.PlaceAsync(Order(symbol, id, timeInForce));

        (await here.ReachAsync(id, status)).Number("filled_qty").Should().Be(filled);
    }

    [Theory]
    [InlineData("buy", "99.99", false)]
    [InlineData("buy", "100", true)]
    [InlineData("buy", "101", true)]
    [InlineData("sell", "100.01", false)]
    [InlineData("sell", "100", true)]
    [InlineData("sell", "99", true)]
    public async Task A_limit_trades_at_the_market_once_the_price_is_its_own_or_better(string side, string limit, bool trades)
    {
        var symbol = await here.ListAsync(100);
        var id = $"limit-{side}-{limit}";

        await here.PlaceAsync(Order(symbol, id, type: "limit", side: side, limit: limit));

        var order = await here.ReachAsync(id, trades ? "filled" : "new");
        if (trades) order.Number("filled_avg_price").Should().Be(100);
        await here.Venue.SetPriceAsync(symbol, side == "buy" ? 50 : 150);
        if (!trades) (await here.ReachAsync(id, "filled")).Number("filled_avg_price").Should().Be(side == "buy" ? 50 : 150);
    }

    [Fact]
    public async Task A_stop_waits_for_its_price_and_a_stop_limit_for_its_limit_too()
    {
        var symbol = await here.ListAsync(100);
        await here.PlaceAsync(Order(symbol, "stop", type: "stop", stop: "105"));
        await here.PlaceAsync(Order(symbol, "stop-limit", type: "stop_limit", stop: "105", limit: "106"));

        await here.Venue.SetPriceAsync(symbol, 104.99m);
        await here.ReachAsync("stop", "new");
        await here.Venue.SetPriceAsync(symbol, 107);
        (await here.ReachAsync("stop", "filled")).Number("filled_avg_price").Should().Be(107);
        await here.ReachAsync("stop-limit", "new");
        await here.Venue.SetPriceAsync(symbol, 104);

        (await here.ReachAsync("stop-limit", "filled")).Number("filled_avg_price").Should().Be(104);
    }

    [Fact]
    public async Task A_trailing_stop_follows_the_best_price_and_never_back()
    {
        var symbol = await here.ListAsync(100);
        await here.PlaceAsync(Order(symbol, "long"));
        await here.PlaceAsync(
            new { symbol, qty = 10, side = "sell", type = "trailing_stop", trail_price = "5", time_in_force = "gtc", client_order_id = "trail" });

        await here.Venue.SetPriceAsync(symbol, 110);
        var trailed = await here.ReachAsync("trail", "new");
        (trailed.Number("hwm"), trailed.Number("stop_price")).Should().Be((110m, 105m));
        await here.Venue.SetPriceAsync(symbol, 105.01m);
        (await here.ReachAsync("trail", "new")).Number("stop_price").Should().Be(105);
        await here.Venue.SetPriceAsync(symbol, 105);

        (await here.ReachAsync("trail", "filled")).Number("filled_avg_price").Should().Be(105);
    }

    [Fact]
    public async Task The_profit_of_an_oco_pair_cancels_its_stop()
    {
        var symbol = await here.ListAsync(100);
        await here.PlaceAsync(Order(symbol, "owned"));
        var stop = await OcoAsync(symbol, "oco-profit");

        await here.Venue.SetPriceAsync(symbol, 110);

        await here.ReachAsync("oco-profit", "filled");
        await here.ReachAsync(stop, "canceled");
        here.Venue.ReadLedger().PositionOf(symbol).Should().Be(0);
    }

    [Fact]
    public async Task The_stop_of_an_oco_pair_cancels_its_profit()
    {
        var symbol = await here.ListAsync(100);
        await here.PlaceAsync(Order(symbol, "owned-too"));
        var stop = await OcoAsync(symbol, "oco-stop");
        await here.ReachAsync(stop, "held");

        await here.Venue.SetPriceAsync(symbol, 95);

        await here.ReachAsync(stop, "filled");
        await here.ReachAsync("oco-stop", "canceled");
    }

    [Fact]
    public async Task What_one_of_a_pair_trades_is_taken_off_the_other()
    {
        var symbol = await here.ListAsync(100);
        await here.PlaceAsync(Order(symbol, "owned-again"));
        var stop = await OcoAsync(symbol, "oco-part");

        await here.Venue.SetPriceAsync(symbol, 110, available: 4);
        (await here.ReachAsync(stop, "held")).Number("qty").Should().Be(6);
        await here.Venue.SetPriceAsync(symbol, 95);

        (await here.ReachAsync(stop, "filled")).Number("filled_qty").Should().Be(6);
        (await here.ReachAsync("oco-part", "canceled")).Number("filled_qty").Should().Be(4);
        here.Venue.ReadLedger().PositionOf(symbol).Should().Be(0);
    }

    [Fact]
    public async Task Canceling_one_of_a_pair_cancels_the_other()
    {
        var symbol = await here.ListAsync(100);
        await here.PlaceAsync(Order(symbol, "owned-still"));
        var stop = await OcoAsync(symbol, "oco-canceled");

        await here.DeleteAsync($"/v2/orders/{(await here.FindAsync(stop))["id"]}");

        await here.ReachAsync("oco-canceled", "canceled");
    }

    [Fact]
    public async Task The_legs_of_a_bracket_are_held_until_all_of_its_entry_has_filled()
    {
        var symbol = await here.ListAsync(100);
        var entry = await here.PlaceAsync(new
        {
            symbol,
            qty = 10,
            side = "buy",
            type = "limit",
            limit_price = 98,
            time_in_force = "gtc",
            client_order_id = "entry",
            order_class = "bracket",
            take_profit = new { limit_price = 110 },
            stop_loss = new { stop_price = 95 },
        });
        string[] legs = [.. entry.Json.GetProperty("legs").EnumerateArray().Select(leg => leg.GetProperty("client_order_id").GetString()!)];

        await here.Venue.SetPriceAsync(symbol, 98, available: 5);
        foreach (var leg in legs) await here.ReachAsync(leg, "held");
        await here.Venue.SetPriceAsync(symbol, 97);
        await here.ReachAsync("entry", "filled");
        await here.ReachAsync(legs[0], "new");
        await here.ReachAsync(legs[1], "held");
        await here.Venue.SetPriceAsync(symbol, 94);

        await here.ReachAsync(legs[0], "canceled");
        (await here.ReachAsync(legs[1], "filled")).Number("filled_avg_price").Should().Be(94);
    }

    [Fact]
    public async Task The_legs_go_with_an_entry_that_is_canceled()
    {
        var symbol = await here.ListAsync(100);
        var entry = await here.PlaceAsync(new
        {
            symbol,
            qty = 10,
            side = "buy",
            type = "limit",
            limit_price = 98,
            time_in_force = "gtc",
            order_class = "oto",
            stop_loss = new { stop_price = 95 },
        });

        await here.DeleteAsync($"/v2/orders/{entry["id"]}");

        await here.ReachAsync(entry.Json.GetProperty("legs")[0].GetProperty("client_order_id").GetString()!, "canceled");
    }

    [Fact]
    public async Task A_replacement_has_a_new_id_and_each_names_the_other()
    {
        var symbol = await here.ListAsync(100);
        var old = await here.PlaceAsync(Order(symbol, "old", type: "limit", limit: "90"));
        await using var listener = await TradeListener.ConnectAsync(here.Venue);

        var by = await here.SendAsync(HttpMethod.Patch, $"/v2/orders/{old["id"]}", new { limit_price = "91", client_order_id = "by" });

        by["id"].Should().NotBe(old["id"]);
        (by["replaces"], by["limit_price"], by["qty"]).Should().Be((old["id"], "91", "10"));
        (await here.ReachAsync("old", "replaced"))["replaced_by"].Should().Be(by["id"]);
        await Testing.Eventually.Equal(2, () => listener.Updates.Count);
        listener.Heard("old").Should().Equal("replaced");
        listener.Heard("by").Should().Equal("new");
        var again = await here.SendAsync(HttpMethod.Patch, $"/v2/orders/{old["id"]}", new { limit_price = "92" });
        again.Code.Should().Be(42210000);
    }

    [Fact]
    public async Task Canceling_all_answers_for_each()
    {
        var symbol = await here.ListAsync(100);
        await here.DeleteAsync("/v2/orders");
        var first = await here.PlaceAsync(Order(symbol, "all-1", type: "limit", limit: "90"));
        var second = await here.PlaceAsync(Order(symbol, "all-2", type: "limit", limit: "91"));

        var answer = await here.DeleteAsync("/v2/orders");

        answer.Status.Should().Be(HttpStatusCode.MultiStatus);
        answer.Json.EnumerateArray().Select(a => a.GetProperty("id").GetString()).Should().BeEquivalentTo([first["id"], second["id"]]);
        (await here.GetAsync("/v2/orders")).Json.GetArrayLength().Should().Be(0);
        var late = await here.DeleteAsync($"/v2/orders/{first["id"]}");
        (late.Status, late["message"]).Should().Be((HttpStatusCode.UnprocessableEntity, "order is already in \"canceled\" state"));
    }

    [Fact]
    public async Task A_position_is_closed_by_an_order()
    {
        var symbol = await here.ListAsync(100);
        await here.PlaceAsync(Order(symbol, "to-close"));

        (await here.DeleteAsync($"/v2/positions/{symbol}"))["side"].Should().Be("sell");

        (await here.GetAsync($"/v2/positions/{symbol}")).Status.Should().Be(HttpStatusCode.NotFound);
        (await here.DeleteAsync($"/v2/positions/{symbol}")).Code.Should().Be(40410000);
    }

    [Fact]
    public async Task What_the_account_cannot_bear_is_refused()
    {
        var symbol = await here.ListAsync(100);
        await here.PlaceAsync(Order(symbol, "small"));

        var dear = await here.PlaceAsync(Order(symbol, "dear", qty: "1000000"));
        var more = await here.PlaceAsync(Order(symbol, "more", side: "sell", qty: "11"));

        (dear.Status, dear.Code, dear["message"]).Should().Be((HttpStatusCode.Forbidden, 40310000, "insufficient buying power"));
        (more.Status, more.Code, more.Number("available")).Should().Be((HttpStatusCode.Forbidden, 40310000, 10m));
        (await here.FindAsync("dear")).Status.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Open_orders_hold_back_what_they_would_take()
    {
        var symbol = await here.ListAsync(100);
        var before = (await here.GetAsync("/v2/account")).Number("buying_power");
        var order = await here.PlaceAsync(Order(symbol, "holding", type: "limit", limit: "90"));

        (await here.GetAsync("/v2/account")).Number("buying_power").Should().Be(before - 900);
        await here.DeleteAsync($"/v2/orders/{order["id"]}");

        (await here.GetAsync("/v2/account")).Number("buying_power").Should().Be(before);
    }

    [Fact]
    public async Task Day_orders_expire_at_the_close_and_those_taken_after_it_wait()
    {
        var symbol = await here.ListAsync(100);
        await here.PlaceAsync(Order(symbol, "of-the-day", type: "limit", limit: "90"));
        await here.PlaceAsync(Order(symbol, "for-good", type: "limit", limit: "90", tif: "gtc"));

        await here.Venue.TellAsync("market", new { open = false });
        await here.PlaceAsync(Order(symbol, "after-hours"));

        await here.ReachAsync("of-the-day", "expired");
        await here.ReachAsync("for-good", "new");
        await here.ReachAsync("after-hours", "accepted");
        (await here.GetAsync("/v2/clock")).Json.GetProperty("is_open").GetBoolean().Should().BeFalse();
        await here.Venue.TellAsync("market", new { open = true });
        await here.ReachAsync("after-hours", "filled");
    }

    [Fact]
    public async Task Orders_fill_in_parts_where_told()
    {
        var symbol = await here.ListAsync(100);
        await here.Venue.TellAsync("market", new { parts = 3 });
        await using var listener = await TradeListener.ConnectAsync(here.Venue);

        await here.PlaceAsync(Order(symbol, "parts"));

        await Testing.Eventually.Equal(4, () => listener.Heard("parts").Count());
        listener.Heard("parts").Should().Equal("new", "partial_fill", "partial_fill", "fill");
        here.Venue.ReadLedger().Fills.Where(f => f.ClientOrderId == "parts").Select(f => f.Qty).Should().Equal(4, 4, 2);
    }

    [Fact]
    public async Task A_test_may_act_as_the_market_on_closed_orders_too()
    {
        var symbol = await here.ListAsync(100);
        await here.PlaceAsync(Order(symbol, "acted", type: "limit", limit: "90"));

        await here.Venue.TellAsync("orders/acted/fill", new { qty = 4, price = 89 });
        (await here.ReachAsync("acted", "partially_filled")).Number("filled_avg_price").Should().Be(89);
        await here.Venue.TellAsync("orders/acted/cancel", new { reason = "halted" });
        (await here.ReachAsync("acted", "canceled")).Number("filled_qty").Should().Be(4);
        await here.Venue.TellAsync("orders/acted/fill", new { qty = 8 });

        (await here.ReachAsync("acted", "filled")).Number("filled_qty").Should().Be(12, "a venue can fill more than was ordered");
    }

    private static Dictionary<string, object> Order(
        string symbol,
        string id,
        string tif = "day",
        string type = "market",
        string side = "buy",
        string qty = "10",
        string? limit = null,
        string? stop = null)
    {
        var order = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["symbol"] = symbol,
            ["qty"] = qty,
            ["side"] = side,
            ["type"] = type,
            ["time_in_force"] = tif,
            ["client_order_id"] = id,
        };
        if (limit is not null) order.Add("limit_price", limit);
        if (stop is not null) order.Add("stop_price", stop);
        return order;
    }

    /// <returns>The client order id of the stop.</returns>
    private async Task<string> OcoAsync(string symbol, string id)
    {
        var answer = await here.PlaceAsync(new
        {
            symbol,
            qty = 10,
            side = "sell",
            type = "limit",
            time_in_force = "gtc",
            client_order_id = id,
            order_class = "oco",
            take_profit = new { limit_price = 110 },
            stop_loss = new { stop_price = 95 },
        });
        return answer.Json.GetProperty("legs")[0].GetProperty("client_order_id").GetString()!;
    }
}

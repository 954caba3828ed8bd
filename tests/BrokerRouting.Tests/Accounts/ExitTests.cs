using System.Net;
using System.Text.Json;
using AlgoStack.BrokerRouting.Accounts;
using AlgoStack.Contracts.Orders;
using AlgoStack.Testing;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static AlgoStack.BrokerRouting.Tests.Accounts.AccountSurroundings;

namespace AlgoStack.BrokerRouting.Tests.Accounts;

/// <summary>Brackets, one-cancels-other and one-triggers-other at a venue that takes one exit for the same shares.</summary>
public sealed class ExitTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task The_stop_rests_and_the_target_takes_its_place_once_its_price_is_seen()
    {
        await using var here = await ProvenAsync();
        var (entry, target, stop) = await BracketAsync(here);

        await SeeAsync(here, 200m);
        await here.WhenAsync(target, o => o.Status == "Filled", "the target is filled");
        await here.WhenAsync(Again(entry, OrderLeg.StopLoss), o => o.Status == "Canceled", "no stop waits any more");

        var ledger = here.Venue.ReadLedger();
        ledger.PositionOf("AAPL").Should().Be(0);
        ledger.Find(entry).Concat(ledger.Find(target)).Concat(ledger.Find(stop)).Select(o => o.Status).Should().Equal("filled", "filled", "canceled");
        ledger.Orders.Should().HaveCount(3);
        (await here.KindsAsync(target)).Should().ContainInOrder("order_requested", "order_approved", "order_touched", "order_submitted", "order_filled");
    }

    [Fact]
    public async Task A_stop_that_trades_ends_the_bracket()
    {
        await using var here = await ProvenAsync();
        var (_, target, stop) = await BracketAsync(here);

        await here.Venue.SetPriceAsync("AAPL", 179m);
        await here.WhenAsync(stop, o => o.Status == "Filled", "the stop is filled");
        await here.WhenAsync(target, o => o.Status == "Canceled", "the target is taken back");

        here.Venue.ReadLedger().PositionOf("AAPL").Should().Be(0);
    }

    [Fact]
    public async Task What_both_could_close_at_once_is_closed_once()
    {
        await using var here = await ProvenAsync();
        var (_, target, stop) = await BracketAsync(here);

        // The stop trades at the venue while its cancel is on its way.
        here.Routing.Services.GetRequiredService<AccountDesks>().Find(Account)!.Mark(Prices(200m));
        await here.Venue.SetPriceAsync("AAPL", 179m);
        await here.Venue.SetPriceAsync("AAPL", 201m);

        await here.WhenAsync(target, o => o.Status is "Filled" or "Canceled", "the target is done");
        await here.WhenAsync(stop, o => o.Status is "Filled" or "Canceled", "the stop is done");
        var ledger = here.Venue.ReadLedger();
        ledger.PositionOf("AAPL").Should().Be(0);
        ledger.Fills.Where(f => f.Side == "sell").Sum(f => f.Qty).Should().Be(10);
    }

    [Fact]
    public async Task A_service_that_ends_between_the_stop_and_the_target_puts_the_stop_back_first()
    {
        await using var here = await ProvenAsync();
        var (entry, target, stop) = await BracketAsync(here);

        // The venue takes the stop back, and the word of it does not arrive.
        await here.Venue.SwitchFaultsAsync(new { seed = 1, lost_event = 1.0, slow_answer = 1.0, slow_ms = 60_000 });
        here.Routing.Services.GetRequiredService<AccountDesks>().Find(Account)!.Mark(Prices(200m));
        await Eventually.True(() => Task.FromResult(here.Venue.ReadLedger().Find(stop).Single().Status == "canceled"), what: "the stop is back");
        await here.StopRoutingAsync();
        here.Venue.ReadLedger().Find(target).Should().BeEmpty();
        await here.Venue.SwitchFaultsAsync(new { });
        await here.StartRoutingAsync();

        var again = Again(entry, OrderLeg.StopLoss);
        await here.WhenAsync(again, o => o.Status == "Accepted", "a stop rests again");
        var ledger = here.Venue.ReadLedger();
        ledger.Find(again).Should().ContainSingle().Which.Qty.Should().Be(10);
        ledger.Find(target).Should().BeEmpty();

        await SeeAsync(here, 200m);
        await here.WhenAsync(Again(entry, OrderLeg.TakeProfit), o => o.Status == "Filled", "the target is filled");
        here.Venue.ReadLedger().PositionOf("AAPL").Should().Be(0);
    }

    [Fact]
    public async Task Of_what_is_held_one_exit_cancels_the_other_and_one_taken_back_takes_the_other()
    {
        await using var here = await ProvenAsync();
        var entry = await here.OrderAsync("entry", Buy(10, 191m));
        await here.WhenAsync(entry.OrderId, o => o.Status == "Filled", "the entry is filled");

        var target = await here.OrderAsync("oco", Buy(10, 200m) with { Side = "Sell", ReduceOnly = true, StopLoss = new StopLoss(180m, 179m) });
        var stop = target.Exits!.Single(e => e.Leg == "StopLoss");
        target.Exits!.Select(e => (e.OrderId == target.OrderId, e.Type, e.LimitPrice, e.StopPrice)).Should().Equal((true, "Limit", 200m, null), (false, "StopLimit", 179m, 180m));
        await here.WhenAsync(stop.OrderId, o => o.Status == "Accepted", "the stop rests");
        here.Venue.ReadLedger().Find(target.OrderId).Should().BeEmpty();

        using var canceled = await here.Routing.Http.DeleteAsync($"/orders/{target.OrderId}");
        canceled.StatusCode.Should().Be(HttpStatusCode.Accepted);
        await here.WhenAsync(stop.OrderId, o => o.Status == "Canceled", "the stop goes with it");
        here.Venue.ReadLedger().PositionOf("AAPL").Should().Be(10);
    }

    [Fact]
    public async Task An_entry_triggers_its_stop_for_what_it_has_traded()
    {
        await using var here = await ProvenAsync();
        await here.Venue.SetPriceAsync("AAPL", 190m, available: 4);

        var entry = await here.OrderAsync("oto", Buy(10, 191m) with { StopLoss = new StopLoss(180m) });
        var stop = entry.Exits!.Should().ContainSingle().Subject;
        stop.OrderId.Should().Be(ClientOrderId.ForExit(entry.OrderId, OrderLeg.StopLoss, 0).Value);
        await here.WhenAsync(stop.OrderId, o => o.Status == "Accepted", "the stop rests while the entry works");
        using var canceled = await here.Routing.Http.DeleteAsync($"/orders/{entry.OrderId}");
        await here.WhenAsync(entry.OrderId, o => o.Status == "Canceled", "the entry is back");

        here.Venue.ReadLedger().Find(stop.OrderId).Should().ContainSingle().Which.Should().Match<AlgoStack.Testing.Venues.VenueOrder>(o => o.Qty == 4 && o.Status == "open");
    }

    [Fact]
    public async Task Exits_on_the_wrong_sides_are_no_order()
    {
        await using var here = await ProvenAsync();

        using var crossed = await here.PlaceAsync("crossed", Buy(10, 191m) with { TakeProfit = new TakeProfit(180m), StopLoss = new StopLoss(200m) });
        crossed.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        using var offTick = await here.PlaceAsync("off-tick", Buy(10, 191m) with { StopLoss = new StopLoss(180.001m) });
        offTick.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        (await offTick.Content.ReadAsStringAsync()).Should().Contain("venue_rules");

        here.Venue.ReadLedger().Orders.Should().BeEmpty();
    }

    [Fact]
    public async Task Every_kind_of_order_reaches_the_venue_as_it_was_meant_and_others_are_denied()
    {
        await using var here = await ProvenAsync();
        await SeeAsync(here, 190m);
        var plain = new SubmitOrder(Account, "AAPL.ALPACA", "Buy", "Market", 1);
        SubmitOrder[] taken =
        [
            .. from time in new[] { "Day", "Gtc", "Ioc", "Fok" }
               from order in new[] { plain, plain with { Type = "Limit", LimitPrice = 189m } }
               select order with { TimeInForce = time },
            .. from time in new[] { "Day", "Gtc" }
               from order in new[]
               {
                   plain with { Type = "Stop", StopPrice = 195m },
                   plain with { Type = "StopLimit", StopPrice = 195m, LimitPrice = 196m },
                   plain with { Type = "TrailingStop", TrailBy = 2m },
               }
               select order with { TimeInForce = time },
        ];
        var ids = new Dictionary<string, SubmitOrder>(StringComparer.Ordinal);
        for (var i = 0; i < taken.Length; i++) ids.Add((await here.OrderAsync($"kind-{i}", taken[i])).OrderId, taken[i]);
        await Eventually.True(() => Task.FromResult(here.Venue.ReadLedger().Orders.Count == taken.Length), what: "all are there");

        var listed = JsonDocument.Parse(await here.Venue.Http.GetStringAsync(new Uri("/sim/orders", UriKind.Relative))).RootElement.EnumerateArray().ToList();
        foreach (var order in listed)
        {
            var meant = ids[order.GetProperty("client_order_id").GetString()!];
            Word(order, "type").Should().Be(meant.Type switch { "StopLimit" => "stop_limit", "TrailingStop" => "trailing_stop", var type => type.ToLowerInvariant() });
            Word(order, "time_in_force").Should().Be(meant.TimeInForce!.ToLowerInvariant());
            Number(order, "limit_price").Should().Be(meant.LimitPrice);
            Number(order, "trail_price").Should().Be(meant.TrailBy);
            if (meant.StopPrice is { } stop) Number(order, "stop_price").Should().Be(stop);
        }

        SubmitOrder[] denied =
        [
            plain with { Type = "Stop", StopPrice = 195m, TimeInForce = "Ioc" },
            plain with { Type = "Limit", LimitPrice = 189m, PostOnly = true },
            plain with { Type = "TrailingStop", TrailBy = 2m, StopPrice = 195m },
            plain with { Type = "Limit", LimitPrice = 189m, Quantity = 0.5m, TimeInForce = "Gtc" },
        ];
        for (var i = 0; i < denied.Length; i++)
        {
            using var answer = await here.PlaceAsync($"denied-{i}", denied[i]);
            (await answer.Content.ReadAsStringAsync()).Should().Contain("unsupported_order");
        }

        static string? Word(JsonElement order, string name) => order.GetProperty(name).GetString();
        static decimal? Number(JsonElement order, string name) =>
            order.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? decimal.Parse(value.GetString()!, System.Globalization.CultureInfo.InvariantCulture) : null;
    }

    private async Task<AccountSurroundings> ProvenAsync()
    {
        var here = await AccountSurroundings.StartAsync(servers);
        await here.Venue.SetPriceAsync("AAPL", 190m);
        await here.ProvenAsync();
        return here;
    }

    /// <summary>10 bought at 190, to be sold at 200 or 180; its stop rests.</summary>
    private static async Task<(string Entry, string Target, string Stop)> BracketAsync(AccountSurroundings here)
    {
        var entry = await here.OrderAsync("bracket", Buy(10, 191m) with { TakeProfit = new TakeProfit(200m), StopLoss = new StopLoss(180m) });
        var (target, stop) = (entry.Exits!.Single(e => e.Leg == "TakeProfit").OrderId, entry.Exits!.Single(e => e.Leg == "StopLoss").OrderId);
        await here.WhenAsync(stop, o => o.Status == "Accepted", "the stop rests");
        return (entry.OrderId, target, stop);
    }

    private static async Task SeeAsync(AccountSurroundings here, decimal price)
    {
        await here.Venue.SetPriceAsync("AAPL", price);
        here.Routing.Services.GetRequiredService<AccountDesks>().Find(Account)!.Mark(Prices(price));
    }

    private static Dictionary<InstrumentId, (double, DateTimeOffset)> Prices(decimal price) =>
        new() { [new InstrumentId("AAPL.ALPACA")] = ((double)price, TimeProvider.System.GetUtcNow()) };

    private static string Again(string entry, OrderLeg leg) => ClientOrderId.ForExit(entry, leg, 1).Value;
}

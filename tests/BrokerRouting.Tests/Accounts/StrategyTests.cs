using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using AlgoStack.Trading.Orders;
using FluentAssertions;
using Xunit;
using static AlgoStack.BrokerRouting.Tests.Accounts.StrategySurroundings;

namespace AlgoStack.BrokerRouting.Tests.Accounts;

/// <summary>From a signal of the live session on the bus to an order in the venue's own file.</summary>
[BeginsEarly(2)]
public sealed class StrategyTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    // A tenth of 100,000 buys 52 at 190.
    private const decimal Size = 52;

    [Fact]
    public async Task A_signal_is_one_order_at_the_venue_however_often_it_comes_and_whenever_the_service_dies()
    {
        await using var here = await StrategySurroundings.StartAsync(servers);
        var entry = here.Feed.Next(190, "Long");
        await here.AnnounceAsync(entry);
        await here.HoldsAsync(Size);

        await here.AnnounceAsync(entry);
        await here.KillRoutingAsync();
        await here.AnnounceAsync(entry);
        await here.StartRoutingAsync();
        await here.AnnounceAsync(entry);

        // It is on the bus when the service dies, and may have been decided, committed or sent by then.
        var exit = here.Feed.Next(191, "Flat");
        await here.AnnounceAsync(exit);
        await here.KillRoutingAsync();
        await here.StartRoutingAsync();
        await here.AnnounceAsync(exit);
        await here.HoldsAsync(0);

        here.Venue.ReadLedger().Orders.Select(o => (o.ClientOrderId, o.Side, o.Qty)).Should().Equal((OrderOf(entry), "buy", Size), (OrderOf(exit), "sell", Size));
    }

    [Fact]
    public async Task What_the_bus_skipped_is_asked_for_and_an_entry_that_comes_too_late_is_denied_but_closing_is_not()
    {
        await using var here = await StrategySurroundings.StartAsync(servers);
        await here.AnnounceAsync(here.Feed.Next(190, age: TimeSpan.FromMinutes(10)));
        var late = here.Feed.Next(190, "Long", age: TimeSpan.FromMinutes(9));
        await here.AnnounceAsync(late);
        await Eventually.True(async () => (await here.OrdersAsync()).Any(o => o.OrderId == OrderOf(late) && o.Code == "stale_signal"), what: "the late entry is denied");

        here.Feed.Next(190, "Flat", age: TimeSpan.FromMinutes(8));
        var skipped = here.Feed.Next(190, "Long");
        await here.AnnounceAsync(here.Feed.Next(190));
        await here.HoldsAsync(Size);

        here.Venue.ReadLedger().Orders.Should().ContainSingle().Which.ClientOrderId.Should().Be(OrderOf(skipped));
    }

    [Fact]
    public async Task A_strategy_is_known_and_can_be_paused_before_its_first_signal()
    {
        await using var here = await StrategySurroundings.StartAsync(servers);
        (await here.AccountAsync()).Strategies.Should().Equal(LiveFeed.Strategy);
        await here.PauseAsync();

        var entry = here.Feed.Next(190, "Long");
        await here.AnnounceAsync(entry);

        await Eventually.True(async () => (await here.OrdersAsync()).Any(o => o.OrderId == OrderOf(entry) && o.Code == "halted"), what: "the entry is denied");
        here.Venue.ReadLedger().Orders.Should().BeEmpty();
    }

    [Fact]
    public async Task An_account_whose_venue_is_away_holds_up_no_other()
    {
        await using var here = await StrategySurroundings.StartAsync(servers, isOtherAway: true);

        // Half a minute each is what the other asks its venue for in vain.
        for (var i = 0; i < 4; i++) await here.AnnounceAsync(here.Feed.Next(190, "Flat"));
        await here.AnnounceAsync(here.Feed.Next(190, "Long"));

        await here.HoldsAsync(Size);
    }

    [Fact]
    public async Task What_rang_before_a_death_and_was_not_done_is_done_after_it_though_nothing_rings()
    {
        await using var here = await StrategySurroundings.StartAsync(servers);
        await here.AnnounceAsync(here.Feed.Next(190, "Long"));
        await here.HoldsAsync(Size);

        await here.KillRoutingAsync();
        here.Feed.Next(190, "Flat");
        await here.StartRoutingAsync();

        await here.HoldsAsync(0);
    }

    [Fact]
    public async Task A_position_is_protected_by_its_stop_which_gives_way_when_the_strategy_turns_round_in_two_orders()
    {
        await using var here = await StrategySurroundings.StartAsync(servers);
        var entry = here.Feed.Next(190, "Long", stop: 180);
        await here.AnnounceAsync(entry);
        await here.HoldsAsync(Size);
        await here.WorksAsync(OrderOf(entry, leg: 2));

        var turn = here.Feed.Next(190, "Short");
        await here.AnnounceAsync(turn);
        await here.HoldsAsync(-Size);

        var ledger = here.Venue.ReadLedger();
        ledger.Find(OrderOf(entry, leg: 2)).Should().ContainSingle().Which.Should().Match<Testing.Venues.VenueOrder>(o => o.Side == "sell" && o.Qty == Size && o.Status == "canceled");
        ledger.Find(OrderOf(turn)).Should().ContainSingle().Which.Qty.Should().Be(Size);
        ledger.Orders.Should().HaveCount(4);
    }

    [Fact]
    public async Task A_position_whose_target_had_its_turn_when_the_service_died_has_its_stop_again_after_it()
    {
        await using var here = await StrategySurroundings.StartAsync(servers);
        var entry = here.Feed.Next(190, "Long", target: 200, stop: 180);
        await here.AnnounceAsync(entry);
        await here.HoldsAsync(Size);
        var (stop, target) = (OrderOf(entry, leg: 2), OrderOf(entry, leg: 3));
        await here.WorksAsync(stop);

        // The market has seen the target, and gone back before it was there.
        await here.AnnounceAsync(here.Feed.Next(200));
        await here.WorksAsync(target);
        here.Venue.ReadLedger().Find(stop).Should().ContainSingle().Which.Status.Should().Be("canceled");
        await here.KillRoutingAsync();
        await here.StartRoutingAsync();

        var again = ClientOrderId.ForExit(target, OrderLeg.StopLoss, 1).Value;
        await here.WorksAsync(again);
        (await here.OrderAsync(target)).Exits!.Select(o => o.OrderId).Should().Contain([target, stop, again], "what its stop has traded counts, too");
        here.Venue.ReadLedger().Find(target).Should().ContainSingle().Which.Status.Should().Be("canceled");
    }
}

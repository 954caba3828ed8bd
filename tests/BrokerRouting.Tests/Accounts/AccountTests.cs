using System.Net;
using System.Net.Http.Json;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;
using static AlgoStack.BrokerRouting.Tests.Accounts.AccountSurroundings;

namespace AlgoStack.BrokerRouting.Tests.Accounts;

public sealed class AccountTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task An_order_goes_from_the_wish_to_the_venue_and_its_fills_into_the_books()
    {
        await using var here = await AccountSurroundings.StartAsync(servers);
        await here.Venue.SetPriceAsync("AAPL", 190m);
        await here.ProvenAsync();

        var placed = await here.OrderAsync("first", Buy(10, 191m));
        await here.WhenAsync(placed.OrderId, o => o.Status == "Filled", "the order is filled");

        var ledger = here.Venue.ReadLedger();
        ledger.Find(placed.OrderId).Should().ContainSingle();
        ledger.PositionOf("AAPL").Should().Be(10);
        await here.WhenAsync(a => a.Cash.Single(c => c.Asset == "USD").Balance == ledger.Cash, "our cash is the venue's");

        var history = await here.Routing.GetAsync<IReadOnlyList<OrderHistoryItem>>($"/orders/{placed.OrderId}/events");
        history.Select(h => h.Kind).Should().Equal("order_requested", "order_approved", "order_submitted", "order_accepted", "order_filled");
    }

    [Fact]
    public async Task One_whose_answer_was_lost_is_looked_up_and_not_sent_again()
    {
        await using var here = await AccountSurroundings.StartAsync(servers);
        await here.Venue.SetPriceAsync("AAPL", 190m);
        await here.ProvenAsync();

        await here.Venue.SwitchFaultsAsync(new { seed = 1, accept_then_error = 1.0 });
        var placed = await here.OrderAsync("lost", Buy(10, 191m));
        await here.WhenAsync(placed.OrderId, o => o.Status == "Filled", "the order is filled");

        here.Venue.ReadLedger().Find(placed.OrderId).Should().ContainSingle();
        (await here.KindsAsync(placed.OrderId)).Should().ContainInOrder("order_submitted", "order_accepted", "order_filled");
    }

    [Fact]
    public async Task What_traded_while_we_were_down_is_booked_before_any_order_leaves()
    {
        await using var here = await AccountSurroundings.StartAsync(servers);
        await here.Venue.SetPriceAsync("AAPL", 190m);
        var before = await here.ProvenAsync();
        var resting = await here.OrderAsync("resting", Buy(10, 150m));
        await here.WhenAsync(resting.OrderId, o => o.Status == "Accepted", "the order rests");

        await here.StopRoutingAsync();
        await here.Venue.SetPriceAsync("AAPL", 149m);
        await here.StartRoutingAsync();
        await here.WhenAsync(a => a.IsProven && a.ReconciledAt > before.ReconciledAt, "the account is proven anew");

        var state = await here.Routing.GetAsync<OrderState>($"/orders/{resting.OrderId}");
        state.Status.Should().Be("Filled");
        var ledger = here.Venue.ReadLedger();
        await here.WhenAsync(a => a.Cash.Single(c => c.Asset == "USD").Balance == ledger.Cash, "our cash is the venue's");
    }

    [Fact]
    public async Task Nothing_leaves_while_the_venue_is_gone_and_what_waits_leaves_once_it_is_proven_again()
    {
        await using var here = await AccountSurroundings.StartAsync(servers);
        await here.Venue.SetPriceAsync("AAPL", 190m);
        await here.ProvenAsync();
        var first = await here.OrderAsync("before", Buy(1, 191m));
        await here.WhenAsync(first.OrderId, o => o.Status == "Filled", "the first is filled");

        await here.Venue.KillAsync();
        await here.WhenAsync(a => !a.IsProven, "the account is not proven any more");
        var waiting = await here.OrderAsync("while-gone", Buy(2, 191m));
        waiting.Status.Should().Be("Approved");
        await here.Venue.RestartAsync();

        await here.WhenAsync(waiting.OrderId, o => o.Status == "Filled", "the second is filled");
        (await here.KindsAsync(waiting.OrderId)).Should().StartWith(["order_requested", "order_approved", "order_submitted"]);
        here.Venue.ReadLedger().PositionOf("AAPL").Should().Be(3);
    }

    [Fact]
    public async Task The_proof_of_the_life_before_is_not_shown_as_one_of_this_life()
    {
        await using var here = await AccountSurroundings.StartAsync(servers);
        await here.Venue.SetPriceAsync("AAPL", 190m);
        await here.ProvenAsync();
        var held = await here.OrderAsync("held", Buy(1, 191m));
        await here.WhenAsync(held.OrderId, o => o.Status == "Filled", "the order is filled");
        await here.ProvenAsync();

        // Killed first, the venue would be missed, and the log would say so.
        await here.StopRoutingAsync();
        await here.Venue.KillAsync();
        await here.StartRoutingAsync();

        var account = await here.Routing.GetAsync<AccountView>($"/accounts/{Account}");
        account.IsProven.Should().BeFalse();
        account.GatedBecause.Should().NotBeNullOrEmpty();
        (await here.Routing.GetAsync<IReadOnlyList<AccountView>>("/accounts")).Should().ContainSingle().Which.IsProven.Should().BeFalse();
    }

    [Fact]
    public async Task An_account_says_whether_it_trades_real_money_and_guesses_nothing_of_an_address_of_its_own()
    {
        await using var here = await AccountSurroundings.StartAsync(servers);
        (await here.ProvenAsync()).IsLive.Should().BeNull();

        await here.StopRoutingAsync();
        here.Settings["Alpaca:Live"] = "true";
        await here.StartRoutingAsync();
        (await here.ProvenAsync()).IsLive.Should().BeTrue();
    }

    [Fact]
    public async Task A_key_is_one_order_however_often_it_comes_and_a_halt_lets_none_leave()
    {
        await using var here = await AccountSurroundings.StartAsync(servers);
        await here.Venue.SetPriceAsync("AAPL", 190m);
        await here.ProvenAsync();

        var orders = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => here.PlaceAsync("same", Buy(1, 191m))));
        foreach (var order in orders) order.Dispose();
        var again = await here.OrderAsync("same", Buy(1, 191m));
        await here.WhenAsync(again.OrderId, o => o.Status == "Filled", "the order is filled");
        here.Venue.ReadLedger().Orders.Should().ContainSingle();

        using var halted = await here.Routing.Http.PostAsJsonAsync("/halt", new HaltTrading("a drill"));
        halted.EnsureSuccessStatusCode();
        using var denied = await here.PlaceAsync("halted", Buy(1, 191m));
        denied.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        (await denied.Content.ReadAsStringAsync()).Should().Contain("\"halted\"");
        here.Venue.ReadLedger().Orders.Should().ContainSingle();
    }

    [Fact]
    public async Task A_position_that_is_not_ours_is_a_drift_that_holds_its_instrument_until_it_is_adopted()
    {
        await using var here = await AccountSurroundings.StartAsync(servers);
        await here.Venue.SetPriceAsync("AAPL", 190m);
        await here.ProvenAsync();
        var first = await here.OrderAsync("ours", Buy(1, 191m));
        await here.WhenAsync(first.OrderId, o => o.Status == "Filled", "ours is filled");

        await here.Venue.TellAsync("orphans", new { symbol = "AAPL", side = "buy", qty = "5", price = "190" });
        var drifted = await here.WhenAsync(a => a.Drifts.Any(d => d.Kind == "Position"), "the drift is found");
        var held = await here.OrderAsync("held-back", Buy(1, 191m));
        held.Status.Should().Be("Approved");

        foreach (var drift in drifted.Drifts.Where(d => d.Kind is "Position" or "Cash"))
        {
            using var resolved = await here.Routing.Http.PostAsJsonAsync($"/accounts/{Account}/drifts/resolve", new ResolveDrift(drift.DriftId, Adopt: true, "bought by hand"));
            resolved.EnsureSuccessStatusCode();
        }

        await here.WhenAsync(held.OrderId, o => o.Status == "Filled", "what was held back trades");
        here.Venue.ReadLedger().PositionOf("AAPL").Should().Be(7);
        await here.WhenAsync(a => a.Drifts.Count == 0, "nothing differs any more");
    }
}

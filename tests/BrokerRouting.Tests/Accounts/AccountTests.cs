using AlgoStack.Contracts.Orders;
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
}

using System.Net.Http.Json;
using AlgoStack.Contracts.Orders;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;
using static AlgoStack.BrokerRouting.Tests.Accounts.AccountSurroundings;

namespace AlgoStack.BrokerRouting.Tests.Accounts;

public sealed class OrderNewsTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task Whoever_listens_is_told_of_doubts_changes_and_wishes_to_cancel()
    {
        await using var here = await AccountSurroundings.StartAsync(servers);
        await here.Venue.SetPriceAsync("AAPL", 190m);
        await here.ProvenAsync();

        // Neither the answer nor the event arrives: only asking tells.
        await here.Venue.SwitchFaultsAsync(new { seed = 1, accept_then_drop = 1.0, lost_event = 1.0 });
        var order = (await here.OrderAsync("in-doubt", Buy(10, 150m))).OrderId;
        await here.WhenAsync(order, o => o.Status == "Accepted", "the order was looked up");
        await here.Venue.SwitchFaultsAsync(new { });
        using (var replaced = await here.Routing.Http.PatchAsync($"/orders/{order}", JsonContent.Create(new ReplaceOrder(Quantity: 20))))
            replaced.EnsureSuccessStatusCode();
        await here.WhenAsync(order, o => o.Quantity == 20, "the order is replaced");
        using (var canceled = await here.Routing.Http.DeleteAsync($"/orders/{order}")) canceled.EnsureSuccessStatusCode();
        await here.WhenAsync(order, o => o.Status == "Canceled", "the order is taken back");

        await Eventually.True(() => here.Told.Any(page => page.Canceled.Any(o => o.OrderId == order)), what: "the end is told");
        var positions = new[]
        {
            here.Told.SelectMany(page => page.BecameUnknown ?? []).First(o => o.OrderId == order).Position,
            here.Told.SelectMany(page => page.Reconciled ?? []).First(o => o.OrderId == order && o.IsAtVenue).Position,
            here.Told.SelectMany(page => page.Replaced ?? []).Single(o => o.OrderId == order && o.Quantity == 20).Position,
            here.Told.SelectMany(page => page.CancelRequested ?? []).Single(o => o.OrderId == order).Position,
        };
        positions.Should().BeInAscendingOrder();
    }
}

using AlgoStack.Trading.Accounts;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Venues;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Engine.Tests.Accounts;

/// <summary>The account's engine against a venue that answers late, twice, or never, and a process that dies.</summary>
public sealed class AccountSimulationTests
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("ALGOSTACK_TEST_ALL") == "1";

    [Theory]
    [InlineData(ClientIdScope.Forever)]
    [InlineData(ClientIdScope.OpenOrders)]
    public void Whatever_happens_on_the_way_positions_and_cash_are_the_venues_and_no_order_is_there_twice(ClientIdScope clientIds)
    {
        var seeds = IsLong ? 1_000 : 50;
        var broken = new List<string>();
        for (var seed = 0; seed < seeds; seed++)
        {
            foreach (var why in Breaks(seed, 100, clientIds)) broken.Add($"seed {seed}: {why}");
        }

        broken.Should().BeEmpty();
    }

    private static IEnumerable<string> Breaks(int seed, int orders, ClientIdScope clientIds)
    {
        var simulation = new AccountSimulation(seed, orders, new Adversity(), clientIds);
        simulation.Run();

        var (engine, venue) = (simulation.Engine, simulation.Venue);
        foreach (var id in simulation.Unannounced) yield return $"{id} reached the venue before the log had it";
        foreach (var twice in venue.Orders.GroupBy(o => o.Order.ClientId, StringComparer.Ordinal).Where(g => g.Count() > 1)) yield return $"{twice.Key} is at the venue {twice.Count()} times";
        if (!engine.IsProven) yield return $"the account is not proven: {engine.GatedBecause}";
        foreach (var drift in engine.Drifts) yield return $"drift {drift.DriftId}: {drift.Detail}";

        foreach (var symbol in venue.Prices.Keys)
        {
            var held = engine.PositionOf(new($"{symbol}.VEN")).Held;
            if (held != venue.Positions.GetValueOrDefault(symbol)) yield return $"{symbol}: {held} in the books, {venue.Positions.GetValueOrDefault(symbol)} at the venue";
        }

        var cash = simulation.Log.OfType<CashMoved>().LastOrDefault()?.Balance;
        if (cash is not null && cash != venue.Cash) yield return $"cash: {cash} in the books, {venue.Cash} at the venue";

        var states = simulation.Log.OfType<OrderEvent>().GroupBy(e => e.OrderId).Select(g => Order.From(g)!).ToList();
        if (states.Count != orders) yield return $"{states.Count} of {orders} orders are in the log";
        foreach (var order in states)
        {
            var theirs = venue.Find(order.Id.Value);
            if (theirs is null && order.Filled > 0) yield return $"{order.Id} has fills, and the venue does not know it";
            if (theirs is not null && theirs.Filled != order.Filled) yield return $"{order.Id} has filled {order.Filled}, at the venue {theirs.Filled}";
            if (theirs is not null && theirs.Status.IsFinal() != order.Status.IsFinal()) yield return $"{order.Id} is {order.Status}, at the venue {theirs.Status}";
            if (theirs is null && !order.Status.IsFinal()) yield return $"{order.Id} is {order.Status}, and the venue does not know it";
        }

        var isProven = false;
        foreach (var stored in simulation.Log)
        {
            if (stored is AccountGated) isProven = false;
            if (stored is AccountReconciled) isProven = true;
            if (stored is OrderSubmitted submitted && !isProven) yield return $"{submitted.OrderId} left before the account was proven";
        }

        var folded = simulation.Folded();
        foreach (var order in engine.Orders)
        {
            if (folded.Find(order.Id) is not { } again || again.Status != order.Status || again.Filled != order.Filled || again.Quantity != order.Quantity)
                yield return $"{order.Id} is {order.Status}, and from the log {folded.Find(order.Id)?.Status}";
        }
    }
}

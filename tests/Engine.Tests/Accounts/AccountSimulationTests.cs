using System.Globalization;
using AlgoStack.Trading.Accounts;
using AlgoStack.Trading.Executions;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Venues;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Engine.Tests.Accounts;

/// <summary>The account's engine against a venue that answers late, twice, or never, and a process that dies.</summary>
public sealed class AccountSimulationTests
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("ALGOSTACK_TEST_ALL") == "1";
    private int _stops;
    private int _touches;
    private int _slices;
    private int _closings;

    /// <summary>One seed alone, as a failing test names it.</summary>
    private static readonly int? OneSeed = int.TryParse(Environment.GetEnvironmentVariable("ALGOSTACK_TEST_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : null;

    [Theory]
    [InlineData(ClientIdScope.Forever, false)]
    [InlineData(ClientIdScope.OpenOrders, false)]
    [InlineData(ClientIdScope.OpenOrders, true)]
    public void Whatever_happens_on_the_way_positions_and_cash_are_the_venues_and_no_order_is_there_twice(ClientIdScope clientIds, bool canReduceOnly)
    {
        var broken = new List<string>();
        var seeds = Seeds(IsLong ? 1_000 : 50).ToList();
        foreach (var seed in seeds)
        {
            var simulation = new AccountSimulation(seed, IsLong ? 500 : 100, new Adversity(), clientIds, canReduceOnly);
            broken.AddRange(Breaks(simulation, seed, canReduceOnly));
            _touches += simulation.Log.OfType<OrderTouched>().Count();
            _closings += simulation.Streams.Count(s => Order.From(s) is { Intent.Closes: true, Filled: > 0 });
            _slices += simulation.Streams.Count(s => Order.From(s) is { Intent.Execution: not null, Filled: > 0 });
            _stops += simulation.Streams.Count(s => Order.From(s) is { Intent.Leg: OrderLeg.StopLoss, Filled: > 0 });
        }

        broken.Should().BeEmpty();
        _touches.Should().BeGreaterThan(canReduceOnly || OneSeed is not null ? -1 : seeds.Count, "targets are to be reached");
        _stops.Should().BeGreaterThan(OneSeed is null ? seeds.Count : -1, "stops are to trade");
        _closings.Should().BeGreaterThan(OneSeed is null ? seeds.Count : -1, "closings are to trade");
        _slices.Should().BeGreaterThan(OneSeed is null ? 2 * seeds.Count : -1, "slices are to trade");
    }

    [Fact]
    public void Wherever_the_process_dies_on_an_orders_way_nothing_is_lost_or_done_twice()
    {
        var broken = new List<string>();
        foreach (var point in Failpoint.All)
        {
            var deaths = 0;
            foreach (var seed in Seeds(IsLong ? 50 : 5))
            {
                var simulation = new AccountSimulation(seed, 160, new Adversity(Crash: 0, LostRequest: 0.1, LostAnswer: 0.1, Disconnect: 0.03), ClientIdScope.Forever, diesAt: point);
                broken.AddRange(Breaks(simulation, seed, canReduceOnly: false).Select(why => $"dead {point}, {why}"));
                if (simulation.HasDied) deaths++;
            }

            // Not every seed changes an order.
            if (deaths == 0 && OneSeed is null) broken.Add($"never came {point}");
        }

        broken.Should().BeEmpty();
        Failpoint.All.Should().OnlyHaveUniqueItems().And.HaveCountGreaterThanOrEqualTo(2 * 14);
    }

    private static IEnumerable<int> Seeds(int count) => OneSeed is { } one ? [one] : Enumerable.Range(0, count);

    private static string Of(int seed) => $"ALGOSTACK_TEST_SEED={seed}{(IsLong ? " ALGOSTACK_TEST_ALL=1" : "")} dotnet test tests/Engine.Tests --filter {nameof(AccountSimulationTests)}:";

    private static IEnumerable<string> Breaks(AccountSimulation simulation, int seed, bool canReduceOnly)
    {
        simulation.Run();
        return Breaks(simulation, canReduceOnly).Select(why => $"{Of(seed)} {why}");
    }

    private static IEnumerable<string> Breaks(AccountSimulation simulation, bool canReduceOnly)
    {
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

        var states = simulation.Streams.Select(stream => Order.From(stream)!).ToList();
        var wished = states.Count(o => o.Intent is { Leg: null, Execution: null, Closes: false } || o.Intent.OneCancelsOther == o.Id.Value);
        if (wished != simulation.Wished) yield return $"{wished} of {simulation.Wished} orders are in the log";
        foreach (var why in ExecutionBreaks(states, simulation)) yield return why;
        foreach (var why in GroupBreaks(states, simulation, canReduceOnly)) yield return why;
        foreach (var order in states)
        {
            // As it was placed, and what took its place.
            var theirs = new List<VenueSideOrder>();
            for (var next = venue.Find(order.Id.Value); next is not null; next = next.ReplacedBy) theirs.Add(next);

            var filled = theirs.Sum(o => o.Filled);
            if (filled != order.Filled) yield return $"{order.Id} has filled {order.Filled}, at the venue {filled}";
            if (theirs is [.., var last] && last.Status.IsFinal() != order.Status.IsFinal()) yield return $"{order.Id} is {order.Status}, at the venue {last.Status}";
            if (theirs is [.., var working] && !order.Status.IsFinal() && working.Order.LimitPrice != order.LimitPrice) yield return $"{order.Id} has the limit {order.LimitPrice}, at the venue {working.Order.LimitPrice}";
            if (theirs is [] && !order.Status.IsFinal() && order is not { Status: OrderStatus.Approved, Intent.Leg: not null }) yield return $"{order.Id} is {order.Status}, and the venue does not know it";
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

    /// <summary>A parent order comes to its end, and never to more than it is for.</summary>
    private static IEnumerable<string> ExecutionBreaks(List<Order> orders, AccountSimulation simulation)
    {
        foreach (var parent in simulation.TooMuch) yield return $"more of execution {parent} was at the venue than it is for";

        var ended = simulation.Log.OfType<ExecutionEnded>().ToLookup(e => e.ExecutionId, StringComparer.Ordinal);
        foreach (var plan in simulation.Log.OfType<ExecutionRequested>().Select(e => e.Plan))
        {
            var traded = orders.Where(o => o.Intent.Execution == plan.ExecutionId).Sum(o => o.Filled);
            if (traded > plan.Quantity) yield return $"execution {plan.ExecutionId} has traded {traded} of {plan.Quantity}";
            if (ended[plan.ExecutionId].ToList() is not [var end]) yield return $"execution {plan.ExecutionId} has ended {ended[plan.ExecutionId].Count()} times";
            else if (end.Traded != traded || end.Untraded != plan.Quantity - traded) yield return $"execution {plan.ExecutionId} has traded {traded}, and ended with {end.Traded} and {end.Untraded} left";
        }
    }

    /// <summary>What an order opened is closed once at most, and stays protected until it is.</summary>
    private static IEnumerable<string> GroupBreaks(List<Order> orders, AccountSimulation simulation, bool canReduceOnly)
    {
        foreach (var order in simulation.Venue.Reversals.Where(o => o.Order.Symbol is AccountSimulation.Long or AccountSimulation.Short or AccountSimulation.Held))
            yield return $"{order.Order.ClientId} closed more than what was held";

        // Two who close the same units get as much of them as there are: two exits of what is held, and, where both exits of a group may
        // trade at once, all groups.
        var shared = new List<(string Symbol, string Group, decimal Open, decimal Taken, decimal Covered)>();
        foreach (var group in orders.Where(o => o.Intent.Leg is not null).GroupBy(o => o.Intent.OneCancelsOther!, StringComparer.Ordinal))
        {
            var head = orders.Single(o => o.Id.Value == group.Key);
            var opened = head.Intent.Leg is null ? head.Filled : head.Intent.Quantity;
            var open = opened - group.Sum(o => o.Filled);
            if (open < 0 && !canReduceOnly) yield return $"group {group.Key} closed {-open} more than the {opened} that were opened";

            // A target alone leaves once its entry is done.
            var isTargetAlone = group.All(o => o.Intent.Leg == OrderLeg.TakeProfit) && !head.Status.IsFinal();
            if (head.AreExitsEnded || open <= 0 || isTargetAlone) continue;

            var atVenue = group.Where(o => o.Status is OrderStatus.Accepted or OrderStatus.PartiallyFilled).GroupBy(o => o.Intent.Leg).Select(l => l.Sum(o => o.Leaves)).ToList();
            if (canReduceOnly || head.Intent.Leg is not null)
            {
                shared.Add((head.Intent.Instrument.Symbol, group.Key, open, atVenue.DefaultIfEmpty().Max(), atVenue.DefaultIfEmpty().Min()));
            }
            else if (atVenue.Count == 0 || atVenue.Exists(l => l < open))
            {
                yield return $"group {group.Key} has {string.Join(" and ", atVenue)} at the venue for the {open} that are open: {string.Join(", ", group.Select(o => $"{o.Intent.Leg}.{o.Intent.Turn} {o.Status}"))}, its head {head.Status}";
            }
        }

        foreach (var symbol in shared.GroupBy(g => g.Symbol, StringComparer.Ordinal))
        {
            var room = Math.Abs(simulation.Venue.Positions.GetValueOrDefault(symbol.Key)) - symbol.Sum(g => g.Taken);
            foreach (var (_, group, open, _, covered) in symbol.Where(g => g.Covered < g.Open && g.Open - g.Covered <= room))
                yield return $"group {group} covers {covered} of {open}, and {room} are free";
        }
    }
}

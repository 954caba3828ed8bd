using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using AlgoStack.Trading.Venues;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Engine.Tests.Accounts;

/// <summary>What one word of a venue, or one wish, makes of an account.</summary>
public sealed class AccountEngineTests
{
    private static readonly DateTimeOffset Now = new(2024, 1, 16, 14, 30, 0, TimeSpan.Zero);
    private static readonly Instrument Apple = new(new InstrumentId("AAPL.VEN"), 0.01m, 1, "USD");
    private int _ids;

    [Fact]
    public void An_order_that_waits_for_another_leaves_for_as_much_as_that_one_traded()
    {
        var engine = Proven();
        var entry = Wish(engine, "entry", OrderSide.Buy, 10, OrderType.Limit, 100);
        var target = Wish(engine, "target", OrderSide.Sell, 10, OrderType.Limit, 110, after: entry, group: "g");
        var stop = Wish(engine, "stop", OrderSide.Sell, 10, OrderType.Stop, 90, after: entry, group: "g");

        Turn(engine).Should().ContainSingle().Which.Should().BeOfType<AccountWork.Place>().Which.OrderId.Should().Be(entry);
        Report(engine, entry, VenueOrderStatus.PartiallyFilled, 4, 4);
        Turn(engine).Should().BeEmpty("the entry is not done");
        Report(engine, entry, VenueOrderStatus.Canceled, 4, 0);

        Turn(engine).OfType<AccountWork.Place>().Select(p => (p.OrderId, p.Order.Quantity)).Should().BeEquivalentTo([(target, 4m), (stop, 4m)]);
        Report(engine, target, VenueOrderStatus.New, 0, 0);
        Report(engine, stop, VenueOrderStatus.New, 0, 0);
        Report(engine, target, VenueOrderStatus.Filled, 4, 4);

        Turn(engine).Should().ContainSingle("the other of the group is taken back").Which.Should().BeOfType<AccountWork.Cancel>().Which.OrderId.Should().Be(stop);
        engine.PositionOf(Apple.Id).Held.Should().Be(0);
    }

    [Fact]
    public void What_waits_for_an_order_that_never_traded_is_canceled()
    {
        var engine = Proven();
        var entry = Wish(engine, "entry", OrderSide.Buy, 10, OrderType.Limit, 100);
        var target = Wish(engine, "target", OrderSide.Sell, 10, OrderType.Limit, 110, after: entry);
        Turn(engine);

        engine.OnPlaced(entry, new PlaceResult.Refused(new BrokerError(BrokerErrorCategory.InsufficientFunds, "1", "no", PlacementOutcome.NotPlaced)), Now);
        Turn(engine);

        engine.Find(entry)!.Status.Should().Be(OrderStatus.Rejected);
        engine.Find(target)!.Status.Should().Be(OrderStatus.Canceled);
    }

    [Fact]
    public void Closing_waits_for_what_is_taken_back_and_is_for_what_is_held_by_then()
    {
        var engine = Proven();
        var entry = Wish(engine, "entry", OrderSide.Buy, 10, OrderType.Limit, 100);
        Turn(engine);
        Report(engine, entry, VenueOrderStatus.Filled, 10, 10);
        var exit = Wish(engine, "exit", OrderSide.Sell, 10, OrderType.Limit, 110);
        Turn(engine);
        Report(engine, exit, VenueOrderStatus.New, 0, 0);

        engine.Global = TradingState.Halted;
        engine.CloseAll("close", "enough", Now);
        Turn(engine).Should().ContainSingle().Which.Should().BeOfType<AccountWork.Cancel>();
        Report(engine, exit, VenueOrderStatus.PartiallyFilled, 3, 3);
        Turn(engine).Should().BeEmpty();
        engine.OnCancelAnswered(exit, new ChangeResult.Taken(null), Now);
        Report(engine, exit, VenueOrderStatus.Canceled, 3, 0);

        Turn(engine).OfType<AccountWork.Place>().Should().ContainSingle().Which.Order.Should().Match<VenueOrder>(o => o.Quantity == 7 && o.Side == OrderSide.Sell);
    }

    [Theory]
    [InlineData(0, 25, OrderSide.Buy, 25)]
    [InlineData(10, 25, OrderSide.Buy, 15)]
    [InlineData(10, 10, null, 0)]
    [InlineData(10, 4, OrderSide.Sell, 6)]
    [InlineData(10, -5, OrderSide.Sell, 15)]
    [InlineData(10, 0, OrderSide.Sell, 10)]
    [InlineData(0, 0, null, 0)]
    public void A_target_is_reached_by_one_order_or_none(decimal held, decimal target, OrderSide? side, decimal quantity)
    {
        var engine = Proven();
        if (held > 0)
        {
            var entry = Wish(engine, "entry", OrderSide.Buy, held, OrderType.Limit, 100);
            Turn(engine);
            Report(engine, entry, VenueOrderStatus.Filled, held, held);
        }

        engine.OnPrice("AAPL", 100, Now);
        engine.Target("key", Apple.Id, target, "test", Now);
        engine.Target("key", Apple.Id, target, "test", Now);

        var orders = Turn(engine).OfType<AccountWork.Place>().Select(p => (p.Order.Side, p.Order.Quantity)).ToList();
        if (side is { } expected) orders.Should().Equal((expected, quantity));
        else orders.Should().BeEmpty();
    }

    private static AccountEngine Proven()
    {
        var portfolio = new PortfolioKeeper("main", 0);
        var capabilities = new BrokerCapabilities(
            Enum.GetValues<OrderType>().ToDictionary(t => t, _ => (IReadOnlyList<TimeInForce>)[TimeInForce.Gtc]),
            id => id.Value,
            ClientIdScope.Forever,
            TimeSpan.Zero,
            PositionKind.Listed,
            CanReplace: false,
            CanPostOnly: false,
            CanReduceOnly: false);
        var engine = new AccountEngine(new AccountTerms("main", "VEN", capabilities), portfolio, new RiskEngine(portfolio, new RiskLimits(10, 100)));
        engine.Add(Apple, new VenueInstrument("AAPL", "USD", true, _ => 0.01m, 1));
        engine.Restart(Now);
        engine.OnConnected(Now);
        Turn(engine).Should().ContainSingle().Which.Should().BeOfType<AccountWork.Reconcile>();
        engine.OnStatement(new VenueStatement([], true, [], [], [new VenueBalance("USD", 100_000, 100_000)], Now), Now);
        engine.IsProven.Should().BeTrue();
        return engine;
    }

    private static IReadOnlyList<AccountWork> Turn(AccountEngine engine)
    {
        engine.Release(10, Now);
        engine.Events.Clear();
        return engine.TakeWork(Now);
    }

    private static ClientOrderId Wish(
        AccountEngine engine, string name, OrderSide side, decimal quantity, OrderType type, decimal price, ClientOrderId? after = null, string? group = null)
    {
        var id = ClientOrderId.ForRequest("main", name);
        engine.Place(
            new OrderIntent(id, "main", "test", Apple.Id, side, quantity, type, price, null, Now)
            {
                LimitPrice = type == OrderType.Limit ? price : null,
                StopPrice = type == OrderType.Stop ? price : null,
                After = after,
                OneCancelsOther = group,
            },
            Now);
        return id;
    }

    private void Report(AccountEngine engine, ClientOrderId order, VenueOrderStatus status, decimal filled, decimal traded)
    {
        var intent = engine.Find(order)!.Intent;
        var price = intent.LimitPrice ?? intent.StopPrice ?? 100;
        Execution[] fills = traded == 0 ? [] : [new Execution($"T{++_ids}", $"V-{order}", order.Value, "AAPL", intent.Side, traded, price, null, null, filled, Now)];
        var seen = new OrderSnapshot($"V-{order}", order.Value, "AAPL", status, intent.Side, intent.Type, intent.TimeInForce, intent.Quantity, filled, null, null, null, null, null, Now, fills);
        if (engine.Find(order)!.Status == OrderStatus.Submitted) engine.OnPlaced(order, new PlaceResult.Accepted(seen), Now);
        else engine.OnReport(seen, Now);
    }
}

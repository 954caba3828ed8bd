using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using AlgoStack.Trading.Signals;
using AlgoStack.Trading.Venues;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Engine.Tests.Accounts;

/// <summary>A strategy wants to be out, and its closing does not happen: it is tried again, and protected until then.</summary>
public sealed class StrategyClosingTests
{
    private static readonly DateTimeOffset Start = new(2024, 1, 16, 14, 30, 0, TimeSpan.Zero);
    private static readonly Instrument Apple = new(new InstrumentId("AAPL.VEN"), 0.01m, 1, "USD");
    private static readonly TradingSwitches Halted = new(TradingState.Halted, TradingState.Active);

    // A tenth of 100,000 buys a hundred at 100.
    private const decimal Size = 100;

    private readonly StrategyAccount _account = new(Start, instruments: Apple);

    [Theory]
    [InlineData(VenueOrderStatus.Rejected, false)]
    [InlineData(VenueOrderStatus.Rejected, true)]
    [InlineData(VenueOrderStatus.Canceled, false)]
    [InlineData(VenueOrderStatus.Expired, true)]
    public void A_closing_that_the_venue_refuses_is_tried_again_and_what_is_held_is_protected_until_then(VenueOrderStatus ending, bool isRestarted)
    {
        Enter(stop: 90, target: 120);
        _account.End(Signal(SignalDirection.Flat).OrderId, ending);
        if (isRestarted) _account.Restart();

        _account.Working.Where(o => o.Order.Type != OrderType.Market).Select(o => (o.Order.Side, o.Order.Quantity, o.Order.StopPrice, o.Order.LimitPrice))
            .Should().BeEquivalentTo(isRestarted ? [] : new (OrderSide, decimal, decimal?, decimal?)[] { (OrderSide.Sell, Size, 90, null), (OrderSide.Sell, Size, null, 120) });
        Wait();

        var close = _account.Working.Should().ContainSingle("exits gave way to it").Which.Order;
        (close.Side, close.Type, close.Quantity).Should().Be((OrderSide.Sell, OrderType.Market, Size));
        _account.Fill(new ClientOrderId(close.ClientId), Size, 100);
        ShouldBeOut();
    }

    [Fact]
    public void What_is_left_of_a_closing_that_traded_in_part_is_closed_by_the_next()
    {
        Enter(stop: 90);
        var close = Signal(SignalDirection.Flat).OrderId;
        _account.Fill(close, 30, 100);
        _account.End(close, VenueOrderStatus.Canceled);
        _account.Working.Should().ContainSingle().Which.Order.Should().Match<VenueOrder>(o => o.Type == OrderType.Stop && o.Quantity == 70);
        Wait();

        _account.Fill(new ClientOrderId(_account.Working.Single().Order.ClientId), 70, 100);
        ShouldBeOut();
    }

    [Fact]
    public void A_reversal_that_the_venue_refuses_closes_and_opens_nothing()
    {
        Enter(stop: 90);
        _account.End(Signal(SignalDirection.Short, stop: 110).OrderId, VenueOrderStatus.Rejected);
        Wait();

        _account.Working.Should().ContainSingle().Which.Order.Quantity.Should().Be(Size);
        _account.Fill(new ClientOrderId(_account.Working.Single().Order.ClientId), Size, 100);
        ShouldBeOut();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_closing_that_a_halt_denies_waits_for_the_resume_with_its_stop_in_place(bool isRestarted)
    {
        Enter(stop: 90);
        _account.Turn(engine => engine.Use(Halted));
        Signal(SignalDirection.Flat);
        _account.Working.Should().ContainSingle().Which.Order.Type.Should().Be(OrderType.Stop);
        for (var i = 0; i < 5; i++) Wait();
        if (isRestarted) _account.Restart();

        _account.Log.OfType<OrderDenied>().Should().ContainSingle("nothing is asked for while it is halted").Which.Code.Should().Be("halted");
        _account.Turn(engine => engine.Use(TradingSwitches.Active));
        _account.Fill(new ClientOrderId(_account.Working.Should().ContainSingle().Which.Order.ClientId), Size, 100);
        ShouldBeOut();
    }

    [Fact]
    public void A_closing_that_a_limit_denies_is_asked_for_again_until_it_is_allowed()
    {
        Enter(stop: 90);
        _account.Turn(engine => engine.Change(StrategyAccount.Limits with { Account = new TradingLimits { ClockSkewMs = 100 } }, "a test", _account.Now));
        Signal(SignalDirection.Flat);
        Wait();
        _account.Log.OfType<OrderDenied>().Select(d => d.Code).Should().Equal("clock_skew", "clock_skew");
        _account.Working.Should().ContainSingle().Which.Order.Type.Should().Be(OrderType.Stop);

        _account.Engine.ClockSkew = TimeSpan.Zero;
        Wait();
        _account.Fill(new ClientOrderId(_account.Working.Should().ContainSingle().Which.Order.ClientId), Size, 100);
        ShouldBeOut();
    }

    [Fact]
    public void The_pause_grows_and_no_order_is_made_twice_however_often_the_process_dies()
    {
        Enter();
        _account.End(Signal(SignalDirection.Flat).OrderId, VenueOrderStatus.Rejected);
        var pauses = new List<TimeSpan>();
        for (var i = 0; i < 12; i++)
        {
            var pause = TimeSpan.Zero;
            while (_account.Working.Count == 0) pause += Wait();
            pauses.Add(pause);
            _account.End(new ClientOrderId(_account.Working.Single().Order.ClientId), VenueOrderStatus.Rejected);
            _account.Turn(engine => engine.Forget());
        }

        pauses[0].Should().Be(TimeSpan.FromMilliseconds(250));
        pauses.Should().BeInAscendingOrder();
        pauses[^1].Should().Be(TimeSpan.FromSeconds(30));

        for (var i = 0; i < 3; i++)
        {
            _account.Now += TimeSpan.FromMinutes(1);
            _account.Die(engine => engine.Release(100, _account.Now));
            _account.Turn(_ => { });
            _account.End(new ClientOrderId(_account.Working.Single().Order.ClientId), VenueOrderStatus.Rejected);
        }

        _account.Intents.Select(i => i.OrderId).Should().OnlyHaveUniqueItems();
        _account.Held(Apple).Should().Be(Size);
    }

    [Fact]
    public void Nobody_else_closing_it_is_closed_twice()
    {
        Enter(stop: 90);
        _account.End(Signal(SignalDirection.Flat).OrderId, VenueOrderStatus.Rejected);
        _account.Turn(engine => engine.CloseAll("enough", "enough", _account.Now));
        Wait();

        _account.Fill(new ClientOrderId(_account.Working.Should().ContainSingle().Which.Order.ClientId), Size, 100);
        ShouldBeOut();
    }

    [Theory]
    [InlineData("again", 0)]
    [InlineData("flatten", 0)]
    [InlineData("flat", 0)]
    [InlineData("short", -100)]
    [InlineData("exit", 0)]
    public void What_is_being_closed_is_not_sold_by_another_order_as_well(string meanwhile, decimal held)
    {
        Enter();
        _account.Turn(engine => engine.CloseAll("one", "enough", _account.Now));
        switch (meanwhile)
        {
            case "again": _account.Turn(engine => engine.CloseAll("two", "enough", _account.Now)); break;
            case "flatten": _account.Turn(engine => engine.Use(Flattened)); break;
            case "flat": Signal(SignalDirection.Flat); break;
            case "short": Signal(SignalDirection.Short); break;
            case "exit": _account.Turn(engine => engine.Place(Sell("exit") with { Leg = OrderLeg.StopLoss, StopPrice = 90, Type = OrderType.Stop, OneCancelsOther = "exit" }, _account.Now)); break;
        }

        var close = _account.Working.Should().ContainSingle().Which.Order;
        _account.Fill(new ClientOrderId(close.ClientId), Size, 100);
        while (_account.Working is [var next, ..]) _account.Fill(new ClientOrderId(next.Order.ClientId), next.Order.Quantity, 100);

        _account.Held(Apple).Should().Be(held);
        _account.Engine.Strategies.Should().ContainSingle().Which.Held.Should().Be(held);
    }

    [Fact]
    public void A_person_may_reduce_what_is_held_once()
    {
        Enter();
        _account.Turn(engine => engine.Place(Sell("one") with { Type = OrderType.Limit, LimitPrice = 120, Quantity = 60 }, _account.Now));
        _account.Turn(engine => engine.Place(Sell("two") with { Type = OrderType.Limit, LimitPrice = 120, Quantity = 41 }, _account.Now));
        _account.Turn(engine => engine.Place(Sell("three") with { Type = OrderType.Limit, LimitPrice = 120, Quantity = 40 }, _account.Now));

        _account.Log.OfType<OrderDenied>().Should().ContainSingle().Which.Should().Match<OrderDenied>(d => d.OrderId.Value == "two" && d.Code == "nothing_to_reduce");
        _account.Working.Sum(o => o.Order.Quantity).Should().Be(Size);
    }

    [Fact]
    public void A_strategy_that_wants_in_again_before_it_is_closed_keeps_what_it_holds_and_its_stop()
    {
        Enter(stop: 90);
        _account.End(Signal(SignalDirection.Flat).OrderId, VenueOrderStatus.Rejected);
        _account.Turn(engine => engine.OnSignal(Wish(SignalDirection.Long, _account.Now.AddMilliseconds(1), 95), _account.Now));
        Wait();

        _account.Working.Should().ContainSingle().Which.Order.Should().Match<VenueOrder>(o => o.StopPrice == 90 && o.Quantity == Size);
        _account.Held(Apple).Should().Be(Size);
    }

    private static TradingSwitches Flattened => TradingSwitches.Active with { Account = TradingState.Halted, Flattenings = [new Flattening("f", null, "enough")] };

    private OrderIntent Sell(string id) =>
        new(new ClientOrderId(id), StrategyAccount.Name, "manual", Apple.Id, OrderSide.Sell, Size, OrderType.Market, 100, null, _account.Now) { ReduceOnly = true };

    private void ShouldBeOut()
    {
        _account.Turn(engine => engine.Release(100, _account.Now));
        _account.Held(Apple).Should().Be(0);
        _account.Working.Should().BeEmpty();
        _account.Engine.Strategies.Should().ContainSingle().Which.Held.Should().Be(0);
        _account.Intents.Select(i => i.OrderId).Should().OnlyHaveUniqueItems();
    }

    /// <summary>Lets the time pass until something is due, and does it.</summary>
    private TimeSpan Wait()
    {
        var pause = _account.Engine.NextWorkAt()!.Value - _account.Now;
        if (pause < TimeSpan.Zero) pause = TimeSpan.Zero;
        _account.Now += pause;
        _account.Turn(_ => { });
        return pause;
    }

    private void Enter(double stop = double.NaN, double target = double.NaN) => _account.Fill(Signal(SignalDirection.Long, stop, target).OrderId, Size, 100);

    private OrderIntent Signal(SignalDirection direction, double stop = double.NaN, double target = double.NaN)
    {
        var before = _account.Intents.Count();
        _account.Now += TimeSpan.FromMinutes(1);
        _account.Turn(engine => engine.OnSignal(Wish(direction, _account.Now, stop, target), _account.Now));
        return _account.Intents.Skip(before).Should().ContainSingle().Which;
    }

    private static Signal Wish(SignalDirection direction, DateTimeOffset close, double stop = double.NaN, double target = double.NaN)
    {
        var closeMs = close.ToUnixTimeMilliseconds();
        return new Signal(
            SignalId.For("test", "", Apple.Id, Timeframe.Minute, closeMs), "test", "", Apple.Id, Timeframe.Minute, new Bar(closeMs, 100, 100, 100, 100, 0),
            new Verdict(direction, 1, target, stop, 0, double.NaN, default), default, 1);
    }
}

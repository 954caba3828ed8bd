using AlgoStack.Strategies;
using AlgoStack.Trading.Accounts;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using AlgoStack.Trading.Signals;
using AlgoStack.Trading.Venues;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Engine.Tests.Accounts;

/// <summary>What a strategy's account does that a session never has to: a venue answers late, refuses, and is told by others too.</summary>
public sealed class StrategyOrdersTests
{
    private static readonly DateTimeOffset Start = new(2024, 1, 16, 14, 30, 0, TimeSpan.Zero);
    private static readonly Instrument Apple = new(new InstrumentId("AAPL.VEN"), 0.01m, 1, "USD");
    private static readonly Instrument Coin = new(new InstrumentId("BTC/USD.VEN"), 0.01m, 0.001m, "USD");

    // A tenth of 100,000 buys a hundred at 100.
    private const decimal Size = 100;

    [Fact]
    public void An_entry_that_comes_too_late_is_denied_and_closing_is_not()
    {
        var account = NewAccount();
        Enter(account, SignalDirection.Long);

        account.Now += TimeSpan.FromHours(1);
        account.Turn(engine => engine.OnSignal(Wish(SignalDirection.Short, account.Now.AddMinutes(-5)), account.Now));

        OrderIntent[] late = [.. account.Intents.TakeLast(2)];
        var (open, close) = (late[0], late[1]);
        open.Quantity.Should().BePositive();
        account.Log.OfType<OrderDenied>().Should().ContainSingle().Which.Should().Match<OrderDenied>(d => d.OrderId.Equals(open.OrderId) && d.Code == "stale_signal");
        account.Working.Should().ContainSingle().Which.Order.Should().Match<VenueOrder>(o => o.ClientId == close.OrderId.Value && o.Quantity == Size && o.Side == OrderSide.Sell);
    }

    [Fact]
    public void Where_nothing_can_be_sold_short_a_short_signal_closes_and_opens_nothing()
    {
        var account = new StrategyAccount(Start, canShort: false, instruments: Apple);
        Signal(account, SignalDirection.Short).Should().BeEmpty();

        Enter(account, SignalDirection.Long);
        var close = Signal(account, SignalDirection.Short).Should().ContainSingle().Which;
        (close.Side, close.Quantity).Should().Be((OrderSide.Sell, Size));
        account.Fill(close.OrderId, Size, 100);

        account.Held(Apple).Should().Be(0);
        Signal(account, SignalDirection.Long).Should().ContainSingle().Which.Side.Should().Be(OrderSide.Buy);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Where_no_order_goes_through_zero_a_reversal_is_two_of_which_the_second_follows_the_first(bool isRestarted)
    {
        var account = new StrategyAccount(Start, canCrossZero: false, instruments: Apple);
        Enter(account, SignalDirection.Long);

        var close = Signal(account, SignalDirection.Short, stop: 110).Should().ContainSingle().Which;
        (close.Side, close.Quantity).Should().Be((OrderSide.Sell, 2 * Size));
        account.Working.Should().ContainSingle().Which.Order.Quantity.Should().Be(Size);
        account.Fill(close.OrderId, 40, 100);
        if (isRestarted) account.Restart();
        account.Working.Should().ContainSingle();
        account.Fill(close.OrderId, 60, 100);

        var open = account.Working.Should().ContainSingle().Which.Order;
        (open.Side, open.Quantity).Should().Be((OrderSide.Sell, Size));
        if (isRestarted) account.Restart();
        account.Fill(new ClientOrderId(open.ClientId), Size, 100);
        account.Held(Apple).Should().Be(-Size);
        account.Working.Should().ContainSingle("what was opened is protected").Which.Order.Should().Match<VenueOrder>(o => o.Type == OrderType.Stop && o.Side == OrderSide.Buy);
    }

    [Fact]
    public void A_target_on_the_other_side_is_reached_by_two_orders_where_none_goes_through_zero()
    {
        var account = new StrategyAccount(Start, canCrossZero: false, instruments: Apple);
        account.Turn(engine => engine.OnPrice("AAPL", 100, account.Now));
        account.Turn(engine => engine.Target("up", Apple.Id, 10, "manual", account.Now));
        account.Fill(account.Intents.Last().OrderId, 10, 100);

        account.Turn(engine => engine.Target("down", Apple.Id, -5, "manual", account.Now));
        account.Fill(account.Intents.Last().OrderId, 10, 100);
        account.Fill(account.Intents.Last().OrderId, 5, 100);

        account.Held(Apple).Should().Be(-5);
    }

    [Theory]
    [InlineData(30, SignalDirection.Flat, 70)]
    [InlineData(100, SignalDirection.Flat, 0)]
    [InlineData(30, SignalDirection.Short, 170)]
    [InlineData(100, SignalDirection.Short, 100)]
    public void What_closes_waits_for_the_stop_to_be_taken_back_and_is_for_what_that_has_left(decimal traded, SignalDirection direction, decimal left)
    {
        var account = NewAccount();
        Enter(account, SignalDirection.Long, stop: 90);
        var stop = account.Working.Single();
        account.Answers = false;

        Signal(account, direction).Should().ContainSingle();
        account.Working.Should().Equal(stop);
        account.Fill(new ClientOrderId(stop.Order.ClientId), traded, 90);
        account.Restart();
        if (traded < Size) account.End(new ClientOrderId(stop.Order.ClientId), VenueOrderStatus.Canceled);

        account.Working.Select(o => (o.Order.Side, o.Order.Quantity)).Should().Equal(left == 0 ? [] : [(OrderSide.Sell, left)]);
        foreach (var order in account.Working) account.Fill(new ClientOrderId(order.Order.ClientId), left, 100);
        account.Held(Apple).Should().Be(direction == SignalDirection.Short ? -Size : 0);
        account.Engine.Strategies.Should().ContainSingle().Which.Held.Should().Be(account.Held(Apple));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    public void What_closes_an_entry_that_still_works_waits_for_it_and_is_for_what_it_traded(decimal traded)
    {
        var account = NewAccount();
        var entry = Signal(account, SignalDirection.Long).Single().OrderId;
        Signal(account, SignalDirection.Flat).Should().ContainSingle();
        account.Working.Should().ContainSingle("the entry is not done");

        if (traded > 0) account.Fill(entry, traded, 100);
        account.Now += TimeSpan.FromHours(20);
        account.End(entry, VenueOrderStatus.Expired);

        account.Working.Select(o => (o.Order.Side, o.Order.Quantity)).Should().Equal(traded == 0 ? [] : [(OrderSide.Sell, traded)]);
    }

    [Fact]
    public void What_a_person_closes_is_the_strategys_no_more()
    {
        var account = NewAccount();
        Enter(account, SignalDirection.Long, stop: 90);
        account.Turn(engine => engine.CloseAll("enough", "enough", account.Now));
        account.Fill(new ClientOrderId(account.Working.Single().Order.ClientId), Size, 100);
        account.Restart();

        Signal(account, SignalDirection.Flat).Should().BeEmpty();
        Signal(account, SignalDirection.Long).Should().ContainSingle();
        account.Working.Should().ContainSingle("the stop was taken back");
    }

    [Fact]
    public void A_fee_that_is_taken_of_the_coins_is_not_there_to_be_sold()
    {
        var account = new StrategyAccount(Start, instruments: Coin);
        var entry = Signal(account, SignalDirection.Long, stop: 90, instrument: Coin).Single();
        account.Fill(entry.OrderId, Size, 100, fee: (0.1005m, "BTC"));

        account.Working.Single().Order.Quantity.Should().Be(99.899m);
        Signal(account, SignalDirection.Flat, instrument: Coin).Single().Quantity.Should().Be(99.899m);
        account.Fill(account.Intents.Last().OrderId, 99.899m, 100);
        Signal(account, SignalDirection.Long, instrument: Coin).Should().ContainSingle("what is less than a lot is nothing");
    }

    [Fact]
    public void An_order_that_the_venue_refuses_leaves_the_strategy_with_nothing_and_free_to_enter_again()
    {
        var account = NewAccount();
        account.End(Signal(account, SignalDirection.Long).Single().OrderId, VenueOrderStatus.Rejected);

        Signal(account, SignalDirection.Flat).Should().BeEmpty();
        Signal(account, SignalDirection.Long).Should().ContainSingle();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Flattening_a_strategy_closes_its_own_and_leaves_what_a_person_holds_for_good(bool isRestarted)
    {
        var account = NewAccount();
        Enter(account, SignalDirection.Long);
        Buy(account, Apple, 40);
        account.Turn(engine => engine.Use(Flattened));
        var close = account.Working.Single().Order;
        close.Quantity.Should().Be(Size);
        account.Fill(new ClientOrderId(close.ClientId), Size, 100);
        if (isRestarted) account.Restart();

        account.Engine.Strategies.Should().ContainSingle().Which.Should().Match<StrategyStood>(s => s.Held == 0 && s.Direction == SignalDirection.Flat);
        account.Turn(engine => engine.Use(TradingSwitches.Active));
        Signal(account, SignalDirection.Flat).Should().BeEmpty();
        account.Held(Apple).Should().Be(40);
    }

    [Fact]
    public void Flattening_a_strategy_sells_no_coins_in_place_of_those_that_went_in_fees()
    {
        var account = new StrategyAccount(Start, instruments: Coin);
        var entry = Signal(account, SignalDirection.Long, instrument: Coin).Single();
        account.Fill(entry.OrderId, Size, 100, fee: (0.1005m, "BTC"));
        account.Fill(Signal(account, SignalDirection.Flat, instrument: Coin).Single().OrderId, 99.899m, 100);
        Buy(account, Coin, 5);
        account.Restart();

        account.Turn(engine => engine.Use(Flattened));

        account.Working.Should().BeEmpty();
        account.Log.OfType<AccountFlattened>().Should().ContainSingle();
    }

    private static TradingSwitches Flattened => TradingSwitches.Active with
    {
        Strategies = new Dictionary<string, TradingState>(StringComparer.Ordinal) { ["test"] = TradingState.Halted },
        Flattenings = [new Flattening("f", "test", "enough")],
    };

    /// <summary>A person buys.</summary>
    private static void Buy(StrategyAccount account, Instrument instrument, decimal quantity)
    {
        var id = ClientOrderId.ForRequest("main", "manual");
        account.Turn(engine => engine.Place(new OrderIntent(id, "main", "manual", instrument.Id, OrderSide.Buy, quantity, OrderType.Market, 100, null, account.Now), account.Now));
        account.Fill(id, quantity, 100);
    }

    private static StrategyAccount NewAccount() => new(Start, instruments: Apple);

    /// <summary>Enters, and lets the entry trade.</summary>
    private static ClientOrderId Enter(StrategyAccount account, SignalDirection direction, double stop = double.NaN)
    {
        var entry = Signal(account, direction, stop).Should().ContainSingle().Which;
        account.Fill(entry.OrderId, entry.Quantity, 100);
        return entry.OrderId;
    }

    /// <summary>Takes a signal of a bar that closes a minute later, and says what it made the account order.</summary>
    private static List<OrderIntent> Signal(StrategyAccount account, SignalDirection direction, double stop = double.NaN, Instrument? instrument = null)
    {
        var before = account.Intents.Count();
        account.Now += TimeSpan.FromMinutes(1);
        account.Turn(engine => engine.OnSignal(Wish(direction, account.Now, stop, instrument), account.Now));
        return [.. account.Intents.Skip(before)];
    }

    private static Signal Wish(SignalDirection direction, DateTimeOffset close, double stop = double.NaN, Instrument? instrument = null)
    {
        var (id, closeMs) = ((instrument ?? Apple).Id, close.ToUnixTimeMilliseconds());
        return new Signal(
            SignalId.For("test", "", id, Timeframe.Minute, closeMs), "test", "", id, Timeframe.Minute, new Bar(closeMs, 100, 100, 100, 100, 0),
            new Verdict(direction, 1, double.NaN, stop, 0, double.NaN, default), default, 1);
    }
}

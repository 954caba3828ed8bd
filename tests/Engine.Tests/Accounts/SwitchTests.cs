using AlgoStack.Trading.Accounts;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using AlgoStack.Trading.Venues;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Engine.Tests.Accounts;

/// <summary>What a switch does to an account: to what is asked for, to what waits, to what is held.</summary>
public sealed class SwitchTests
{
    private static readonly TradingSwitches Halted = new(TradingState.Halted, TradingState.Active);
    private static readonly TradingSwitches Reducing = new(TradingState.Active, TradingState.Reducing);

    private readonly OneAccount _account = new();

    [Fact]
    public void A_strategy_that_is_halted_leaves_the_others_alone()
    {
        _account.Engine.Use(TradingSwitches.Active with { Strategies = States("a", TradingState.Halted) });

        var stopped = _account.Wish("stopped", OrderSide.Buy, 1, 100, "a");
        var going = _account.Wish("going", OrderSide.Buy, 1, 100, "b");

        _account.Sent().Should().ContainSingle().Which.ClientId.Should().Be(going.Value);
        _account.CodeOf(stopped).Should().Be("halted");

        _account.Engine.Use(TradingSwitches.Active);
        _account.Wish("resumed", OrderSide.Buy, 1, 101, "a");
        _account.Sent().Should().ContainSingle();
    }

    [Fact]
    public void What_was_submitted_and_came_back_unsent_is_denied_once_a_switch_stops_it()
    {
        var order = _account.Wish("late", OrderSide.Buy, 1, 100);
        _account.Sent().Should().ContainSingle();

        _account.Engine.Use(Halted);
        _account.Engine.OnPlaced(order, new PlaceResult.NotSent("a switch was thrown"), _account.Now);

        _account.Turn().Should().BeEmpty();
        _account.CodeOf(order).Should().Be("halted");
    }

    [Fact]
    public void Reducing_lets_what_makes_a_position_smaller_pass_and_stops_what_waits_to_make_it_larger()
    {
        _account.Traded("entry", OrderSide.Buy, 10);
        _account.Engine.OnStreamLost("a test", _account.Now);
        var larger = _account.Wish("larger", OrderSide.Buy, 5, 100);
        var smaller = _account.Wish("smaller", OrderSide.Sell, 4, 100);
        var through = _account.Wish("through", OrderSide.Sell, 7, 100);
        _account.Turn();

        _account.Engine.Use(Reducing);
        _account.Turn();

        _account.CodeOf(larger).Should().Be("reduce_only");
        _account.CodeOf(smaller).Should().Be("reduce_only", "both of the sells would go through zero");
        _account.Engine.Find(through)!.Status.Should().Be(OrderStatus.Approved, "alone it does not");
    }

    [Fact]
    public void A_flattening_takes_back_what_works_and_closes_what_is_held_by_then()
    {
        _account.Traded("entry", OrderSide.Buy, 10);
        var resting = _account.Wish("resting", OrderSide.Sell, 4, 110);
        _account.Turn();
        _account.Report(resting, VenueOrderStatus.New, 0, 0);

        _account.Engine.Use(Flattened("f"));
        _account.Turn().Should().ContainSingle().Which.Should().BeOfType<AccountWork.Cancel>();
        _account.Engine.OnCancelAnswered(resting, new ChangeResult.Taken(null), _account.Now);
        _account.Report(resting, VenueOrderStatus.Canceled, 1, 1);

        var closing = _account.Sent().Should().ContainSingle().Which;
        (closing.Side, closing.Quantity).Should().Be((OrderSide.Sell, 9m));
        _account.Report(new ClientOrderId(closing.ClientId), VenueOrderStatus.Filled, 9, 9);
        _account.Turn().Should().BeEmpty();
        _account.Logged<AccountFlattened>().Should().ContainSingle().Which.FlatteningId.Should().Be("f");

        _account.Turn().Should().BeEmpty("it is done once");
        _account.Restart();
        _account.Engine.Use(Flattened("f"));
        _account.Turn();
        _account.Logged<AccountFlattened>().Should().ContainSingle();
    }

    [Fact]
    public void A_flattening_goes_on_after_a_crash_wherever_it_was()
    {
        for (var turns = 0; turns < 6; turns++)
        {
            var account = new OneAccount();
            account.Traded("entry", OrderSide.Buy, 10);
            for (var step = 0; step < 6; step++)
            {
                if (step == turns) account.Restart();
                account.Engine.Use(Flattened("f"));
                account.Now += TimeSpan.FromSeconds(1);
                foreach (var order in account.Turn().OfType<AccountWork.Place>())
                    account.Report(order.OrderId, VenueOrderStatus.Filled, order.Order.Quantity, order.Order.Quantity);
            }

            account.Engine.PositionOf(OneAccount.Apple.Id).Held.Should().Be(0, "of a crash before step {0}", turns);
            account.Logged<OrderFilled>().Should().HaveCount(2);
            account.Logged<AccountFlattened>().Should().ContainSingle();
        }
    }

    [Fact]
    public void Closing_that_is_refused_is_tried_anew_after_a_while_that_grows()
    {
        _account.Traded("entry", OrderSide.Buy, 10);
        _account.Engine.Use(Flattened("f"));
        var pauses = new List<TimeSpan>();
        for (var i = 0; i < 4; i++)
        {
            var order = _account.Turn().OfType<AccountWork.Place>().Should().ContainSingle().Which;
            _account.Engine.OnPlaced(order.OrderId, new PlaceResult.Refused(new BrokerError(BrokerErrorCategory.MarketClosed, "1", "no", PlacementOutcome.NotPlaced)), _account.Now);
            _account.Turn().Should().BeEmpty();
            _account.Engine.Forget();

            pauses.Add(_account.Engine.NextWorkAt()!.Value - _account.Now);
            _account.Now += pauses[^1];
        }

        pauses.Should().Equal(pauses.Order()).And.OnlyHaveUniqueItems();
        _account.Logged<OrderRejected>().Select(r => r.OrderId).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Nothing_is_closed_any_more_once_trading_was_resumed()
    {
        _account.Traded("entry", OrderSide.Buy, 10);
        _account.Engine.OnStreamLost("a test", _account.Now);
        _account.Engine.Use(Flattened("f"));
        _account.Turn();
        _account.Engine.Use(TradingSwitches.Active);
        _account.Restart();

        _account.Turn().Should().BeEmpty();
        _account.Engine.PositionOf(OneAccount.Apple.Id).Held.Should().Be(10);
    }

    [Fact]
    public void A_strategy_is_closed_by_what_it_has_traded_itself()
    {
        _account.Traded("a", OrderSide.Buy, 10, "a");
        _account.Traded("b", OrderSide.Buy, 5, "b");
        var ofB = _account.Wish("resting", OrderSide.Sell, 5, 110, "b");
        _account.Turn();
        _account.Report(ofB, VenueOrderStatus.New, 0, 0);

        _account.Engine.Use(TradingSwitches.Active with { Strategies = States("a", TradingState.Halted), Flattenings = [new Flattening("f", "a", "enough")] });
        var closing = _account.Turn().OfType<AccountWork.Place>().Should().ContainSingle().Which;
        (closing.Order.Side, closing.Order.Quantity, closing.Intent.Strategy).Should().Be((OrderSide.Sell, 10m, "a"));
        _account.Report(closing.OrderId, VenueOrderStatus.Filled, 10, 10);
        _account.Turn();

        _account.Logged<AccountFlattened>().Should().ContainSingle();
        _account.Engine.Find(ofB)!.Status.Should().Be(OrderStatus.Accepted);
        _account.Engine.PositionOf(OneAccount.Apple.Id).Held.Should().Be(5);
    }

    [Fact]
    public void Closing_an_account_closes_what_its_strategies_hold()
    {
        _account.Traded("a", OrderSide.Buy, 10, "a");
        _account.Engine.CloseAll("key", "enough", _account.Now);
        var closing = _account.Sent().Should().ContainSingle().Which;
        _account.Report(new ClientOrderId(closing.ClientId), VenueOrderStatus.Filled, 10, 10);
        _account.Traded("b", OrderSide.Buy, 5, "b");

        _account.Engine.Use(TradingSwitches.Active with { Strategies = States("a", TradingState.Halted), Flattenings = [new Flattening("f", "a", "enough")] });

        _account.Turn().Should().BeEmpty("of it nothing is left, and the rest is another's");
    }

    private static TradingSwitches Flattened(string id) =>
        new(TradingState.Active, TradingState.Halted) { Flattenings = [new Flattening(id, null, "enough")] };

    private static Dictionary<string, TradingState> States(string strategy, TradingState state) => new(StringComparer.Ordinal) { [strategy] = state };
}

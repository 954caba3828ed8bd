using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using AlgoStack.Trading.Venues;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Engine.Tests.Accounts;

/// <summary>Brackets, one-cancels-other and one-triggers-other, step by step.</summary>
public sealed class ExitGroupTests
{
    private readonly ExitScript _account = new();

    [Fact]
    public void The_stop_rests_and_the_target_leaves_once_its_price_is_seen_and_the_stop_is_back()
    {
        _account.Bracket().Should().Equal("place entry: Buy 10 Limit 100");
        _account.Fills("entry", 10).Should().Equal("place stop.0: Sell 10 Stop 90");
        _account.Rests("stop.0").Should().BeEmpty();
        _account.Price(109.99m).Should().BeEmpty();

        _account.Price(110).Should().Equal("cancel stop.0");
        _account.Canceled("stop.0").Should().Equal("place target.0: Sell 10 Limit 110");
        _account.Fills("target.0", 10).Should().BeEmpty();

        _account.Held.Should().Be(0);
        _account.Status("stop.1").Should().Be(OrderStatus.Canceled, "nothing is left that it could close");
        _account.Log.OfType<OrderTouched>().Should().ContainSingle().Which.Price.Should().Be(110);
    }

    [Fact]
    public void A_stop_that_trades_ends_the_group()
    {
        Protected();

        _account.Fills("stop.0", 10).Should().BeEmpty();

        _account.Held.Should().Be(0);
        _account.Status("target.0").Should().Be(OrderStatus.Canceled);
        _account.Price(111).Should().BeEmpty();
    }

    [Theory]
    [InlineData(10, null)]
    [InlineData(4, "place target.0: Sell 6 Limit 110")]
    public void What_the_stop_trades_while_it_is_taken_back_is_not_sold_again(decimal traded, string? target)
    {
        Protected();
        _account.Price(110).Should().Equal("cancel stop.0");

        _account.Fills("stop.0", traded).Should().BeEmpty("where it stands is not known yet");
        var next = _account.Canceled("stop.0");

        next.Should().Equal(target is null ? [] : [target]);
        _account.Held.Should().Be(10 - traded);
    }

    [Fact]
    public void A_price_that_goes_back_half_of_the_way_brings_the_stop_back_for_what_is_left()
    {
        Protected();
        _account.Price(110);
        _account.Canceled("stop.0");
        _account.Fills("target.0", 3).Should().BeEmpty();
        _account.Price(100).Should().BeEmpty("it is as near to the target as to the stop");

        _account.Price(99.99m).Should().Equal("cancel target.0");
        _account.Canceled("target.0").Should().Equal("place stop.1: Sell 7 Stop 90");
        _account.Rests("stop.1");

        _account.Price(110).Should().Equal("cancel stop.1");
        _account.Canceled("stop.1").Should().Equal("place target.1: Sell 7 Limit 110");
        _account.Fills("target.1", 7).Should().BeEmpty();
        _account.Held.Should().Be(0);
    }

    [Theory]
    [InlineData(null, "place stop.2: Sell 10 Market")]
    [InlineData(89, "place stop.2: Sell 10 Limit 89")]
    public void A_stop_whose_price_was_passed_meanwhile_goes_as_what_it_would_have_become(int? limit, string expected)
    {
        Protected(limit);
        _account.Price(110);
        _account.Canceled("stop.0").Should().Equal("place target.0: Sell 10 Limit 110");
        _account.Rests("target.0");

        _account.Price(89.5m).Should().Equal("cancel target.0");
        _account.Canceled("target.0").Should().Equal(expected);
        _account.Fills("stop.2", 10).Should().BeEmpty();
        _account.Held.Should().Be(0);
    }

    [Fact]
    public void Each_part_of_an_entry_is_protected_as_it_trades_and_what_is_taken_back_is_not()
    {
        _account.Bracket();
        _account.Rests("entry");

        _account.Fills("entry", 4).Should().Equal("place stop.0: Sell 4 Stop 90");
        _account.Fills("entry", 3).Should().BeEmpty("the first stop is on its way");
        _account.Rests("stop.0").Should().Equal("place stop.1: Sell 3 Stop 90");
        _account.Rests("stop.1");
        _account.Cancels("entry").Should().Equal("cancel entry");
        _account.Canceled("entry").Should().BeEmpty();

        _account.Price(110).Should().Equal("cancel stop.0", "cancel stop.1");
        _account.Canceled("stop.0").Should().BeEmpty("the second may trade yet");
        _account.Canceled("stop.1").Should().Equal("place target.0: Sell 7 Limit 110");
    }

    [Fact]
    public void An_exit_that_trades_takes_back_what_is_left_of_the_entry()
    {
        _account.Bracket();
        _account.Rests("entry");
        _account.Fills("entry", 4);
        _account.Rests("stop.0");

        _account.Fills("stop.0", 4).Should().Equal("cancel entry");
        _account.Canceled("entry").Should().BeEmpty();

        _account.Held.Should().Be(0);
        _account.Status("target.0").Should().Be(OrderStatus.Canceled);
    }

    [Fact]
    public void What_goes_with_an_entry_that_never_traded_is_canceled()
    {
        _account.Bracket();

        _account.Refused("entry").Should().BeEmpty();

        _account.Status("target.0").Should().Be(OrderStatus.Canceled);
        _account.Status("stop.0").Should().Be(OrderStatus.Canceled);
    }

    [Fact]
    public void One_exit_taken_back_takes_the_other_with_it()
    {
        Protected();

        _account.Cancels("target.0").Should().Equal("cancel stop.0");
        _account.Canceled("stop.0").Should().BeEmpty();

        _account.Status("target.0").Should().Be(OrderStatus.Canceled);
        _account.Held.Should().Be(10);
        _account.Price(110).Should().BeEmpty();
        _account.Find("entry").AreExitsEnded.Should().BeTrue();
    }

    [Fact]
    public void A_stop_that_the_venue_takes_back_by_itself_goes_again()
    {
        Protected();

        _account.Canceled("stop.0").Should().BeEmpty("it goes after a pause");

        _account.Engine.NextWorkAt().Should().Be(_account.Now.AddMilliseconds(250));
        _account.Later(TimeSpan.FromMilliseconds(250)).Should().Equal("place stop.1: Sell 10 Stop 90");
    }

    [Fact]
    public void A_stop_that_is_refused_while_the_entry_works_takes_the_entry_back_and_goes_again()
    {
        _account.Bracket();
        _account.Rests("entry");
        _account.Fills("entry", 4).Should().Equal("place stop.0: Sell 4 Stop 90");

        _account.Refused("stop.0").Should().Equal("cancel entry");
        _account.Canceled("entry").Should().BeEmpty();
        _account.Later(TimeSpan.FromMilliseconds(250)).Should().Equal("place stop.1: Sell 4 Stop 90");
    }

    [Fact]
    public void Twenty_refusals_in_a_row_end_the_group_and_say_so()
    {
        _account.Bracket();
        _account.Fills("entry", 10).Should().Equal("place stop.0: Sell 10 Stop 90");
        for (var turn = 0; turn < 19; turn++)
        {
            _account.Refused($"stop.{turn}");
            _account.Later(TimeSpan.FromSeconds(30)).Should().Contain($"place stop.{turn + 1}: Sell 10 Stop 90");
        }

        _account.Refused("stop.19");
        _account.Later(TimeSpan.FromMinutes(10)).Should().NotContain(w => w.StartsWith("place", StringComparison.Ordinal));
        _account.Log.OfType<OrderExitsEnded>().Should().ContainSingle().Which.Reason.Should().Be("the venue refused its StopLoss 20 times");
    }

    [Fact]
    public void After_a_crash_between_the_two_the_stop_goes_first()
    {
        Protected();
        _account.Price(110).Should().Equal("cancel stop.0");
        _account.Canceled("stop.0").Should().Equal("place target.0: Sell 10 Limit 110");

        // It ends before the answer: whether the target is there is to be asked first.
        _account.Restarts().Should().Equal("look up target.0");
        _account.Engine.OnLookup(_account.Find("target.0").Id, new OrderLookup.NotFound(), [], _account.Now);
        _account.Turn();
        _account.Prove().Should().Equal("place stop.1: Sell 10 Stop 90");

        _account.Status("target.0").Should().Be(OrderStatus.Canceled);
        _account.Status("target.1").Should().Be(OrderStatus.Approved);
    }

    [Fact]
    public void An_entry_whose_fill_was_booked_before_a_crash_is_protected_after_it()
    {
        _account.Bracket();
        _account.Engine.OnStreamLost("the line broke", _account.Now);
        _account.Fills("entry", 10).Should().BeEmpty("the account is not proven");

        _account.Restarts();
        _account.Prove().Should().Equal("place stop.0: Sell 10 Stop 90");
    }

    [Fact]
    public void Of_what_is_held_one_exit_cancels_the_other()
    {
        _account.Bracket(target: 200, stop: null);
        _account.Fills("entry", 10).Should().Equal("place target.0: Sell 10 Limit 200");
        _account.Rests("target.0");
        _account.Cancels("target.0").Should().Equal("cancel target.0");
        _account.Canceled("target.0").Should().BeEmpty();

        _account.Place("oco", OrderSide.Sell, OrderType.Limit, 110, new OrderExits(null, 90), reduceOnly: true).Should().Equal("place stop.0: Sell 10 Stop 90");
        _account.Rests("stop.0");
        _account.Price(111).Should().Equal("cancel stop.0");
        _account.Canceled("stop.0").Should().Equal("place oco: Sell 10 Limit 110");
        _account.Fills("oco", 10).Should().BeEmpty();
        _account.Held.Should().Be(0);
    }

    [Fact]
    public void What_another_order_closed_of_the_same_units_and_gave_back_joins_the_target_and_goes_back_with_it()
    {
        Protected();
        _account.Sell("other", 4, 120).Should().Equal("place other: Sell 4 Limit 120");
        _account.Rests("other");
        _account.Price(110).Should().Equal("cancel stop.0");
        _account.Canceled("stop.0").Should().Equal("place target.0: Sell 6 Limit 110");
        _account.Rests("target.0");

        _account.Cancels("other").Should().Equal("cancel other");
        _account.Canceled("other").Should().Equal("place target.1: Sell 4 Limit 110");
        _account.Rests("target.1");

        _account.Price(99).Should().Equal("cancel target.0", "cancel target.1");
        _account.Canceled("target.0").Should().BeEmpty();
        _account.Canceled("target.1").Should().Equal("place stop.1: Sell 10 Stop 90");
    }

    [Fact]
    public void A_short_is_covered_the_same_way()
    {
        _account.Place("entry", OrderSide.Sell, OrderType.Limit, 100, new OrderExits(90, 110));
        _account.Fills("entry", 10).Should().Equal("place stop.0: Buy 10 Stop 110");
        _account.Rests("stop.0");

        _account.Price(90).Should().Equal("cancel stop.0");
        _account.Canceled("stop.0").Should().Equal("place target.0: Buy 10 Limit 90");
    }

    [Fact]
    public void Where_the_venue_has_room_for_both_both_rest_and_a_part_of_one_makes_the_other_smaller()
    {
        var account = new ExitScript(canReduceOnly: true);
        account.Bracket();
        account.Fills("entry", 10).Should().Equal("place target.0: Sell 10 Limit 110", "place stop.0: Sell 10 Stop 90");
        account.Rests("target.0");
        account.Rests("stop.0");

        account.Fills("target.0", 4).Should().Equal("cancel stop.0");
        account.Canceled("stop.0").Should().Equal("place stop.1: Sell 6 Stop 90");
        account.Rests("stop.1");
        account.Fills("target.0", 6).Should().Equal("cancel stop.1");
        account.Held.Should().Be(0);
    }

    [Fact]
    public void An_exit_that_is_denied_takes_the_entry_with_it()
    {
        _account.Bracket(stop: 90.001m).Should().BeEmpty();

        _account.Status("entry").Should().Be(OrderStatus.Canceled);
        _account.Status("target.0").Should().Be(OrderStatus.Canceled);
        _account.Log.OfType<OrderDenied>().Should().ContainSingle().Which.Code.Should().Be("venue_rules");
    }

    [Fact]
    public void While_nothing_may_leave_no_stop_is_taken_back()
    {
        Protected();
        _account.Engine.Global = TradingState.Halted;

        _account.Price(110).Should().BeEmpty();

        _account.Engine.Global = TradingState.Active;
        _account.Turn().Should().Equal("cancel stop.0");
    }

    private void Protected(decimal? stopLimit = null)
    {
        _account.Bracket(stopLimit: stopLimit);
        _account.Fills("entry", 10);
        _account.Rests("stop.0");
    }
}

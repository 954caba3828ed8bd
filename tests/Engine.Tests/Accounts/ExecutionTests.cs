using AlgoStack.Trading.Executions;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using AlgoStack.Trading.Venues;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Engine.Tests.Accounts;

/// <summary>Parent orders and their slices, step by step.</summary>
public sealed class ExecutionTests
{
    private readonly ExecutionScript _parent = new();

    [Fact]
    public void Slices_leave_as_they_are_due_and_all_that_is_left_with_the_last()
    {
        _parent.Twap(10, 3).Should().Equal("place 0: Buy 3 Market");
        _parent.Fills(0, 3).Should().BeEmpty();
        _parent.Engine.NextWorkAt().Should().BeOnOrBefore(OneAccount.Start.AddMinutes(1), "somebody has to wake it");
        _parent.Later(TimeSpan.FromSeconds(59)).Should().BeEmpty();
        _parent.Later(TimeSpan.FromSeconds(1)).Should().Equal("place 1: Buy 3 Market");
        _parent.Fills(1, 3).Should().BeEmpty();
        _parent.Later().Should().Equal("place 2: Buy 4 Market");
        _parent.Fills(2, 4).Should().BeEmpty();

        _parent.Ended.Should().BeEquivalentTo(new { Code = "filled", Traded = 10m, Untraded = 0m });
        _parent.Account.Logged<ExecutionStopped>().Should().BeEmpty();
    }

    [Fact]
    public void What_an_earlier_slice_has_not_traded_is_back_before_the_next_one_leaves()
    {
        _parent.Twap(9, 3, limit: 100).Should().Equal("place 0: Buy 3 Limit 100");
        _parent.Fills(0, 1);

        _parent.Later().Should().Equal("cancel 0");
        _parent.Fills(0, 1).Should().BeEmpty("where it stands is not known yet");
        _parent.Canceled(0).Should().Equal("place 1: Buy 3 Limit 100");
        _parent.Rests(1);
        _parent.Later().Should().Equal("cancel 1");
        _parent.Canceled(1).Should().Equal("place 2: Buy 7 Limit 100");
        _parent.Rests(2);

        _parent.Later().Should().Equal("cancel 2");
        _parent.Stopped!.Code.Should().Be("time_over");
        _parent.Ended.Should().BeNull("its last slice may trade yet");
        _parent.Fills(2, 4);
        _parent.Canceled(2).Should().BeEmpty();
        _parent.Ended.Should().BeEquivalentTo(new { Code = "time_over", Traded = 6m, Untraded = 3m });
    }

    [Fact]
    public void A_slice_that_is_not_known_to_be_at_the_venue_holds_the_next_one_back()
    {
        _parent.Twap(9, 3);
        _parent.Unanswered(0).Should().Equal("look up 0");

        _parent.Later().Should().BeEmpty();
        _parent.Later().Should().BeEmpty();
        _parent.Engine.OnLookup(ExecutionScript.Slice(0), new OrderLookup.NotFound(), [], _parent.Account.Now);
        _parent.Turn().Should().Equal("place 1: Buy 9 Market");
        _parent.Find(0).Status.Should().Be(OrderStatus.Canceled, "the next one has taken its place");
    }

    [Fact]
    public void An_iceberg_shows_the_next_part_when_the_one_before_has_traded()
    {
        _parent.Iceberg(25, 10).Should().Equal("place 0: Buy 10 Limit 100");
        _parent.Fills(0, 4).Should().BeEmpty();
        _parent.Fills(0, 6).Should().Equal("place 1: Buy 10 Limit 100");
        _parent.Fills(1, 10).Should().Equal("place 2: Buy 5 Limit 100");
        _parent.Fills(2, 5).Should().BeEmpty();

        _parent.Ended!.Code.Should().Be("filled");
        _parent.Account.Logged<OrderDenied>().Should().BeEmpty();
    }

    [Fact]
    public void Slices_that_are_alike_are_no_duplicates_of_each_other()
    {
        var parent = new ExecutionScript(new RiskLimits(10, 100) { Account = new TradingLimits { DuplicateMs = 60_000 } });
        parent.Iceberg(20, 10);

        parent.Fills(0, 10).Should().Equal("place 1: Buy 10 Limit 100");
    }

    [Fact]
    public void What_the_venue_did_not_take_or_keep_is_sent_again_and_not_for_ever()
    {
        _parent.Twap(10, 2, limit: 100);
        _parent.Refused(0).Should().BeEmpty("at once it would be refused again");
        _parent.Later(TimeSpan.FromSeconds(1)).Should().Equal("place 1: Buy 5 Limit 100");
        _parent.Fills(1, 2);
        _parent.Canceled(1).Should().Equal(["place 2: Buy 3 Limit 100"], "the venue has given up on it");
        for (var turn = 2; turn < 7; turn++)
        {
            _parent.Refused(turn);
            _parent.Later(TimeSpan.FromSeconds(5));
        }

        _parent.Ended.Should().BeEquivalentTo(new { Code = "refused", Traded = 2m, Untraded = 8m });
        _parent.Later().Should().BeEmpty();
    }

    [Fact]
    public void A_halt_makes_it_wait_and_what_was_missed_is_not_made_up_at_once()
    {
        _parent.Twap(40, 4);
        _parent.Fills(0, 10);
        _parent.Engine.Use(new TradingSwitches(TradingState.Halted, TradingState.Active));

        _parent.Later().Should().BeEmpty();
        _parent.Later().Should().BeEmpty();
        _parent.Engine.NextWorkAt().Should().BeAfter(_parent.Account.Now);
        _parent.Engine.Use(TradingSwitches.Active);

        _parent.Turn().Should().Equal("place 1: Buy 15 Market");
        _parent.Account.Logged<OrderDenied>().Should().BeEmpty("a slice is not even asked for");
    }

    [Fact]
    public void No_slice_is_asked_for_before_the_account_is_proven_and_a_price_is_known()
    {
        _parent.Engine.OnStreamLost("the line broke", _parent.Account.Now);
        _parent.Twap(10, 1).Should().BeEmpty();
        _parent.Account.Restart();
        _parent.Account.Logged<OrderRequested>().Should().BeEmpty("there is no price");

        _parent.Later(0).Should().Equal("place 0: Buy 10 Market");
    }

    [Fact]
    public void A_slice_that_a_switch_stops_before_it_has_left_is_asked_for_again()
    {
        _parent.Twap(10, 1);
        _parent.Engine.OnPlaced(ExecutionScript.Slice(0), new PlaceResult.NotSent("A switch was thrown before it had left."), _parent.Account.Now);
        _parent.Engine.Use(new TradingSwitches(TradingState.Halted, TradingState.Active));
        _parent.Turn().Should().BeEmpty();
        _parent.Account.CodeOf(ExecutionScript.Slice(0)).Should().Be("halted");

        _parent.Engine.Use(TradingSwitches.Active);
        _parent.Turn().Should().Equal("place 1: Buy 10 Market");
    }

    [Fact]
    public void What_a_limit_says_of_a_slice_ends_it()
    {
        var parent = new ExecutionScript(new RiskLimits(10, 100) { Account = new TradingLimits { OrderQuantity = 4 } });

        parent.Twap(10, 2).Should().BeEmpty();

        parent.Ended.Should().BeEquivalentTo(new { Code = "order_quantity_limit", Traded = 0m });
        parent.Account.CodeOf(ExecutionScript.Slice(0)).Should().Be("order_quantity_limit");
    }

    [Theory]
    [InlineData("execution")]
    [InlineData("slice")]
    [InlineData("all")]
    [InlineData("close")]
    [InlineData("split")]
    public void Whoever_takes_it_back_takes_its_slice_and_no_other_leaves(string by)
    {
        _parent.Twap(10, 2, limit: 100);
        _parent.Rests(0);

        var (engine, now) = (_parent.Engine, _parent.Account.Now);
        switch (by)
        {
            case "execution": engine.CancelExecution(ExecutionScript.Id, "changed my mind", now); break;
            case "slice": engine.Cancel(ExecutionScript.Slice(0), "changed my mind", now); break;
            case "all": engine.CancelAll("changed my mind", now); break;
            case "close": engine.CloseAll("key", "changed my mind", now); break;
            default: engine.Tell(new Split(OneAccount.Apple.Id, now.ToUnixTimeMilliseconds(), 2, 1), now); break;
        }

        _parent.Turn().Should().Equal("cancel 0");
        _parent.Ended.Should().BeNull();
        _parent.Later().Should().BeEmpty();
        _parent.Canceled(0).Should().BeEmpty();
        _parent.Ended!.Code.Should().Be(by == "split" ? "split" : "canceled");
        _parent.Later().Should().BeEmpty();
    }

    [Fact]
    public void Between_two_slices_it_can_be_taken_back_too()
    {
        _parent.Twap(10, 2);
        _parent.Fills(0, 5);

        _parent.Engine.CancelAll("changed my mind", _parent.Account.Now);
        _parent.Turn();

        _parent.Ended.Should().BeEquivalentTo(new { Code = "canceled", Traded = 5m, Untraded = 5m });
        _parent.Later().Should().BeEmpty();
    }

    [Fact]
    public void It_goes_on_from_the_log_and_decides_no_slice_twice()
    {
        _parent.Twap(9, 3, limit: 100);
        _parent.Rests(0);
        _parent.Fills(0, 3);
        _parent.Account.Restart();
        _parent.Turn().Should().BeEmpty("the slice of this step was there");

        _parent.Later().Should().Equal("place 1: Buy 3 Limit 100");
        _parent.Account.Restart(isInDoubt: true);
        _parent.Find(1).Status.Should().Be(OrderStatus.Unknown, "nobody knows whether it had left");
        _parent.Later().Should().NotContain(work => work.StartsWith("place", StringComparison.Ordinal));

        _parent.Engine.CancelExecution(ExecutionScript.Id, "changed my mind", _parent.Account.Now);
        _parent.Turn();
        _parent.Account.Restart(isInDoubt: true);
        _parent.Later().Should().NotContain(work => work.StartsWith("place", StringComparison.Ordinal), "a stop is not forgotten");
        _parent.Account.Logged<OrderRequested>().Should().HaveCount(2);
    }

    [Fact]
    public void A_slice_is_not_changed_by_hand()
    {
        _parent.Iceberg(25, 10);
        _parent.Rests(0);

        _parent.Engine.Replace(ExecutionScript.Slice(0), 20, null, null, _parent.Account.Now).Should().Contain("cancel that");
    }

    [Theory]
    [InlineData(2, 3, "quantity_below_lot")]
    [InlineData(10.5, 3, "quantity_off_lot")]
    public void What_cannot_be_cut_into_whole_lots_is_not_taken(double quantity, int slices, string code)
    {
        var start = () => _parent.Twap((decimal)quantity, slices);

        start.Should().Throw<InvalidOperationException>().WithMessage($"*{code}*");
        _parent.Account.Logged<ExecutionRequested>().Should().BeEmpty();
    }
}

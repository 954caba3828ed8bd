using AlgoStack.Simulation.Venue;
using FluentAssertions;
using Xunit;
using static AlgoStack.Simulation.Tests.Venue.VenueScript;

namespace AlgoStack.Simulation.Tests.Venue;

/// <summary>The rules of <see cref="SimulatedVenue"/>, one by one, as <see cref="VenueScript"/> writes them.</summary>
public sealed class SimulatedVenueTests
{
    [Fact]
    public void A_market_order_trades_at_the_next_open() => Play(
        """
        bar 1 10 10 10 10
        buy 100 market
        bar 2 11 12 9 12
        bar 3 13 13 13 13
        """).Should().Be("2 buy 100 @11.00 at open");

    [Theory]
    [InlineData("sell 100 stop 9", "bar 2 10 10 9.01 9.5", "")]
    [InlineData("sell 100 stop 9", "bar 2 10 10 9 9.5", "2 sell 100 @9.00")]
    [InlineData("sell 100 stop 9", "bar 2 9 9.5 8 9", "2 sell 100 @9.00 at open")]
    [InlineData("sell 100 stop 9", "bar 2 8.5 9.5 8 9", "2 sell 100 @8.50 at open")]
    [InlineData("buy 100 stop 11", "bar 2 10 10.99 10 10", "")]
    [InlineData("buy 100 stop 11", "bar 2 10 11 10 10", "2 buy 100 @11.00")]
    [InlineData("buy 100 stop 11", "bar 2 12 12 10 10", "2 buy 100 @12.00 at open")]
    public void A_stop_trades_where_it_is_touched_and_at_the_open_that_has_passed_it(string order, string bar, string traded) =>
        Play($"bar 1 10 10 10 10\n{order}\n{bar}").Should().Be(traded);

    [Theory]
    [InlineData("buy 100 limit 9", "bar 2 10 10 9.01 9.5", "")]
    [InlineData("buy 100 limit 9", "bar 2 10 10 9 9.5", "2 buy 100 @9.00")]
    [InlineData("buy 100 limit 9", "bar 2 8.5 10 8 9.5", "2 buy 100 @8.50 at open")]
    [InlineData("sell 100 limit 11", "bar 2 10 10.99 10 10", "")]
    [InlineData("sell 100 limit 11", "bar 2 10 12 10 12", "2 sell 100 @11.00")]
    [InlineData("sell 100 limit 11", "bar 2 11.5 12 10 12", "2 sell 100 @11.50 at open")]
    public void A_limit_trades_where_it_is_touched_and_at_the_open_that_betters_it(string order, string bar, string traded) =>
        Play($"bar 1 10 10 10 10\n{order}\n{bar}").Should().Be(traded);

    [Fact]
    public void A_bar_that_touches_stop_and_target_took_the_stop() => Play(
        """
        bar 1 10 10 10 10
        sell 100 limit 11
        or sell 100 stop 9
        bar 2 10 11 9 10
        bar 3 10 11 9 10
        """).Should().Be(
        """
        2 sell 100 @9.00
        2 canceled sell 100 limit 11
        """);

    [Fact]
    public void An_open_beyond_the_target_took_the_target_whatever_the_bar_touches_after() => Play(
        """
        bar 1 10 10 10 10
        sell 100 limit 11
        or sell 100 stop 9
        bar 2 11.5 11.5 8 8
        """).Should().Be(
        """
        2 sell 100 @11.50 at open
        2 canceled sell 100 stop 9
        """);

    [Fact]
    public void An_entry_at_the_open_has_target_and_stop_for_the_rest_of_the_bar() => Play(
        """
        bar 1 10 10 10 10
        buy 100 market
        bar 2 10 11 9.5 10.5
        protect sell 100 stop 9
        or protect sell 100 limit 11
        rest open
        """).Should().Be(
        """
        2 buy 100 @10.00 at open
        2 sell 100 @11.00
        2 canceled sell 100 stop 9
        """);

    [Fact]
    public void An_entry_within_the_bar_has_its_target_from_the_next_bar_on() => Play(
        """
        bar 1 10 10 10 10
        buy 100 limit 9
        bar 2 10 11 8.5 10.5
        protect sell 100 stop 8
        or protect sell 100 limit 11
        rest
        bar 3 10 11 10 11
        """).Should().Be(
        """
        2 buy 100 @9.00
        3 sell 100 @11.00
        3 canceled sell 100 stop 8
        """);

    [Fact]
    public void An_entry_within_the_bar_has_its_stop_in_that_bar() => Play(
        """
        bar 1 10 10 10 10
        buy 100 limit 9
        bar 2 10 11 8 10.5
        protect sell 100 stop 8
        or protect sell 100 limit 11
        rest
        """).Should().Be(
        """
        2 buy 100 @9.00
        2 sell 100 @8.00
        2 canceled sell 100 limit 11
        """);

    [Theory]
    [InlineData("bar 2 8.5 8.6 8.4 8.5", "2 sell 100 @8.50 at open")]
    [InlineData("bar 2 12 12.1 11.9 12", "2 sell 100 @12.00 at open")]
    public void An_entry_at_an_open_beyond_its_stop_or_target_is_out_at_that_open(string bar, string exit) => Play(
        $"""
        bar 1 10 10 10 10
        buy 100 market
        {bar}
        protect sell 100 stop 9
        or protect sell 100 limit 11
        rest open
        """).Split('\n')[1].Should().Be(exit);

    [Theory]
    [InlineData("bar 2 10 12 10 12", "2 buy 100 @11.00")]
    [InlineData("bar 2 11.2 12 11 12", "2 buy 100 @11.20 at open")]
    [InlineData("bar 2 12 12 11.6 12", "")]
    [InlineData("bar 2 12 12 11.4 12", "2 buy 100 @11.50")]
    public void A_stop_limit_order_trades_at_its_stop_and_never_worse_than_its_limit(string bar, string traded) =>
        Play($"bar 1 10 10 10 10\nbuy 100 stop 11 limit 11.5\n{bar}").Should().Be(traded);

    [Fact]
    public void A_stop_limit_order_woken_within_a_bar_by_a_stop_worse_than_its_limit_waits_for_the_next_bar() => Play(
        """
        bar 1 10 10 10 10
        buy 100 stop 11 limit 10.5
        bar 2 10 12 10 12
        bar 3 12 12 10.4 10.6
        """).Should().Be("3 buy 100 @10.50");

    [Fact]
    public void A_trailing_stop_follows_the_best_price_after_the_bar_and_never_loosens() => Play(
        """
        bar 1 10 10 10 10
        sell 100 trail 1 stop 9
        bar 2 10 12 9.5 11.8
        bar 3 11.5 11.5 11.1 11.2
        bar 4 11.2 11.2 10.5 10.6
        """).Should().Be("4 sell 100 @11.00", "12 - 1 is the stop from bar 3 on, and the 10.5 that bar 3 would make it is worse");

    [Fact]
    public void A_buyers_trailing_stop_follows_the_price_down() => Play(
        """
        bar 1 10 10 10 10
        buy 100 trail 1 stop 11
        bar 2 10 10.5 8 9
        bar 3 8.9 9 8.5 9
        """).Should().Be("3 buy 100 @9.00");

    [Fact]
    public void An_order_for_more_than_its_share_of_the_volume_trades_over_several_bars() => Play(
        """
        bar 1 10 10 10 10 400
        buy 250 market
        bar 2 11 11 11 11 400
        bar 3 12 12 12 12 0
        bar 4 13 13 13 13 403
        bar 5 14 14 14 14 400
        """, Quarter).Should().Be(
        """
        2 buy 100 @11.00 at open, 150 left
        4 buy 100 @13.00 at open, 50 left
        5 buy 50 @14.00 at open
        """);

    [Fact]
    public void Orders_share_a_bars_volume_in_the_order_in_which_they_came() => Play(
        """
        bar 1 10 10 10 10 400
        buy 80 market
        buy 80 market
        sell 10 limit 11
        bar 2 10 12 10 12 400
        bar 3 10 12 10 12 400
        """, Quarter).Should().Be(
        """
        2 buy 80 @10.00 at open
        2 buy 20 @10.00 at open, 60 left
        3 buy 60 @10.00 at open
        3 sell 10 @11.00
        """);

    [Fact]
    public void What_trades_of_one_of_a_pair_is_no_more_left_of_the_other() => Play(
        """
        bar 1 10 10 10 10 400
        sell 150 stop 9
        or sell 150 limit 11
        bar 2 10 11 10 11 400
        bar 3 10 10 9 9 400
        """, Quarter).Should().Be(
        """
        2 sell 100 @11.00, 50 left
        3 sell 50 @9.00
        3 canceled sell 150 limit 11
        """);

    [Fact]
    public void A_stop_that_was_reached_goes_to_market_with_what_is_left_of_it() => Play(
        """
        bar 1 10 10 10 10 400
        sell 250 stop 9
        bar 2 10 10 8.9 9.4 400
        bar 3 9.5 9.6 9.4 9.6 400
        bar 4 9.6 9.6 9.6 9.6 400
        """, Quarter).Should().Be(
        """
        2 sell 100 @9.00, 150 left
        3 sell 100 @9.50 at open, 50 left
        4 sell 50 @9.60 at open
        """);

    [Theory]
    [InlineData(0, "2 buy 100 @12.00 at open")]
    [InlineData(30, "3 buy 100 @13.00 at open")]
    [InlineData(60, "3 buy 100 @13.00 at open")]
    [InlineData(61, "5 buy 100 @15.00 at open")]
    public void An_order_trades_from_the_first_bar_on_that_opens_after_it_has_arrived(int seconds, string traded) => Play(
        """
        bar 1 10 10 10 10
        buy 100 market
        bar 2 12 12 12 12
        bar 3 13 13 13 13
        bar 5 15 15 15 15
        """, Free with { Latency = TimeSpan.FromSeconds(seconds) }).Should().Be(traded);

    [Fact]
    public void An_order_that_arrives_as_a_bar_closes_has_no_part_in_the_rest_of_that_bar() => Play(
        """
        bar 1 10 10 10 10
        buy 100 limit 9
        bar 2 10 10 8 10
        rest open
        """, Free with { Latency = TimeSpan.FromMinutes(1) }).Should().BeEmpty();

    [Fact]
    public void What_takes_the_price_there_is_slips_and_what_waits_for_its_price_does_not() => Play(
        """
        bar 1 10 10 10 10
        buy 1 market
        sell 2 market
        buy 3 stop 11
        sell 4 stop 9
        buy 5 limit 9.5
        sell 6 limit 10.5
        bar 2 10 11 9 10
        """, Free with { Slippage = new SlippageModel.Fixed(0.1) }).Should().Be(
        """
        2 buy 1 @10.10 at open
        2 sell 2 @9.90 at open
        2 buy 3 @11.10
        2 sell 4 @8.90
        2 buy 5 @9.50
        2 sell 6 @10.50
        """);

    [Fact]
    public void No_slippage_makes_a_seller_pay() => Play(
        """
        bar 1 10 10 10 10
        sell 1 market
        bar 2 10 10 10 10
        """, Free with { Slippage = new SlippageModel.Fixed(20) }).Should().Be("2 sell 1 @0.01 at open");

    [Fact]
    public void Makers_and_takers_pay_each_their_own() => Play(
        """
        bar 1 10 10 10 10
        buy 100 market
        sell 100 limit 11
        sell 100 stop 9
        buy 100 stop 10.5 limit 10.4
        bar 2 10 10.6 10 10
        bar 3 10 11 8 10
        """, Free with { Commission = new CommissionModel.MakerTaker(-0.01m, 0.1m) }).Should().Be(
        """
        2 buy 100 @10.00 at open, commission 1
        3 buy 100 @10.00 at open, commission -0.1
        3 sell 100 @9.00, commission 0.9
        3 sell 100 @11.00, commission -0.11
        """);

    [Fact]
    public void An_order_taken_back_trades_no_more() => Play(
        """
        bar 1 10 10 10 10
        buy 100 limit 9
        cancel
        bar 2 8 8 8 8
        """).Should().BeEmpty();

    private static VenueModel Quarter { get; } = Free with { Participation = 0.25 };
}

using AlgoStack.Simulation.Tests.Venue;
using AlgoStack.Simulation.Venue;
using AlgoStack.Trading.MarketData;
using FluentAssertions;
using Xunit;
using static AlgoStack.Simulation.Tests.Ticks.TickScript;

namespace AlgoStack.Simulation.Tests.Ticks;

/// <summary>The rules of <see cref="SimulatedVenue.OnTick"/>, one by one, as <see cref="TickScript"/> writes them.</summary>
public sealed class TickRulesTests
{
    private const string Quoted = "1 quote 9.9 100 10.1 100\n1 trade 10 5\n";

    [Theory]
    [InlineData("2 buy 10 market", "3 quote 9.8 100 10.2 100", "3 buy 10 @10.20")]
    [InlineData("2 sell 10 market", "3 quote 9.8 100 10.2 100", "3 sell 10 @9.80")]
    [InlineData("2 buy 10 market", "3 trade 10 5", "3 buy 10 @10.10")]
    [InlineData("2 sell 10 market", "3 trade 10 5", "3 sell 10 @9.90")]
    public void A_market_order_trades_at_the_side_of_the_quote_that_stands(string order, string tick, string traded) =>
        Play($"{Quoted}{order}\n{tick}").Should().Be(traded);

    [Theory]
    [InlineData("2 buy 10 market", "3 trade 10.4 5", "3 buy 10 @10.40")]
    [InlineData("2 sell 10 market", "3 trade 9.5 5", "3 sell 10 @9.50")]
    [InlineData("2 buy 10 market", "3 quote 10.6 100 0 0", "3 buy 10 @10.60")]
    [InlineData("2 sell 10 market", "3 quote 0 0 9.3 100", "3 sell 10 @9.30")]
    public void Where_the_trade_or_the_other_side_is_worse_the_quote_is_old_and_that_counts(string order, string tick, string traded) =>
        Play($"{Quoted}{order}\n{tick}").Should().Be(traded);

    [Theory]
    [InlineData("1 trade 10 5\n2 buy 10 market\n3 trade 11 5", "3 buy 10 @11.00")]
    [InlineData("1 trade 10 5\n2 sell 10 market\n3 trade 9 5", "3 sell 10 @9.00")]
    [InlineData("2 buy 10 market\n3 quote 9.9 100 0 0\n4 quote NaN 0 NaN 0\n5 trade 10.5 5", "5 buy 10 @10.50")]
    public void A_side_that_was_never_quoted_is_traded_at_the_next_trade(string script, string traded) => Play(script).Should().Be(traded);

    [Theory]
    [InlineData("2 buy 10 market\n2 quote 9.8 100 10.2 100", "2 buy 10 @10.20")]
    [InlineData("2 buy 10 market\n2.249 quote 9.8 100 10.2 100\n2.25 quote 9.8 100 10.3 100", "2.25 buy 10 @10.30", 250)]
    [InlineData("2 buy 10 market\n2.0004 quote 9.8 100 10.2 100\n2.0005 quote 9.8 100 10.3 100", "2.0005 buy 10 @10.30", 0.5)]
    public void An_order_trades_from_the_first_tick_on_that_is_not_before_its_arrival(string script, string traded, double latencyMs = 0) =>
        Play(Quoted + script, VenueScript.Free with { Latency = TimeSpan.FromMilliseconds(latencyMs) }).Should().Be(traded);

    [Theory]
    [InlineData("2 buy 10 limit 10\n3 quote 9.9 100 10.05 100\n4 quote 9.9 100 10.01 100", "")]
    [InlineData("2 buy 10 limit 10\n3 quote 9.9 100 10.05 100\n4 quote 9.9 100 10 100", "4 buy 10 @10.00")]
    [InlineData("2 buy 10 limit 10\n3 quote 9.9 100 10.05 100\n4 quote 9.5 100 9.6 100", "4 buy 10 @10.00")]
    [InlineData("2 sell 10 limit 10\n3 quote 9.9 100 10.05 100\n4 quote 10 100 10.2 100", "4 sell 10 @10.00")]
    [InlineData("2 sell 10 limit 10\n3 quote 9.9 100 10.05 100\n4 quote 9.99 100 10.2 100", "")]
    public void A_limit_that_waits_trades_at_its_price_once_the_opposite_side_reaches_it(string script, string traded) =>
        Play(Quoted + script).Should().Be(traded);

    [Theory]
    [InlineData("2 buy 10 limit 10\n3 trade 10 5\n4 trade 10 500", "")]
    [InlineData("2 buy 10 limit 10\n3 trade 10 5\n4 trade 9.99 5", "4 buy 10 @10.00")]
    [InlineData("2 sell 10 limit 10.05\n3 trade 10 5\n4 trade 10.05 5", "")]
    [InlineData("2 sell 10 limit 10.05\n3 trade 10 5\n4 trade 10.06 5", "4 sell 10 @10.05")]
    public void A_trade_at_a_limit_is_of_those_who_were_there_before_and_one_beyond_it_is_ours_too(string script, string traded) =>
        Play(Quoted + script).Should().Be(traded);

    [Theory]
    [InlineData("2 buy 10 limit 10.5\n3 quote 9.9 100 10.2 100", "3 buy 10 @10.50, commission 0.105")]
    [InlineData("2 sell 10 limit 9.5\n3 trade 10 5", "3 sell 10 @9.50, commission 0.095")]
    [InlineData("2 buy 10 limit 10\n3 quote 9.9 100 10.2 100\n4 quote 9 100 9.5 100", "4 buy 10 @10.00, commission 0.05")]
    public void A_limit_that_is_bettered_as_it_comes_gets_no_better_but_is_a_taker_and_one_that_waited_is_a_maker(string script, string traded) =>
        Play(Quoted + script, VenueScript.Free with { Commission = new CommissionModel.MakerTaker(0.05m, 0.1m) }).Should().Be(traded);

    [Theory]
    [InlineData("2 buy 10 limit 10\n3 trade 10 5", "")]
    [InlineData("2 buy 10 limit 10\n3 trade 9.8 5", "3 buy 10 @10.00")]
    public void Without_quotes_a_limit_that_comes_trades_with_a_trade_that_is_strictly_better(string script, string traded) =>
        Play("1 trade 10 5\n" + script).Should().Be(traded);

    [Theory]
    [InlineData("2 sell 10 stop 9.5\n3 quote 9.4 100 9.6 100\n4 trade 9.51 5", "")]
    [InlineData("2 sell 10 stop 9.5\n3 quote 9.4 100 9.6 100\n4 trade 9.5 5", "4 sell 10 @9.40")]
    [InlineData("2 sell 10 stop 9.5\n3 trade 9.2 5", "3 sell 10 @9.20")]
    [InlineData("2 buy 10 stop 10.5\n3 quote 10.6 100 10.7 100\n4 trade 10.4 5", "")]
    [InlineData("2 buy 10 stop 10.5\n3 quote 10.6 100 10.7 100\n4 trade 10.5 5", "4 buy 10 @10.70")]
    public void A_stop_is_reached_by_a_trade_and_goes_to_market_with_it(string script, string traded) => Play(Quoted + script).Should().Be(traded);

    [Theory]
    [InlineData("2 sell 10 stop 9.5\n3 quote 9.51 100 9.6 100\n4 quote 0 0 9.4 100", "")]
    [InlineData("2 sell 10 stop 9.5\n3 quote 9.5 100 9.9 100", "3 sell 10 @9.50")]
    [InlineData("2 buy 10 stop 10.5\n3 quote 10.4 100 10.6 100", "3 buy 10 @10.60")]
    public void Without_trades_the_side_that_it_would_trade_at_reaches_a_stop(string script, string traded) =>
        Play("1 quote 9.9 100 10.1 100\n" + script).Should().Be(traded);

    [Theory]
    [InlineData("3 trade 10.6 5\n4 quote 10.5 100 10.6 100", "3 buy 10 @10.60")]
    [InlineData("3 quote 10.7 100 10.9 100\n4 trade 10.6 5\n5 quote 10.6 100 10.85 100\n6 quote 10.6 100 10.8 100", "6 buy 10 @10.80")]
    public void A_stop_limit_that_is_reached_takes_the_price_there_or_waits_for_its_limit(string ticks, string traded) =>
        Play($"{Quoted}2 buy 10 stop 10.5 limit 10.8\n{ticks}").Should().Be(traded);

    [Fact]
    public void A_trailing_stop_follows_each_trade_and_never_goes_back() => Play(
        Quoted +
        """
        2 sell 10 trail 1 stop 9
        3 trade 11 5
        4 trade 10.5 5
        5 quote 9.8 100 9.9 100
        6 trade 10.01 5
        7 trade 10 5
        """).Should().Be("7 sell 10 @9.80");

    [Theory]
    [InlineData("3 trade 11.01 5\n4 trade 8 5", "3 sell 10 @11.00\n3 canceled sell 10 stop 9")]
    [InlineData("3 trade 8.9 5\n4 trade 12 5", "3 sell 10 @8.90\n3 canceled sell 10 limit 11")]
    public void Of_a_pair_the_one_that_ticks_reach_first_trades(string ticks, string traded) =>
        Play($"{Quoted}2 sell 10 limit 11\n2 or sell 10 stop 9\n{ticks}").Should().Be(traded);

    [Fact]
    public void What_is_taken_of_a_quote_is_bounded_by_its_size_as_long_as_it_stands() => Play(
        """
        1 quote 9.9 100 10.1 40
        2 buy 50 market
        3 trade 10 1000
        4 trade 10 1000
        5 quote 9.8 100 0 0
        6 quote 9.9 100 10.2 30
        7 quote 9.9 100 10.3 100
        """, Half).Should().Be("3 buy 20 @10.10, 30 left\n6 buy 15 @10.20, 15 left\n7 buy 15 @10.30");

    [Fact]
    public void What_a_trade_gives_is_bounded_by_its_size_in_the_order_in_which_orders_came() => Play(
        """
        1 trade 10 5
        2 buy 10 limit 9
        2 buy 10 limit 9
        3 trade 9.5 1000
        4 trade 8.9 30
        5 trade 8.9 1
        6 trade 8.9 100
        """, Half).Should().Be("4 buy 10 @9.00\n4 buy 5 @9.00, 5 left\n6 buy 5 @9.00");

    [Fact]
    public void Where_no_size_was_given_nothing_is_to_be_had_of_it() => Play(
        """
        1 trade 10 5
        2 buy 10 market
        3 quote 9.9 NaN 10.1 NaN
        4 trade 10 1000
        5 quote 9.9 0 10.1 0
        6 quote 9.9 0 10.1 20
        """, Half).Should().Be("6 buy 10 @10.10");

    [Fact]
    public void Slippage_is_for_those_that_take_and_stops_at_their_limit() => Play(
        Quoted +
        """
        2 buy 10 market
        2 sell 10 limit 9.85
        2 sell 10 limit 10.5
        3 quote 9.9 100 10.1 100
        4 quote 10.6 100 10.7 100
        """, VenueScript.Free with { Slippage = new SlippageModel.Fixed(0.08) }).Should().Be("3 buy 10 @10.18\n3 sell 10 @9.85\n4 sell 10 @10.50");

    [Fact]
    public void Slippage_by_volume_has_it_from_the_newest_bar() =>
        // 10 of 100 at an impact of 1: a hundredth of the price of 10.10.
        Play(
            Quoted + "2 buy 10 market\n3 quote 9.9 100 10.1 100",
            VenueScript.Free with { Slippage = new SlippageModel.VolumeShare(1, 1) },
            new Bar(60_000, 10, 10, 10, 10, 100)).Should().Be("3 buy 10 @10.20");

    [Fact]
    public void What_protects_an_entry_has_no_latency_and_is_there_from_the_next_tick_on() => Play(
        Quoted +
        """
        2 protect sell 10 stop 9.5
        2 trade 9.4 5
        """, VenueScript.Free with { Latency = TimeSpan.FromSeconds(5) }).Should().Be("2 sell 10 @9.40");

    private static VenueModel Half => VenueScript.Free with { Participation = 0.5 };
}

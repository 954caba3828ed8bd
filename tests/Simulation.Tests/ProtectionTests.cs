using AlgoStack.Simulation.Venue;
using FluentAssertions;
using Xunit;
using static AlgoStack.Simulation.Tests.SessionScript;

namespace AlgoStack.Simulation.Tests;

/// <summary>What a signal's target, stop and expiry make of a position, as <see cref="SessionScript"/> writes it.</summary>
public sealed class ProtectionTests
{
    private static readonly VenueModel Free = new(CommissionModel.None, SlippageModel.None, TimeSpan.Zero, Participation: null);

    [Fact]
    public void An_entry_is_protected_at_once_and_its_target_can_be_reached_in_the_same_bar() => Traded(
        """
        bar 1 10 10 10 10
        long 1 stop 9 target 12
        bar 2 10 12 9.5 11
        """).Should().Be(
        """
        requested Buy 1000 @10
        submitted
        accepted SIM-1
        filled 1000 @10.00 commission 0 leaves 0
        position 1000 @10.00
        requested Sell 1000 stop 9
        accepted SIM-2
        requested Sell 1000 limit 12
        accepted SIM-3
        filled 1000 @12.00 commission 0 leaves 0
        position 0 @0.00
        canceled Sell 1000 stop 9
        """);

    [Fact]
    public void A_bar_that_touches_both_after_an_entry_at_its_open_took_the_stop() => Traded(
        """
        bar 1 10 10 10 10
        long 1 stop 9 target 12
        bar 2 10 12 9 11
        """).Should().EndWith(
        """
        filled 1000 @9.00 commission 0 leaves 0
        position 0 @0.00
        canceled Sell 1000 limit 12
        """);

    [Fact]
    public void An_entry_at_an_open_beyond_its_stop_is_out_at_that_open() => Traded(
        """
        bar 1 10 10 10 10
        long 1 stop 9
        bar 2 8.5 8.6 8.4 8.5
        """).Should().EndWith(
        """
        position 1000 @8.50
        requested Sell 1000 stop 9
        accepted SIM-2
        filled 1000 @8.50 commission 0 leaves 0
        position 0 @0.00
        """);

    [Fact]
    public void A_short_position_has_its_stop_above_and_its_target_below() => Traded(
        """
        bar 1 10 10 10 10
        short 1 stop 11 target 8
        bar 2 10 10.5 9 9
        bar 3 8.5 8.5 7.5 8
        """).Should().EndWith(
        """
        position -1000 @10.00
        requested Buy 1000 stop 11
        accepted SIM-2
        requested Buy 1000 limit 8
        accepted SIM-3
        filled 1000 @8.00 commission 0 leaves 0
        position 0 @0.00
        canceled Buy 1000 stop 11
        """);

    [Fact]
    public void Flat_takes_the_exits_back_before_it_closes() => Traded(
        """
        bar 1 10 10 10 10
        long 1 stop 9 target 12
        bar 2 10 10 10 10
        flat 2
        bar 3 10.5 13 8 10
        """).Should().EndWith(
        """
        requested Sell 1000 @10
        canceled Sell 1000 stop 9
        canceled Sell 1000 limit 12
        submitted
        accepted SIM-4
        filled 1000 @10.50 commission 0 leaves 0
        position 0 @0.00
        """);

    [Fact]
    public void A_halted_account_keeps_its_protection() => Traded(
        """
        bar 1 10 10 10 10
        long 1 stop 9
        bar 2 10 10 10 10
        halt
        flat 2
        bar 3 10 10 8.5 9
        """).Should().EndWith(
        """
        requested Sell 1000 @10
        denied halted
        filled 1000 @9.00 commission 0 leaves 0
        position 0 @0.00
        """);

    [Fact]
    public void The_other_direction_closes_and_opens_in_one_order_and_only_what_it_opens_is_protected() => Traded(
        """
        bar 1 10 10 10 10
        long 1 stop 9
        bar 2 10 10 10 10
        short 2 stop 11
        bar 3 10 10 8.5 9
        bar 4 9 11 9 11
        """).Should().EndWith(
        """
        requested Sell 2000 @10
        canceled Sell 1000 stop 9
        submitted
        accepted SIM-3
        filled 2000 @10.00 commission 0 leaves 0
        position -1000 @10.00
        requested Buy 1000 stop 11
        accepted SIM-4
        filled 1000 @11.00 commission 0 leaves 0
        position 0 @0.00
        """);

    [Fact]
    public void An_idea_that_is_stale_goes_to_market_and_its_exits_give_way() => Traded(
        """
        bar 1 10 10 10 10
        long 1 stop 9 expiry 2
        bar 2 10 10 10 10
        bar 3 10 10 10 10.5
        bar 4 11 11 8 8
        """).Should().EndWith(
        """
        accepted SIM-2
        requested Sell 1000 @10.5
        canceled Sell 1000 stop 9
        submitted
        accepted SIM-3
        filled 1000 @11.00 commission 0 leaves 0
        position 0 @0.00
        """);

    [Fact]
    public void Each_part_of_an_entry_is_protected_as_it_trades() => Traded(
        """
        bar 1 10 10 10 10 2000
        long 1 stop 9
        bar 2 10 10 10 10 2400
        bar 3 10 10 10 10 2400
        bar 4 10 10 8.5 9 9999
        """, Free with { Participation = 0.25 }).Should().EndWith(
        """
        filled 600 @10.00 commission 0 leaves 400
        position 600 @10.00
        requested Sell 600 stop 9
        accepted SIM-2
        filled 400 @10.00 commission 0 leaves 0
        position 1000 @10.00
        requested Sell 400 stop 9
        accepted SIM-3
        filled 600 @9.00 commission 0 leaves 0
        position 400 @10.00
        filled 400 @9.00 commission 0 leaves 0
        position 0 @0.00
        """);

    [Fact]
    public void Flat_in_the_middle_of_an_entry_leaves_no_exit_behind() => Traded(
        """
        bar 1 10 10 10 10 2000
        long 1 stop 9
        bar 2 10 10 10 10 2400
        flat 2
        bar 3 10 10 10 10 9999
        bar 4 10 10 8 8 9999
        """, Free with { Participation = 0.25 }).Should().EndWith(
        """
        requested Sell 1000 @10
        canceled Sell 600 stop 9
        submitted
        accepted SIM-3
        filled 400 @10.00 commission 0 leaves 0
        position 1000 @10.00
        filled 1000 @10.00 commission 0 leaves 0
        position 0 @0.00
        """);

    [Fact]
    public void What_one_strategy_trades_within_a_bar_keeps_no_target_from_another_that_entered_at_its_open() => Traded(
        """
        bar 1 10 10 10 10
        long 1 stop 9 by one
        bar 2 10 10 10 10
        long 2 target 12 by two
        bar 3 10 12 9 10
        """).Should().EndWith(
        """
        position 2000 @10.00
        filled 1000 @9.00 commission 0 leaves 0
        position 1000 @10.00
        requested Sell 1000 limit 12
        accepted SIM-4
        filled 1000 @12.00 commission 0 leaves 0
        position 0 @0.00
        """);

    [Fact]
    public void What_protects_an_entry_has_come_with_it_however_long_the_way() => Traded(
        """
        bar 1 10 10 10 10
        long 1 stop 9 target 12
        bar 2 10 10 10 10
        bar 3 10 10 9.5 10
        bar 4 8.5 8.5 8.5 8.5
        """, Free with { Latency = TimeSpan.FromSeconds(1) }).Should().EndWith(
        """
        filled 1000 @10.00 commission 0 leaves 0
        position 1000 @10.00
        requested Sell 1000 stop 9
        accepted SIM-2
        requested Sell 1000 limit 12
        accepted SIM-3
        filled 1000 @8.50 commission 0 leaves 0
        position 0 @0.00
        canceled Sell 1000 limit 12
        """);

    private static string Traded(string script, VenueModel? venue = null) => Play(script, new TradingSettings("paper") { Venue = venue ?? Free });
}

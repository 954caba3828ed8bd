using FluentAssertions;
using Xunit;
using static AlgoStack.Simulation.Tests.SessionScript;

namespace AlgoStack.Simulation.Tests;

/// <summary>Signals to fills, as <see cref="SessionScript"/> writes them.</summary>
public sealed class TradingSessionTests
{
    [Fact]
    public void A_long_signal_buys_a_tenth_of_equity_at_the_next_open() => Play(
        """
        bar 1 10 10 10 10
        long 1
        bar 2 11 12 10 12
        """).Should().Be(
        """
        requested Buy 1000 @10
        submitted
        accepted SIM-1
        filled 1000 @11.00 commission 5.5 leaves 0
        position 1000 @11.00
        """);

    [Fact]
    public void An_order_never_fills_on_the_bar_it_was_raised_on() => Play(
        """
        bar 1 10 10 10 10
        long 1
        """).Should().NotContain("filled");

    [Fact]
    public void A_repeated_direction_is_no_order() => Play(
        """
        bar 1 10 10 10 10
        long 1
        bar 2 10 10 10 10
        long 2
        """).Split('\n').Count(line => line.StartsWith("requested", StringComparison.Ordinal)).Should().Be(1);

    [Fact]
    public void Flat_closes_what_the_strategy_holds() => Play(
        """
        bar 1 10 10 10 10
        long 1
        bar 2 10 10 10 10
        bar 3 10 13 10 13
        flat 3
        bar 4 14 14 14 14
        """).Should().EndWith(
        """
        requested Sell 1000 @13
        submitted
        accepted SIM-2
        filled 1000 @14.00 commission 7 leaves 0
        position 0 @0.00
        """);

    [Fact]
    public void The_stop_of_a_signal_waits_at_the_venue_and_the_flat_that_follows_it_is_no_order() => Play(
        """
        bar 1 10 10 10 10
        long 1 stop 9
        bar 2 10 10 10 10
        bar 3 10 10 8 8.5
        flat 3
        bar 4 8 8 8 8
        """).Should().EndWith(
        """
        position 1000 @10.00
        requested Sell 1000 stop 9
        accepted SIM-2
        filled 1000 @9.00 commission 4.5 leaves 0
        position 0 @0.00
        """);

    [Fact]
    public void Money_that_buys_less_than_a_lot_is_denied_and_the_flat_that_follows_is_no_order() => Play(
        """
        bar 1 20000 20000 20000 20000
        long 1
        bar 2 20000 20000 20000 20000
        flat 2
        """).Should().Be(
        """
        requested Buy 0 @20000
        denied quantity_below_lot
        """);

    [Fact]
    public void A_halt_denies_the_next_order_and_resume_allows_again() => Play(
        """
        bar 1 10 10 10 10
        halt
        long 1
        bar 2 10 10 10 10
        flat 2
        resume
        bar 3 10 10 10 10
        long 3
        """).Should().Be(
        """
        requested Buy 1000 @10
        denied halted
        requested Buy 1000 @10
        submitted
        accepted SIM-1
        """);

    [Fact]
    public void The_same_inputs_make_the_same_orders_and_the_same_hash()
    {
        const string script = "bar 1 10 10 10 10\nlong 1\nbar 2 11 11 11 11\nflat 2\nbar 3 12 12 12 12";
        using var first = Session(script);
        using var second = Session(script);
        using var other = Session(script.Replace("10 10 10 10", "10 10 10 10.01", StringComparison.Ordinal));

        second.OrderListHash.Should().Be(first.OrderListHash);
        second.OrderEvents.Should().Equal(first.OrderEvents);
        other.OrderListHash.Should().NotBe(first.OrderListHash);
    }
}

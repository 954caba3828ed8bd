using System.Globalization;
using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Simulation.Tests;

/// <summary>One line one event, then what the session did: bars are <c>bar T open high low close</c>, signals <c>long|flat T close</c>.</summary>
public sealed class TradingSessionTests
{
    private static readonly Instrument Apple = new(new InstrumentId("AAPL.SIM"), 0.01m, 1, "USD");

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
    public void A_close_beyond_the_stop_exits_at_the_next_open_and_the_flat_that_follows_is_no_order() => Play(
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
        requested Sell 1000 @8.5
        submitted
        accepted SIM-2
        filled 1000 @8.00 commission 4 leaves 0
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

    private static string Play(string script)
    {
        using var session = Session(script);
        var positions = new Queue<string>(session.PositionEvents.Select(p => Text($"position {p.Quantity.Normalized()} @{p.AveragePrice:0.00}")));
        var lines = new List<string>();
        foreach (var e in session.OrderEvents)
        {
            lines.Add(e switch
            {
                OrderRequested r => Text($"requested {r.Intent.Side} {r.Intent.Quantity.Normalized()} @{r.Intent.ReferencePrice.Normalized()}"),
                OrderDenied d => $"denied {d.Code}",
                OrderSubmitted => "submitted",
                OrderAccepted a => $"accepted {a.VenueOrderId}",
                OrderFilled f => Text($"filled {f.Quantity.Normalized()} @{f.Price:0.00} commission {f.Commission.Normalized()} leaves {f.Leaves}"),
                _ => e.ToString(),
            });
            if (e is OrderFilled) lines.Add(positions.Dequeue());
        }

        return string.Join('\n', lines);
    }

    private static TradingSession Session(string script)
    {
        var session = new TradingSession("paper", RiskLimits.Default);
        var apple = session.IndexOf(Apple);
        var last = default(Bar);
        foreach (var line in script.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var words = line.Split(' ');
            switch (words[0])
            {
                case "bar":
                    var prices = words[2..].Select(w => double.Parse(w, CultureInfo.InvariantCulture)).ToArray();
                    last = new Bar(60_000 * long.Parse(words[1], CultureInfo.InvariantCulture), prices[0], prices[1], prices[2], prices[3], 1);
                    session.OnBar(apple, last);
                    break;
                case "halt":
                    session.Halt();
                    break;
                case "resume":
                    session.Resume();
                    break;
                default:
                    var stop = words.Length > 3 ? double.Parse(words[3], CultureInfo.InvariantCulture) : double.NaN;
                    var direction = words[0] == "long" ? SignalDirection.Long : SignalDirection.Flat;
                    session.OnSignal(new Signal(
                        "s", "test", Apple.Id, Timeframe.Minute, last, new Verdict(direction, 1, Regime.Quiet, double.NaN, stop, 0, default)));
                    break;
            }
        }

        return session;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

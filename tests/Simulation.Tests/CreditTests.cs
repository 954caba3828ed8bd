using AlgoStack.Simulation.Venue;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Positions;
using AlgoStack.Trading.Risk;
using FluentAssertions;
using Xunit;
using static AlgoStack.Simulation.Tests.SessionScript;

namespace AlgoStack.Simulation.Tests;

/// <summary>What it takes to hold more than one has, or less than nothing.</summary>
public sealed class CreditTests
{
    private const long Day = 24 * 60;

    private static readonly VenueModel Free = VenueModel.Paper with { Commission = CommissionModel.None };

    // 3.6 % a year is a hundredth of a percent a day: of the 10,000 that a tenth of equity sells short, one a day.
    private static readonly TradingSettings Borrowing = new("paper") { Venue = Free, BorrowPercent = 3.6m };

    // Twice its equity, of which it has to have half.
    private static readonly TradingSettings Margin = new("paper")
    {
        Venue = Free,
        Limits = new RiskLimits(RiskPercent: 200, PositionPercent: 400) { Margin = new MarginModel(50, 25) },
    };

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    [InlineData(365, 365)]
    public void What_is_short_pays_for_every_day_at_the_first_bar_of_another(int days, decimal paid)
    {
        using var session = Session($"bar 1 10 10 10 10\nshort 1\nbar 2 10 10 10 10\nbar {3 + (days * Day)} 10 10 10 10", Borrowing);

        session.Balances.Single().Equity.Should().Be(100_000 - paid);
        session.Balances.Single().RealizedPnl.Should().Be(-paid);
        session.PositionEvents.OfType<BorrowCharged>().Select(c => c.Days).Should().Equal(days == 0 ? [] : [days]);
    }

    [Fact]
    public void What_is_short_pays_on_its_last_close_and_until_the_day_it_is_bought_back()
    {
        using var session = Session(
            $"""
            bar 1 10 10 10 10
            short 1
            bar 2 10 10 10 10
            bar {Day} 10 20 10 20
            bar {Day + 1} 20 20 20 20
            flat {Day + 1}
            bar {(2 * Day) + 1} 20 20 20 20
            bar {(9 * Day) + 1} 20 20 20 20
            """,
            Borrowing);

        // Midnight is still of the day before, and the order of the second day trades on the third.
        session.PositionEvents.OfType<BorrowCharged>().Select(c => c.Cash).Should().Equal(-2, -2);
        session.PositionOf(0).RealizedPnl.Should().Be(-10_000 - 4);
    }

    [Fact]
    public void What_is_long_pays_nothing()
    {
        using var session = Session($"bar 1 10 10 10 10\nlong 1\nbar 2 10 10 10 10\nbar {9 * Day} 10 10 10 10", Borrowing);

        session.Balances.Single().Equity.Should().Be(100_000);
    }

    [Fact]
    public void The_cost_of_borrowing_is_in_what_the_trade_made()
    {
        var (one, two) = (60_000L, 120_000L);
        var days = 10 * Day * 60_000;
        using var run = new BacktestRun(Borrowing, Timeframe.Minute, []);
        run.Run(Flat(one, two), 0, 1);
        run.Session.OnSignal(SignalOf(["short"], new Bar(one, 10, 10, 10, 10, 1)));
        run.Run(Flat(one, two, two + days), 1, 3);
        run.Session.OnSignal(SignalOf(["flat"], new Bar(two + days, 10, 10, 10, 10, 1)));
        run.Run(Flat(one, two, two + days, two + days + one), 3, 4);

        run.Trades.Should().ContainSingle().Which.Income.Should().Be(-10);
        run.Trades[0].ProfitAndLoss.Should().Be(-10);
        run.Statistics.Single().Statistics.LargestLoss.Should().Be(-10);
    }

    [Fact]
    public void Equity_need_only_cover_the_initial_margin()
    {
        using var session = Session("bar 1 10 10 10 10\nlong 1\nbar 2 10 10 10 10", Margin);

        session.PositionOf(0).Quantity.Should().Be(20_000);
        session.Balances.Single().Cash.Should().Be(-100_000);
    }

    [Theory]
    [InlineData("long")]
    [InlineData("short")]
    public void An_entry_that_equity_does_not_cover_is_denied(string direction)
    {
        using var session = Session($"bar 1 10 10 10 10\n{direction} 1", Margin with { Limits = Margin.Limits with { RiskPercent = 200.01m } });

        session.OrderEvents.OfType<OrderDenied>().Should().ContainSingle().Which.Should().BeEquivalentTo(
            new { Code = "insufficient_margin", Reason = "The positions would need 100005.00 of margin, and equity is 100000.00." });
    }

    [Fact]
    public void What_is_on_its_way_needs_margin_too()
    {
        using var session = Session("bar 1 10 10 10 10\nlong 1 by one\nlong 1 by two", Margin);

        session.OrderEvents.OfType<OrderDenied>().Should().ContainSingle().Which.Code.Should().Be("insufficient_margin");
    }

    // 20,000 shares at P, for which 100,000 is owed: a quarter of their worth is left down to P = 6.667.
    [Theory]
    [InlineData("long", "6.67", "6.66", "6.5", 30_000)]
    // 20,000 shares owed at P, for which there is 300,000: up to P = 12.
    [InlineData("short", "12", "12.01", "12.5", 50_000)]
    public void Below_the_maintenance_margin_all_is_closed_at_the_next_open(string direction, string kept, string called, string open, decimal left)
    {
        var opened = $"bar 1 10 10 10 10\n{direction} 1\nbar 2 10 10 10 10\n";
        using var before = Session(opened + Bar(3, kept), Margin);
        using var session = Session(opened + Bar(3, called) + Bar(4, open), Margin);

        before.MarginCalls.Should().BeEmpty();
        var call = session.MarginCalls.Should().ContainSingle().Subject;
        var price = decimal.Parse(called, System.Globalization.CultureInfo.InvariantCulture);
        call.Required.Should().Be(20_000 * price / 4);
        call.Equity.Should().BeLessThan(call.Required);
        session.PositionOf(0).Quantity.Should().Be(0);
        session.Balances.Single().Equity.Should().Be(left);
    }

    [Fact]
    public void A_margin_call_takes_all_orders_back_denies_new_ones_until_it_is_met_and_allows_them_then() => Play(
        """
        bar 1 10 10 10 10
        long 1 stop 5 target 20
        bar 2 10 10 10 10
        bar 3 8 8 6 6
        long 3 by other
        bar 4 6 6 6 6
        long 4 by third
        """, Margin).Should().EndWith(
        """
        canceled Sell 20000 stop 5
        canceled Sell 20000 limit 20
        requested Sell 20000 @6
        submitted
        accepted SIM-4
        requested Buy 6666 @6
        denied margin_call
        filled 20000 @6.00 commission 0 leaves 0
        position 0 @0.00
        requested Buy 6666 @6
        submitted
        accepted SIM-5
        """);

    [Fact]
    public void An_order_against_a_position_that_is_being_closed_for_margin_is_denied_like_any_other() => Play(
        """
        bar 1 10 10 10 10
        long 1
        bar 2 10 10 10 10
        bar 3 6 6 6 6
        short 3 by other
        bar 4 6 6 6 6
        """, Margin).Should().EndWith(
        """
        requested Sell 6666 @6
        denied margin_call
        filled 20000 @6.00 commission 0 leaves 0
        position 0 @0.00
        """);

    [Fact]
    public void A_halted_account_is_closed_for_margin_all_the_same()
    {
        using var session = Session("bar 1 10 10 10 10\nlong 1\nbar 2 10 10 10 10\nhalt\nbar 3 6 6 6 6\nbar 4 6 6 6 6", Margin);

        session.PositionOf(0).Quantity.Should().Be(0);
    }

    [Fact]
    public void A_call_looks_at_all_bars_of_an_instant_and_is_made_once_however_long_it_takes()
    {
        var other = new Instrument(new InstrumentId("IBM.SIM"), 0.01m, 1, "USD");
        using var session = new TradingSession(Margin with { BarLength = TimeSpan.FromMinutes(1), Limits = Margin.Limits with { RiskPercent = 100 } });
        var (apple, ibm) = (session.IndexOf(Apple), session.IndexOf(other));
        Instant(1, (apple, 10), (ibm, 10));
        session.OnSignal(SignalOf(["long"], new Bar(60_000, 10, 10, 10, 10, 1)));
        session.OnSignal(SignalOf(["short"], new Bar(60_000, 10, 10, 10, 10, 1)) with { Instrument = other.Id });
        Instant(2, (apple, 10), (ibm, 10));

        // Half of the account is lost on one side, more than that is won on the other.
        Instant(3, (apple, 3), (ibm, 1));
        session.MarginCalls.Should().BeEmpty();

        // From here on one of the two is halted: it has no bars, and its closing order waits.
        Instant(4, (ibm, 30));
        Instant(5, (ibm, 30));
        Instant(6, (ibm, 30));
        session.MarginCalls.Should().ContainSingle();
        session.PositionOf(ibm).Quantity.Should().Be(0);
        session.PositionOf(apple).Quantity.Should().Be(10_000);

        Instant(7, (apple, 3));
        session.PositionOf(apple).Quantity.Should().Be(0);
        session.MarginCalls.Should().ContainSingle();

        void Instant(int minute, params (int Instrument, double Price)[] bars)
        {
            session.BeginInstant(minute * 60_000);
            foreach (var (instrument, price) in bars) session.OnBar(instrument, new Bar(minute * 60_000, price, price, price, price, 1));
            session.EndBars(minute * 60_000);
        }
    }

    [Fact]
    public void A_cash_account_sells_short_without_margin_and_is_never_called()
    {
        using var session = Session(
            "bar 1 10 10 10 10\nshort 1\nbar 2 10 10 10 10\nbar 3 99 99 99 99", new TradingSettings("paper") { Venue = Free, Limits = new RiskLimits(100, 100) });

        session.PositionOf(0).Quantity.Should().Be(-10_000);
        session.MarginCalls.Should().BeEmpty();
    }

    private static string Bar(int minute, string price) => $"bar {minute} {price} {price} {price} {price}\n";

    private static BarSeries Flat(params long[] closes) => RandomWalk.Of([Apple], [.. closes.Select(c => (0, new Bar(c, 10, 10, 10, 10, 1)))]);
}

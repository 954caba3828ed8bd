using AlgoStack.Simulation.Venue;
using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Performance;
using AlgoStack.Trading.Positions;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Xunit;
using static AlgoStack.Simulation.Tests.SessionScript;

namespace AlgoStack.Simulation.Tests;

/// <summary>Splits and dividends of what is held, of orders that wait, and of what strategies see.</summary>
public sealed class CorporateActionTests
{
    private const long Minute = 60_000;

    private static readonly TradingSettings Free = new("paper") { Venue = VenueModel.Paper with { Commission = CommissionModel.None } };

    // Apple before and after its seven for one of June 2014: 10,000 / 645.57 is 15 shares, which become 105.
    private const string BeforeTheSplit =
        """
        bar 1 645 646 644 645.57
        long 1 stop 600 target 700
        bar 2 645.57 646 644 645.57
        """;

    [Fact]
    public void A_split_changes_the_position_and_what_protects_it_and_leaves_equity_as_it_was()
    {
        using var before = Session(BeforeTheSplit, Free);
        using var session = Session(BeforeTheSplit + "\nsplit 7 1", Free);

        session.PositionOf(0).Quantity.Should().Be(15 * 7);
        session.PositionOf(0).AveragePrice.Should().Be(645.57m / 7);
        Equity(session).Should().BeApproximately(Equity(before), 1e-9m).And.BeApproximately(100_000, 1e-9m);
        session.EquityEstimate(0).Should().BeApproximately(100_000, 1e-6);
        session.PositionEvents.OfType<PositionSplit>().Should().ContainSingle().Which.Fraction.Should().Be(0);

        // 600 / 7 is 85.714, and 700 / 7 is 100.
        Play(BeforeTheSplit + "\nsplit 7 1\nbar 3 92.70 93.04 85.71 92", Free).Should().EndWith(
            """
            split Sell 15 stop 600 into 105 85.71
            split Sell 15 limit 700 into 105 100
            filled 105 @85.71 commission 0 leaves 0
            position 0 @0.00
            canceled Sell 15 limit 700
            """);
    }

    [Fact]
    public void What_a_split_leaves_below_a_lot_is_paid_out_at_the_last_close()
    {
        const string Script =
            """
            bar 1 645 645 645 645
            long 1
            bar 2 645 660 645 660
            """;
        using var before = Session(Script, Free);
        using var session = Session(Script + "\nsplit 3 2", Free);

        // 15 shares become 22.5 at 660 / 1.5 = 440; half a share was bought at 645 / 1.5 = 430.
        session.PositionOf(0).Should().Be(new Position(22, 430, 5));
        session.PositionEvents.OfType<PositionSplit>().Should().ContainSingle().Which.Cash.Should().Be(220);
        session.Balances.Single().Cash.Should().Be(100_000 - (15 * 645) + 220);
        session.Balances.Single().RealizedPnl.Should().Be(5);
        Equity(session).Should().Be(Equity(before)).And.Be(100_000 + (15 * 15));
    }

    // shares | average | cash | equity, as domain/Simulation/README.md has them.
    [Theory]
    [InlineData("", 15, 645, 90_325, 100_225)]
    [InlineData("split 3 2", 22, 430, 90_545, 100_225)]
    [InlineData("split 3 2\ndividend 0.5", 22, 430, 90_556, 100_225)]
    [InlineData("split 3 2\ndividend 0.5\nbar 3 441 441 441 441", 22, 430, 90_556, 100_258)]
    public void The_table_of_the_page_about_the_simulation_holds(string after, decimal shares, decimal average, decimal cash, decimal equity)
    {
        using var session = Session($"bar 1 645 645 645 645\nlong 1\nbar 2 645 660 645 660\n{after}", Free);

        session.PositionOf(0).Quantity.Should().Be(shares);
        session.PositionOf(0).AveragePrice.Should().Be(average);
        session.Balances.Single().Cash.Should().Be(cash);
        Equity(session).Should().Be(equity);
    }

    [Fact]
    public void A_split_that_leaves_less_than_a_lot_closes_the_position_and_the_next_long_opens_another() => Play(
        """
        bar 1 645 645 645 645
        long 1 stop 600
        bar 2 645 645 645 645
        split 1 20
        bar 3 12900 12900 12900 12900
        long 3
        """, Free).Should().EndWith(
        """
        canceled Sell 15 stop 600
        requested Buy 0 @12900
        denied quantity_below_lot
        """);

    [Fact]
    public void A_short_becomes_a_short_of_new_shares_and_buys_its_fraction_back()
    {
        const string Script =
            """
            bar 1 645 645 645 645
            short 1
            bar 2 645 660 645 660
            """;
        using var session = Session(Script + "\nsplit 3 2", Free);

        session.PositionOf(0).Should().Be(new Position(-22, 430, -5));
        session.Balances.Single().Cash.Should().Be(100_000 + (15 * 645) - 220);
        Equity(session).Should().Be(100_000 - (15 * 15));
    }

    [Fact]
    public void An_entry_on_its_way_over_a_split_buys_new_shares() => Play(
        """
        bar 1 700 700 700 700
        long 1 stop 630
        split 7 1
        bar 2 101 101 101 101
        """, Free).Should().Be(
        """
        requested Buy 14 @700
        submitted
        accepted SIM-1
        split Buy 14 @700 into 98
        filled 98 @101.00 commission 0 leaves 0
        position 98 @101.00
        requested Sell 98 stop 90
        accepted SIM-2
        """);

    [Fact]
    public void An_exit_on_its_way_over_a_split_closes_all_that_is_held()
    {
        using var session = Session(
            """
            bar 1 645 645 645 645
            long 1
            bar 2 645 645 645 645
            flat 2
            split 3 2
            bar 3 430 430 430 430
            """, Free);

        session.PositionOf(0).Quantity.Should().Be(0);
        Equity(session).Should().Be(100_000);
    }

    [Fact]
    public void Each_strategy_keeps_its_own_part_of_what_was_split()
    {
        // 14 and 15 shares become 21 and 22.5 of which the half is paid out.
        using var session = Session(
            """
            bar 1 700 700 700 700
            long 1 by one
            bar 2 645 645 645 645
            long 2 by two
            bar 3 645 645 645 645
            split 3 2
            flat 3 by two
            bar 4 430 430 430 430
            """, Free);

        session.PositionOf(0).Quantity.Should().Be(21);
        session.Executions[^1].Fill.Quantity.Should().Be(22);
    }

    [Theory]
    [InlineData("long", 1)]
    [InlineData("short", -1)]
    public void A_dividend_comes_in_or_goes_out_at_the_ex_date_and_equity_goes_on_where_the_price_falls_by_it(string direction, int sign)
    {
        var script = $"bar 1 10 10 10 10\n{direction} 1\nbar 2 10 11 10 11";
        using var before = Session(script, Free);
        using var session = Session(script + "\ndividend 0.47", Free);
        using var after = Session(script + "\ndividend 0.47\nbar 3 10.53 10.53 10.53 10.53", Free);

        session.Balances.Single().Cash.Should().Be(before.Balances.Single().Cash + (sign * 470));
        session.PositionEvents.OfType<DividendBooked>().Should().ContainSingle().Which.Cash.Should().Be(sign * 470);
        Equity(session).Should().Be(Equity(before));
        Equity(after).Should().Be(Equity(before)).And.Be(100_000 + (sign * 1_000));
        after.Balances.Single().RealizedPnl.Should().Be(sign * 470);
    }

    [Fact]
    public void A_trade_over_a_split_and_a_dividend_made_what_came_in_less_what_went_out()
    {
        // 90 shares bought at 10, paid 0.50 each, become 270, of which each is sold at 4. Prices are those of an account of 900.
        var bars = Flat((1, 10), (2, 10), (3, 9.5), (4, 3), (5, 4), (6, 4)) with
        {
            Actions = [new CashDividend(Apple.Id, 2 * Minute, 0.5m), new Split(Apple.Id, 3 * Minute, 3)],
        };
        using var run = new BacktestRun(
            Free with { OpeningBalance = 1_000, Limits = new(90, 100) }, Timeframe.Minute, [StrategyCatalog.Find("buy-and-hold").Configure()]);

        run.Run(bars, 0, 5);
        run.Session.OnSignal(SignalOf(["flat", "by", "buy-and-hold"], bars[4]));
        run.Run(bars, 5, 6);

        var trade = run.Trades.Should().ContainSingle().Subject;
        trade.Should().Be(new RoundTrip(Apple.Id, OrderSide.Buy, 270, trade.EntryPrice, 4, 0, (270 * 4) - 900 + 45, 2 * Minute, 6 * Minute) { Income = 45 });
        trade.EntryPrice.Should().BeApproximately(10m / 3, 1e-9m);
        var statistics = run.Statistics.Single().Statistics;
        statistics.FinalEquity.Should().Be(1_000 + 225);
        statistics.LargestWin.Should().Be(225);
        statistics.MaxDrawdown.Should().BeApproximately(
            (1_000 - (100 + 45 + (270 * 3))) / 1_000.0, 1e-12, "9.50 and the dividend are no fall from 10, and 3 is one from a third of 9.50");
    }

    [Fact]
    public void What_is_left_of_a_reverse_split_closes_the_trade()
    {
        var bars = Flat((1, 10), (2, 10), (3, 300), (4, 300)) with { Actions = [new Split(Apple.Id, 2 * Minute, 1, 30)] };
        using var run = new BacktestRun(
            Free with { OpeningBalance = 250, Limits = new(100, 100) }, Timeframe.Minute, [StrategyCatalog.Find("buy-and-hold").Configure()]);

        run.Run(bars, 0, 4);

        // 25 of 30 are five sixths of a share, which is worth 300.
        var trade = run.Trades.Should().ContainSingle().Subject;
        trade.ProfitAndLoss.Should().BeApproximately(0, 1e-9m);
        trade.ClosedMs.Should().Be(2 * Minute);
        run.Session.PositionOf(0).Quantity.Should().Be(0);
        run.Statistics.Single().Statistics.FinalEquity.Should().BeApproximately(250, 1e-9m);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_split_raises_no_signal_and_every_signal_is_in_the_prices_of_its_day(int instruments) =>
        Prop.ForAll(Arb.From(Gen.Choose(0, 1_000_000)), Arb.From(Gen.Choose(1, 999)), (seed, minute) =>
        {
            var whole = RandomWalk.Of(seed, 1_000, instruments);
            var split = new Split(whole.Instruments[0].Id, minute * Minute, 4);
            using var one = Everything.Run(whole);
            using var other = Everything.Run(Quartered(whole, split));

            // A quarter is exact in floating point, so that strategies see the same to the bit.
            var expected = one.Signals.Select(s => s.Instrument == split.Instrument && s.Bar.CloseMs > split.ExMs
                ? s with { Bar = s.Bar.Times(0.25), Verdict = s.Verdict.Times(0.25) }
                : s);
            return other.Signals.SequenceEqual(expected);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20));

    [Fact]
    public void An_action_from_before_an_instruments_first_bar_or_of_another_instrument_changes_nothing()
    {
        var bars = RandomWalk.Of(seed: 3, minutes: 1_000);
        using var one = Everything.Run(bars);
        using var other = Everything.Run(bars with
        {
            Actions = [new Split(bars.Instruments[0].Id, 0, 7), new Split(new InstrumentId("OTHER.SIM"), 500 * Minute, 7)],
        });

        other.Signals.Should().Equal(one.Signals);
        other.Session.OrderEvents.Should().Equal(one.Session.OrderEvents);
        other.Session.Balances.Should().Equal(one.Session.Balances);
    }

    [Fact]
    public void A_split_that_came_while_strategies_warmed_up_is_none_of_the_bars_that_follow()
    {
        var whole = RandomWalk.Of(seed: 7, minutes: 2_000);
        var split = new Split(whole.Instruments[0].Id, 500 * Minute, 4);
        var bars = Quartered(whole, split);
        using var one = Warmed(whole);
        using var other = Warmed(bars);

        one.Signals.Should().NotBeEmpty();
        other.Signals.Select(s => (s.Bar.CloseMs, s.Verdict.Direction)).Should().Equal(one.Signals.Select(s => (s.Bar.CloseMs, s.Verdict.Direction)));
        other.Session.PositionEvents.OfType<PositionSplit>().Should().BeEmpty();

        static BacktestRun Warmed(BarSeries bars)
        {
            var run = new BacktestRun(Everything.Settings, bars.Timeframe, Everything.Strategies(bars.Instruments));
            run.WarmUp(Rows(bars, 0, 1_000));
            run.Run(bars, 1_000, bars.Count);
            return run;
        }
    }

    private static decimal Equity(TradingSession session) => session.Balances.Single().Equity;

    private static BarSeries Flat(params (int Minute, double Price)[] bars) => RandomWalk.Of(
        [Apple], [.. bars.Select(b => (0, new Bar(b.Minute * Minute, b.Price, b.Price, b.Price, b.Price, 1)))]);

    /// <summary>The same bars in shares of which the first instrument's are four for one from the split on.</summary>
    private static BarSeries Quartered(BarSeries bars, Split split)
    {
        var rows = Enumerable.Range(0, bars.Count).Select(row =>
            (bars.Instrument[row], bars.Instrument[row] == 0 && bars.CloseMs[row] > split.ExMs ? bars[row].Times(0.25) : bars[row]));
        return RandomWalk.Of(bars.Instruments, [.. rows]) with { Actions = [split] };
    }

    private static BarSeries Rows(BarSeries bars, int from, int to)
    {
        var rows = Enumerable.Range(from, to - from).Select(row => (bars.Instrument[row], bars[row]));
        return RandomWalk.Of(bars.Instruments, [.. rows]) with { Actions = bars.Actions };
    }
}

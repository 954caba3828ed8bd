using AlgoStack.Simulation.Venue;
using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Positions;
using AlgoStack.Trading.Risk;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Simulation.Tests;

public sealed class BacktestRunTests
{
    private const long Minute = 60_000;
    private const long Year = 365L * 24 * 60 * Minute;

    private static readonly Instrument Apple = SessionScript.Apple;
    private static readonly Instrument Ibm = new(new InstrumentId("IBM.SIM"), 0.01m, 1, "USD");
    private static readonly TradingSettings WithoutCosts = new("paper") { Venue = VenueModel.Paper with { Commission = CommissionModel.None } };
    private static readonly IReadOnlyList<ConfiguredStrategy> Following = [StrategyCatalog.Find("ema-cross").Configure()];

    [Fact]
    public void Ninety_thousand_bars_more_allocate_next_to_nothing()
    {
        var (few, many) = (Still(10_000), Still(100_000));
        Allocated(few);

        // The days' returns grow, 16 bytes each; and a collection that another test sets off counts what is left of this
        // thread's piece of the heap, some kilobytes. The smallest object a bar would be two megabytes.
        (Allocated(many) - Allocated(few)).Should().BeLessThan(100_000);

        static long Allocated(BarSeries bars)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            using var run = new BacktestRun(new TradingSettings("paper"), bars.Timeframe, StrategyCatalog.Usual);
            run.Run(bars, 0, bars.Count);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void An_empty_series_leaves_an_account_that_never_traded()
    {
        using var run = Run(RandomWalk.Of([Apple], []), Following);

        run.Session.OrderEvents.Should().BeEmpty();
        var (currency, statistics) = run.Statistics.Single();
        currency.Should().Be("USD");
        statistics.FinalEquity.Should().Be(100_000);
        statistics.Sharpe.Should().BeNull();
        run.DailyReturns.Single().Returns!.Values.ToArray().Should().BeEmpty();
    }

    [Fact]
    public void One_bar_is_a_day_on_which_nothing_happened()
    {
        using var run = Run(Bars((Minute, 10)), Everything.Strategies([Apple]));

        run.Session.Fills.Should().Be(0, "an order trades from the next bar on");
        run.Statistics.Single().Statistics.TotalReturn.Should().Be(0);
        run.DailyReturns.Single().Returns!.Values.ToArray().Should().Equal(0);
    }

    [Fact]
    public void After_a_gap_of_a_year_an_order_trades_at_the_next_open_there_is()
    {
        var bars = Crossing();
        var raised = bars[^1].CloseMs;
        using var run = Run(Bars([.. bars, (raised + Year, 200), (raised + Year + Minute, 200)]), Following);

        var fill = run.Session.OrderEvents.OfType<OrderFilled>().First();
        fill.Price.Should().Be(200);
        fill.At.Should().Be(DateTimeOffset.FromUnixTimeMilliseconds(raised + Year));
        run.Statistics.Single().Statistics.AnnualReturn.Should().NotBeNull();
    }

    [Fact]
    public void Over_a_gap_of_a_year_a_position_is_worth_its_last_close_an_idea_ages_by_bars_and_a_short_pays_for_every_day()
    {
        using var session = SessionScript.Session(
            $"""
            bar 1 10 10 10 10
            short 1 expiry 2
            bar 2 10 10 10 10
            bar 3 10 10 10 11
            bar {3 + (365 * 24 * 60)} 12 12 12 12
            bar {4 + (365 * 24 * 60)} 13 13 13 13
            """,
            WithoutCosts with { BorrowPercent = 3.6m });

        // Entered at bar 2, it is two bars old at bar 3 and out at the next open there is: 1,000 shares, 365 days at 1.1 each.
        session.OrderEvents.OfType<OrderFilled>().Select(f => f.Price).Should().Equal(10, 12);
        session.PositionEvents.OfType<BorrowCharged>().Should().ContainSingle().Which.Cash.Should().Be(-365 * 1.1m);
        session.Balances.Single().Equity.Should().Be(100_000 - 2_000 - (365 * 1.1m));
    }

    [Fact]
    public void While_an_instrument_is_halted_its_orders_wait_and_others_trade()
    {
        var rows = Crossing();
        var raised = rows[^1].CloseMs;
        (int, Bar)[] halted = [.. Enumerable.Range(1, 500).Select(i => (1, Flat(raised + (i * Minute), 50)))];
        using var run = Run(
            RandomWalk.Of([Apple, Ibm], [.. rows.Select(b => (0, Flat(b.CloseMs, b.Close))), .. halted, (0, Flat(raised + (501 * Minute), 130))]), Following);

        var fill = run.Session.OrderEvents.OfType<OrderFilled>().Should().ContainSingle().Subject;
        fill.At.Should().Be(DateTimeOffset.FromUnixTimeMilliseconds(raised + (501 * Minute)));
        fill.Price.Should().Be(130);
    }

    [Theory]
    [InlineData(1e16)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.MaxValue)]
    public void A_target_beyond_all_prices_waits_for_ever(double price)
    {
        using var session = SessionScript.Session($"bar 1 10 10 10 10\nlong 1 target {price}\nbar 2 10 10 10 10\nbar 3 99 9e14 99 99", WithoutCosts);

        session.PositionOf(0).Quantity.Should().Be(1_000);
    }

    [Fact]
    public void A_stop_beyond_all_prices_is_one_that_was_reached()
    {
        using var session = SessionScript.Session("bar 1 10 10 10 10\nlong 1 stop 1e300\nbar 2 10 10 10 10", WithoutCosts);

        session.PositionOf(0).Quantity.Should().Be(0);
        session.Balances.Single().Equity.Should().Be(100_000);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(0)]
    [InlineData(-1)]
    public void Of_a_volume_that_is_none_nobody_takes_part(double volume)
    {
        using var session = SessionScript.Session(
            $"bar 1 10 10 10 10\nlong 1\nbar 2 10 10 10 10 {volume}\nbar 3 11 11 11 11 {double.MaxValue}", WithoutCosts with { Venue = WithoutCosts.Venue with { Participation = 0.5 } });

        session.OrderEvents.OfType<OrderFilled>().Should().ContainSingle().Which.Price.Should().Be(11);
    }

    [Theory]
    [InlineData(1e-8, 1e-12, 1)]
    [InlineData(1e8, 1, 1e-8)]
    public void Prices_of_any_size_are_split_and_borrowed(double price, double tick, double lot)
    {
        var bars = RandomWalk.Of(seed: 1, minutes: 10_000, instruments: 2, price, (decimal)tick, (decimal)lot);
        bars = bars with { Actions = [new Split(bars.Instruments[0].Id, 3_000 * Minute, 1, 3), new Split(bars.Instruments[1].Id, 5_000 * Minute, 7)] };
        var limits = new RiskLimits(50, 200) { Margin = new MarginModel(50, 40) };

        var pairs = StrategyCatalog.Find("pairs").Configure("", bars.Instruments[0].Id, bars.Instruments[1].Id);
        using var run = Run(bars, [pairs], WithoutCosts with { Limits = limits, BorrowPercent = 5 });

        run.Session.PositionEvents.OfType<PositionSplit>().Should().NotBeEmpty();
        run.Session.PositionEvents.OfType<BorrowCharged>().Should().NotBeEmpty();
        run.Session.PositionEvents.Should().OnlyContain(e => e.Quantity % (decimal)lot == 0);
        var balance = run.Session.Balances.Single();
        var held = Enumerable.Range(0, 2).Sum(i => run.Session.PositionOf(i).Quantity * run.Session.PositionOf(i).AveragePrice);
        (balance.Cash + held).Should().BeApproximately(100_000 + balance.RealizedPnl, 1e-6m);
    }

    [Fact]
    public void Without_volume_an_account_trades_all_it_wants_unless_it_takes_part_in_the_volume()
    {
        var bars = Bars([.. Crossing(), (100 * Minute, 120)]);
        bars = bars with { Volume = new double[bars.Count] };
        using var paper = Run(bars, Following);
        using var part = Run(bars, Following, new TradingSettings("paper") { Venue = Everything.Settings.Venue });

        paper.Session.Fills.Should().Be(1);
        part.Session.Fills.Should().Be(0);
        part.Session.OrderEvents.OfType<OrderAccepted>().Should().ContainSingle();
    }

    [Theory]
    [InlineData(1e-8, 1e-12, 1)]
    [InlineData(1e8, 1, 1e-8)]
    public void Prices_of_any_size_trade_with_a_tick_that_fits(double price, double tick, double lot)
    {
        var bars = RandomWalk.Of(seed: 1, minutes: 3_000, instruments: 1, price, (decimal)tick, (decimal)lot);
        using var run = Run(bars, StrategyCatalog.Usual, WithoutCosts);

        run.Session.Fills.Should().BePositive();
        foreach (var fill in run.Session.OrderEvents.OfType<OrderFilled>())
        {
            (fill.Price % (decimal)tick).Should().Be(0);
            (fill.Quantity % (decimal)lot).Should().Be(0);
            ((double)(fill.Price * fill.Quantity)).Should().BeApproximately(10_000, 1_000, "a tenth of equity, which moved little");
        }

        var balance = run.Session.Balances.Single();
        var held = run.Session.PositionOf(0);
        balance.Equity.Should().Be(balance.Cash + (held.Quantity * bars.Instruments[0].RoundPrice(bars.Close[^1])));
        (balance.Cash + (held.Quantity * held.AveragePrice)).Should().BeApproximately(100_000 + balance.RealizedPnl, 1e-9m);
    }

    [Fact]
    public void A_price_below_half_a_tick_buys_nothing()
    {
        using var run = Run(Bars([.. Crossing().Select(b => (b.CloseMs, b.Close * 1e-5))]), Following);

        run.Session.OrderEvents.OfType<OrderDenied>().Should().ContainSingle().Which.Code.Should().Be("quantity_below_lot");
    }

    [Fact]
    public void A_short_in_what_is_no_longer_listed_goes_on_paying_for_it()
    {
        using var session = new TradingSession(WithoutCosts with { BorrowPercent = 3.6m, BarLength = TimeSpan.FromMinutes(1) });
        var (apple, ibm) = (session.IndexOf(Apple), session.IndexOf(Ibm));
        session.OnBar(apple, Flat(Minute, 10));
        session.OnSignal(SessionScript.SignalOf(["short"], Flat(Minute, 10)));
        session.OnBar(apple, Flat(2 * Minute, 10));
        session.BeginInstant(2 * Minute);

        for (var day = 1; day <= 30; day++)
        {
            session.BeginInstant((day * 1_440 * Minute) + Minute);
            session.OnBar(ibm, Flat((day * 1_440 * Minute) + Minute, 50));
        }

        session.PositionEvents.OfType<BorrowCharged>().Should().HaveCount(30).And.OnlyContain(c => c.Cash == -1);
    }

    [Fact]
    public void A_position_in_what_is_no_longer_listed_stays_at_its_last_close()
    {
        var listed = Crossing();
        var bought = listed[^1].CloseMs + Minute;
        (int, Bar)[] rows =
        [
            .. listed.Select(b => (0, Flat(b.CloseMs, b.Close))),
            (0, new Bar(bought, 120, 121, 119, 121, 1)),
            .. Enumerable.Range(1, 100).Select(i => (1, Flat(bought + (i * Minute), 50))),
        ];
        using var run = Run(RandomWalk.Of([Apple, Ibm], rows), Following, WithoutCosts);

        var held = run.Session.PositionOf(0).Quantity;
        held.Should().BePositive();
        run.Session.Balances.Single().Equity.Should().Be(100_000 + held, "it was bought at 120 and closed at 121 for the last time");
        run.Statistics.Single().Statistics.FinalEquity.Should().Be(100_000 + held);
    }

    [Fact]
    public void What_the_list_of_trades_made_is_what_the_statistics_say()
    {
        using var run = Everything.Run(RandomWalk.Of(seed: 2, minutes: 5_000, instruments: 2));
        var statistics = run.Statistics.Single().Statistics;

        run.Trades.Should().HaveCountGreaterThan(10).And.HaveCount(statistics.Trades);
        run.Signals.Should().BeInAscendingOrder(s => s.Bar.CloseMs);
        run.Trades.Max(t => t.ProfitAndLoss).Should().Be(statistics.LargestWin);
        statistics.FinalEquity.Should().Be(run.Session.Balances.Single().Equity);
    }

    private static BacktestRun Run(BarSeries bars, IReadOnlyList<ConfiguredStrategy> strategies, TradingSettings? settings = null)
    {
        var run = new BacktestRun(settings ?? new TradingSettings("paper"), bars.Timeframe, strategies);
        run.Run(bars, 0, bars.Count);
        return run;
    }

    /// <summary>Falls long enough to warm up, then rises until the averages have crossed: the last bar raises a signal.</summary>
    private static (long CloseMs, double Close)[] Crossing()
    {
        var bars = Enumerable.Range(1, 90).Select(i => (i * Minute, i <= 60 ? 160.0 - i : 40.0 + i)).ToArray();
        using var run = Run(Bars(bars), Following);
        var crossed = Array.FindIndex(bars, b => b.Item1 == run.Signals[0].Bar.CloseMs);
        return bars[..(crossed + 1)];
    }

    private static BarSeries Still(int count) => Bars([.. Enumerable.Range(1, count).Select(i => (i * Minute, 100.0))]);

    private static BarSeries Bars(params (long CloseMs, double Close)[] bars) =>
        RandomWalk.Of([Apple], [.. bars.Select(b => (0, Flat(b.CloseMs, b.Close)))]);

    private static Bar Flat(long closeMs, double price) => new(closeMs, price, price, price, price, 1);
}

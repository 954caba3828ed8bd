using AlgoStack.Simulation.Tests.Venue;
using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AlgoStack.Simulation.Tests.Ticks;

public sealed class TickRunTests
{
    private static readonly Instrument Apple = SessionScript.Apple;
    private static readonly Instrument Ibm = new(new InstrumentId("IBM.SIM"), 0.01m, 1, "USD");
    private static readonly TradingSettings WithoutCosts = new("paper") { Venue = VenueScript.Free };

    [Fact]
    public void Of_a_bar_that_touches_both_ticks_know_that_the_target_came_first()
    {
        var ticks = TickScript.Series(
            """
            10  trade 10 5
            61  trade 10 5
            70  trade 12.5 5
            80  trade 8.5 5
            120 trade 9 5
            """);
        ConfiguredStrategy[] strategies = [StrategyEntry.Of<LongOnce>().Configure("stop=9 target=12")];
        using var overTicks = new BacktestRun(WithoutCosts, Timeframe.Minute, strategies);
        using var overBars = new BacktestRun(WithoutCosts, Timeframe.Minute, strategies);

        overTicks.Run(ticks, 0, ticks.Count);
        var bars = TickBars.Of(ticks, Timeframe.Minute);
        overBars.Run(bars, 0, bars.Count);

        bars[1].Should().Be(new Bar(120_000, 10, 12.5, 8.5, 8.5, 15));
        Prices(overTicks).Should().Equal(10, 12);
        Prices(overBars).Should().Equal(10, 9);
    }

    [Fact]
    public void A_signal_sees_only_ticks_before_its_close_and_its_order_only_ticks_after_it()
    {
        var ticks = TickScript.Series(
            """
            10 trade 10 5
            59.999999 trade 11 5
            60 trade 12 5
            """);
        using var run = new BacktestRun(WithoutCosts, Timeframe.Minute, [StrategyCatalog.Find("buy-and-hold").Configure()]);
        run.Run(ticks, 0, ticks.Count);

        run.Signals.Should().ContainSingle().Which.Bar.Should().Be(new Bar(60_000, 10, 11, 10, 11, 10));
        Prices(run).Should().Equal(12);
    }

    [Fact]
    public void A_tick_of_one_instrument_closes_the_bars_of_all()
    {
        var ticks = TickScript.Series(
            """
            10 trade 10 5 of 0
            20 trade 50 5 of 1
            70 trade 51 5 of 1
            80 trade 52 5 of 1
            90 trade 11 5 of 0
            """,
            Apple,
            Ibm);
        using var run = new BacktestRun(WithoutCosts, Timeframe.Minute, [StrategyCatalog.Find("buy-and-hold").Configure()]);
        run.Run(ticks, 0, 3);

        run.Signals.Select(s => (s.Instrument, s.Bar.CloseMs, s.Bar.Close)).Should().Equal((Apple.Id, 60_000, 10), (Ibm.Id, 60_000, 50));
        Prices(run).Should().Equal(51);

        run.Run(ticks, 3, 5);
        Prices(run).Should().Equal(51, 11);
    }

    [Fact]
    public void Equity_is_taken_at_closes_and_once_more_when_ticks_end()
    {
        var ticks = TickScript.Series(
            """
            10  trade 10 5
            61  trade 10 5
            70  trade 11 5
            121 trade 13 5
            130 trade 12 5
            """);
        using var run = new BacktestRun(WithoutCosts, Timeframe.Minute, [StrategyCatalog.Find("buy-and-hold").Configure()]);
        run.Run(ticks, 0, 4);
        // 1,000 shares at 10, of 100,000.
        run.Session.EquityEstimate(0).Should().Be(101_000, "the second bar closed at 11, and the third is open");

        run.Run(ticks, 4, 5);
        run.Session.EquityEstimate(0).Should().Be(102_000);
        var statistics = run.Statistics.Single().Statistics;
        statistics.FinalEquity.Should().Be(102_000);
        statistics.TotalReturn.Should().BeApproximately(0.02, 1e-12);
    }

    [Fact]
    public void Without_ticks_nothing_happens()
    {
        using var run = new BacktestRun(WithoutCosts, Timeframe.Minute, StrategyCatalog.Usual);
        run.Run(RandomTicks.Of([Apple], []), 0, 0);

        run.Session.OrderEvents.Should().BeEmpty();
        run.Statistics.Single().Statistics.FinalEquity.Should().Be(100_000);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void In_one_stretch_or_in_many_ticks_make_the_same_orders_and_figures(int instruments)
    {
        var ticks = RandomTicks.Of(seed: 7, 20_000, instruments);
        using var whole = Run(ticks, ticks.Count);
        using var again = Run(ticks, ticks.Count);
        using var parts = Run(ticks, 37);

        whole.Session.Fills.Should().BeGreaterThan(100);
        again.Session.OrderListHash.Should().Be(whole.Session.OrderListHash);
        parts.Session.OrderListHash.Should().Be(whole.Session.OrderListHash);
        parts.Session.OrderEvents.Should().Equal(whole.Session.OrderEvents);
        parts.Statistics.Should().BeEquivalentTo(whole.Statistics);
        using var other = Run(RandomTicks.Of(seed: 8, 20_000, instruments), 20_000);
        other.Session.OrderListHash.Should().NotBe(whole.Session.OrderListHash);
    }

    [Fact]
    public void Runs_beside_each_other_make_the_orders_that_each_makes_alone()
    {
        TickSeries[] histories = [.. Enumerable.Range(0, 6).Select(seed => RandomTicks.Of(seed, 4_000, instruments: 2))];
        var alone = histories.Select(Hash).ToArray();

        var beside = new string[histories.Length];
        Parallel.For(0, histories.Length, i => beside[i] = Hash(histories[i]));

        beside.Should().Equal(alone).And.OnlyHaveUniqueItems();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Shuffling_the_future_changes_no_order_past(int instruments) =>
        Prop.ForAll(Arb.From(Gen.Choose(0, 1_000_000)), Arb.From(Gen.Choose(1, 2_999)), (seed, now) =>
        {
            var ticks = RandomTicks.Of(seed, 3_000, instruments);
            using var lived = Run(ticks, ticks.Count);
            using var other = Run(Shuffled(ticks, now, seed), ticks.Count);

            // Up to the last tick that both have; of those at its very time some may be after it.
            var nowAt = DateTimeOffset.UnixEpoch.AddTicks(10 * ticks.TimeUs[now - 1]);
            return Before(other, nowAt).SequenceEqual(Before(lived, nowAt));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20));

    [Fact]
    public void Another_future_after_a_fill_leaves_it_as_it_was()
    {
        var ticks = RandomTicks.Of(seed: 3, 5_000);
        using var lived = Run(ticks, ticks.Count);
        var fills = lived.Session.OrderEvents.OfType<OrderFilled>().ToArray();
        fills.Length.Should().BeGreaterThan(20);
        foreach (var (fill, n) in fills.Select((f, n) => (f, n)).Where(f => f.n % 5 == 0))
        {
            var now = Array.FindLastIndex(ticks.TimeUs, us => DateTimeOffset.UnixEpoch.AddTicks(10 * us) <= fill.At) + 1;
            (int, Tick)[] rows = [.. Enumerable.Range(0, ticks.Count).Select(row => (0, row < now ? ticks[row] : Tick.Trade(ticks.TimeUs[row], 1, 1_000_000)))];
            using var other = Run(RandomTicks.Of(ticks.Instruments, rows), rows.Length);

            other.Session.OrderEvents.OfType<OrderFilled>().Take(n + 1).Should().Equal(fills[..(n + 1)]);
        }
    }

    [Fact]
    public void Ninety_thousand_ticks_more_allocate_next_to_nothing()
    {
        var (few, many) = (Still(10_000), Still(100_000));
        Allocated(few);

        (Allocated(many) - Allocated(few)).Should().BeLessThan(8_192, "only the days' returns grow, 16 bytes each");

        static long Allocated(TickSeries ticks)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            using var run = new BacktestRun(new TradingSettings("paper"), Timeframe.Minute, StrategyCatalog.Usual);
            run.Run(ticks, 0, ticks.Count);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        static TickSeries Still(int count) => RandomTicks.Of(
            [Apple], [.. Enumerable.Range(0, count).Select(i => (0, i % 2 == 0 ? Tick.Trade(i * 10_000_000L, 10, 1) : Tick.Quote(i * 10_000_000L, 9, 1, 11, 1)))]);
    }

    private static BacktestRun Run(TickSeries ticks, int stretch)
    {
        var run = new BacktestRun(Everything.Settings, Timeframe.Minute, Everything.Strategies(ticks.Instruments));
        for (var from = 0; from < ticks.Count; from += stretch) run.Run(ticks, from, Math.Min(from + stretch, ticks.Count));
        return run;
    }

    private static string Hash(TickSeries ticks)
    {
        using var run = Run(ticks, ticks.Count);
        return run.Session.OrderListHash;
    }

    private static IEnumerable<decimal> Prices(BacktestRun run) => run.Session.OrderEvents.OfType<OrderFilled>().Select(f => f.Price);

    private static IEnumerable<OrderEvent> Before(BacktestRun run, DateTimeOffset now) => run.Session.OrderEvents.TakeWhile(e => e.At < now);

    /// <summary>The same rows up to <paramref name="now"/>, and after it the same times with the ticks of others.</summary>
    private static TickSeries Shuffled(TickSeries ticks, int now, int seed)
    {
        var rows = Enumerable.Range(0, ticks.Count).ToArray();
        new Random(seed).Shuffle(rows.AsSpan(now));
        return RandomTicks.Of(
            ticks.Instruments, [.. rows.Select((row, i) => (ticks.Instrument[row], ticks[row] with { TimeUs = ticks.TimeUs[i] }))]);
    }
}

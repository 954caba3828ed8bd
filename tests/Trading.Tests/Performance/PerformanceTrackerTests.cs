using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Performance;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AlgoStack.Trading.Tests.Performance;

public sealed class PerformanceTrackerTests
{
    private const long Day = 86_400_000;
    private static readonly InstrumentId Apple = new("AAPL.SIM");

    [Fact]
    public void Three_days_of_trading_come_to_this()
    {
        var tracker = new PerformanceTracker(1_000);

        tracker.OnFill(Apple, OrderSide.Buy, 10, 50, 1, 0, out _).Should().BeFalse();
        tracker.OnEquity(Day - 1, 1_100);
        tracker.OnFill(Apple, OrderSide.Sell, 10, 61, 1, Day, out var trade).Should().BeTrue();
        tracker.OnEquity(Day, 1_108);
        tracker.OnFill(Apple, OrderSide.Buy, 10, 60, 1, 2 * Day, out _).Should().BeFalse();
        tracker.OnEquity((2 * Day) + 1, 997.2);

        trade.ProfitAndLoss.Should().Be(108);
        var statistics = tracker.Statistics(997.2m);
        statistics.Should().BeEquivalentTo(new
        {
            OpeningEquity = 1_000m,
            FinalEquity = 997.2m,
            ProfitAndLoss = -2.8m,
            Trades = 1,
            WinRate = 1.0,
            ProfitFactor = (double?)null,
            AverageWin = 108m,
            AverageLoss = (decimal?)null,
            LargestWin = 108m,
            LargestLoss = (decimal?)null,
            MostConsecutiveWins = 1,
            MostConsecutiveLosses = 0,
            Commission = 3m,
        });
        statistics.TotalReturn.Should().BeApproximately(-0.0028, 1e-15);
        statistics.AnnualReturn.Should().BeApproximately(Math.Pow(0.9972, 365.25 * Day / (Day + 2)) - 1, 1e-12);
        statistics.MaxDrawdown.Should().BeApproximately(0.1, 1e-15, "110.8 is a tenth of 1,108");
        statistics.Sharpe.Should().NotBeNull();
        statistics.Sortino.Should().NotBeNull();
    }

    [Fact]
    public void Time_in_the_market_holding_time_and_turnover_come_from_the_fills()
    {
        var tracker = new PerformanceTracker(1_000);
        tracker.OnEquity(0, 1_000);
        Fill(OrderSide.Buy, 10, Day);
        tracker.OnEquity(Day, 1_000);
        Fill(OrderSide.Sell, 10, 3 * Day);
        tracker.OnEquity(3 * Day, 1_000);
        Fill(OrderSide.Sell, 5, 9 * Day);
        tracker.OnEquity(10 * Day, 1_000);

        // Two days long and the last one short, of ten. Bought for 500, sold for 750: the lesser is half the equity, in
        // 10 / 365.25 of a year.
        var activity = tracker.Statistics(1_000).Activity;
        activity.Exposure.Should().BeApproximately(0.3, 1e-15);
        activity.AverageHolding.Should().Be(TimeSpan.FromDays(2));
        activity.Turnover.Should().BeApproximately(0.5 * 36.525, 1e-12);

        void Fill(OrderSide side, decimal quantity, long atMs) => tracker.OnFill(Apple, side, quantity, 50, 0, atMs, out _);
    }

    [Fact]
    public void Fills_outside_the_equity_curve_leave_the_time_in_the_market_between_0_and_1()
    {
        var tracker = new PerformanceTracker(1_000);
        tracker.OnFill(Apple, OrderSide.Buy, 1, 50, 0, 0, out _);
        tracker.OnEquity(Day, 1_000);
        tracker.OnEquity(2 * Day, 1_000);
        tracker.OnFill(Apple, OrderSide.Sell, 1, 50, 0, 3 * Day, out _);
        tracker.OnFill(Apple, OrderSide.Buy, 1, 50, 0, 4 * Day, out _);

        tracker.Statistics(1_000).Activity.Exposure.Should().Be(0.75);
    }

    [Fact]
    public void The_daily_returns_have_every_day_the_open_one_too()
    {
        var tracker = new PerformanceTracker(100);
        tracker.OnEquity(Day / 2, 120);
        tracker.OnEquity(Day - 1, 110);
        tracker.OnEquity(3 * Day, 99);
        tracker.OnEquity((3 * Day) + 1, 99);

        var returns = tracker.DailyReturns()!;

        returns.Days.ToArray().Should().Equal(new DateOnly(1970, 1, 1), new DateOnly(1970, 1, 4));
        returns.Values.ToArray().Should().Equal(0.1, -0.1);
        tracker.Statistics(99).Risk.BestDay.Should().Be(0.1);
        tracker.Statistics(99).Risk.WorstDay.Should().Be(-0.1);
    }

    [Fact]
    public void After_a_day_that_left_nothing_there_are_no_daily_returns()
    {
        var tracker = new PerformanceTracker(100);
        tracker.OnEquity(0, -20);
        tracker.DailyReturns()!.Values.ToArray().Should().Equal(-1.2);

        tracker.OnEquity(Day, 50);

        tracker.DailyReturns().Should().BeNull();
        var risk = tracker.Statistics(50).Risk;
        risk.Should().Match<RiskStatistics>(r =>
            r.Volatility == null && r.Omega == null && r.Skew == null && r.BestDay == null);
        risk.MaxDrawdownDays.Should().Be(1);
        risk.UlcerIndex.Should().BeApproximately(Math.Sqrt(((1.2 * 1.2) + (0.5 * 0.5)) / 2), 1e-15);
    }

    [Fact]
    public void Many_instants_at_once_are_as_one_by_one() =>
        Prop.ForAll(Arb.From(Gen.Choose(0, int.MaxValue)), seed =>
        {
            var random = new Random(seed);
            var (oneByOne, atOnce) = (new PerformanceTracker(1_000), new PerformanceTracker(1_000));
            var at = 0L;
            for (var stretch = 0; stretch < 20; stretch++)
            {
                var (cash, quantity) = (random.Next(-500, 1_500), random.Next(-3, 4));
                var times = new long[random.Next(0, 12)];
                var prices = new double[times.Length];
                for (var i = 0; i < times.Length; i++)
                {
                    times[i] = at += random.NextInt64(1, Day);
                    prices[i] = random.Next(50, 150);
                    oneByOne.OnEquity(times[i], cash + (quantity * prices[i]));
                }

                atOnce.OnEquities(times, cash, quantity, prices);
            }

            return atOnce.Statistics(7).Equals(oneByOne.Statistics(7));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_day_that_left_next_to_nothing_is_followed_by_others()
    {
        var tracker = new PerformanceTracker(1e24m);
        tracker.OnEquity(0, 1e-28);
        tracker.OnEquity(Day, 2e-28);

        tracker.DailyReturns()!.Values.ToArray().Should().Equal(-1, 1);
    }

    [Fact]
    public void An_account_that_never_traded_has_its_opening_equity_and_no_ratios() =>
        new PerformanceTracker(1_000).Statistics(1_000).Should().Be(new PerformanceStatistics(
            1_000, 1_000, 0, 0, null, 0, null, null, null, null, 0, null, null, null, null, 0, 0, 0,
            new RiskStatistics(
                null, null, null, null, 0, null, null, null, null, null, null, null, null, null, null, null, null, null),
            new ActivityStatistics(null, null, null, null, null, null)));

    [Fact]
    public void No_statistic_is_ever_NaN_or_infinite() =>
        Prop.ForAll(
            Arb.From(Gen.Elements(-1e20m, -5m, 0m, 1e-28m, 1e-8m, 1m, 1.01m, 100m, 1e8m, 1e24m).NonEmptyListOf()),
            Arb.From(Gen.Elements(1e-28m, 1e-8m, 1m, 1e8m)),
            Arb.From(Gen.Elements(0L, 1L, 1_000L, Day, 400 * Day)),
            (curve, opening, step) =>
            {
                var tracker = new PerformanceTracker(opening);
                for (var i = 0; i < curve.Count; i++)
                {
                    tracker.OnFill(Apple, i % 2 == 0 ? OrderSide.Buy : OrderSide.Sell, 1, Math.Abs(curve[i]), 0, i * step, out _);
                    tracker.OnEquity(i * step, (double)curve[i]);
                }

                var statistics = tracker.Statistics(curve[^1]);
                return ((object[])[statistics, statistics.Risk, statistics.Activity]).SelectMany(Numbers).All(double.IsFinite);
            }).QuickCheckThrowOnFailure();

    private static IEnumerable<double> Numbers(object record) =>
        record.GetType().GetProperties().Select(p => p.GetValue(record)).OfType<double>();

    [Fact]
    public void Feeding_it_through_a_day_allocates_nothing_once_an_instrument_is_known()
    {
        var tracker = new PerformanceTracker(1_000);
        Feed(0);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 1; i < 1_000; i++) Feed(i);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);

        void Feed(int i)
        {
            tracker.OnFill(Apple, i % 2 == 0 ? OrderSide.Buy : OrderSide.Sell, 1, 100 + (i % 3), 0.1m, i * 60_000, out _);
            tracker.OnEquity(i * 60_000, 1_000 + (i % 5));
        }
    }
}

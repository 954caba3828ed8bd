using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Performance;
using FluentAssertions;
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
        tracker.OnEquity((2 * Day) + 1, 997.2m);

        trade.ProfitAndLoss.Should().Be(108);
        var statistics = tracker.Statistics();
        statistics.Should().BeEquivalentTo(new
        {
            OpeningEquity = 1_000m,
            FinalEquity = 997.2m,
            ProfitAndLoss = -2.8m,
            TotalReturn = -0.0028,
            Trades = 1,
            WinRate = 1.0,
            ProfitFactor = (double?)null,
            MaxDrawdown = 0.1,
            AverageWin = 108m,
            AverageLoss = (decimal?)null,
            LargestWin = 108m,
            LargestLoss = (decimal?)null,
            MostConsecutiveWins = 1,
            MostConsecutiveLosses = 0,
            Commission = 3m,
        });
        statistics.Sharpe.Should().NotBeNull();
        statistics.Sortino.Should().NotBeNull();
    }

    [Fact]
    public void An_account_that_never_traded_has_its_opening_equity_and_no_ratios() =>
        new PerformanceTracker(1_000).Statistics().Should().Be(new PerformanceStatistics(
            1_000, 1_000, 0, 0, 0, null, null, null, null, 0, null, null, null, null, 0, 0, 0));

    [Fact]
    public void Feeding_it_allocates_nothing_once_an_instrument_is_known()
    {
        var tracker = new PerformanceTracker(1_000);
        Feed(0);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 1; i < 1_000; i++) Feed(i);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);

        void Feed(int i)
        {
            tracker.OnFill(Apple, i % 2 == 0 ? OrderSide.Buy : OrderSide.Sell, 1, 100 + (i % 3), 0.1m, i * Day, out _);
            tracker.OnEquity(i * Day, 1_000 + (i % 5));
        }
    }
}

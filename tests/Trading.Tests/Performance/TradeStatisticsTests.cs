using AlgoStack.Trading.Performance;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Trading.Tests.Performance;

public sealed class TradeStatisticsTests
{
    [Fact]
    public void Six_trades_add_up_to_this()
    {
        // Three wins of 350 together, two losses of 100 together, one that made nothing.
        var trades = Of(100, 50, -60, 0, 200, -40);

        trades.Count.Should().Be(6);
        trades.WinRate.Should().Be(0.5);
        trades.ProfitFactor.Should().Be(3.5);
        trades.AverageWin.Should().BeApproximately(116.6666667m, 1e-7m);
        trades.AverageLoss.Should().Be(-50);
        trades.LargestWin.Should().Be(200);
        trades.LargestLoss.Should().Be(-60);
        trades.MostConsecutiveWins.Should().Be(2);
        trades.MostConsecutiveLosses.Should().Be(1);
    }

    [Fact]
    public void A_trade_that_made_nothing_ends_a_row()
    {
        Of(1, 0, 1).MostConsecutiveWins.Should().Be(1);
        Of(-1, -1, 0, -1).MostConsecutiveLosses.Should().Be(2);
    }

    [Fact]
    public void With_no_trade_nothing_is_known()
    {
        var none = default(TradeStatistics);

        none.WinRate.Should().BeNull();
        none.ProfitFactor.Should().BeNull();
        none.AverageWin.Should().BeNull();
        none.AverageLoss.Should().BeNull();
        none.LargestWin.Should().BeNull();
        none.LargestLoss.Should().BeNull();
    }

    [Fact]
    public void With_no_loss_there_is_no_profit_factor_and_with_no_win_it_is_zero()
    {
        Of(10).ProfitFactor.Should().BeNull();
        Of(10).LargestLoss.Should().BeNull();
        Of(-10).ProfitFactor.Should().Be(0);
        Of(-10).AverageWin.Should().BeNull();
    }

    private static TradeStatistics Of(params ReadOnlySpan<decimal> profits)
    {
        var trades = default(TradeStatistics);
        foreach (var profit in profits) trades.Add(profit);
        return trades;
    }
}

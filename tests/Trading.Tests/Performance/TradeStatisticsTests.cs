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
        none.PayoffRatio.Should().BeNull();
        none.Expectancy.Should().BeNull();
        none.Kelly.Should().BeNull();
        none.AverageHolding.Should().BeNull();
    }

    [Fact]
    public void What_a_trade_is_worth_comes_from_wins_and_losses_together()
    {
        // Average win 100, average loss -50: they pay 2 to 1. 200 were made in 6 trades. Three of five that decided won,
        // so Kelly is 3/5 - 2/5 / 2 = 0.4.
        var trades = Of(100, 50, -60, 0, 150, -40);

        trades.PayoffRatio.Should().Be(2);
        trades.Expectancy.Should().BeApproximately(200 / 6m, 1e-20m);
        trades.Kelly.Should().BeApproximately(0.4, 1e-15);
    }

    [Fact]
    public void Kelly_grows_capital_faster_than_a_little_more_or_less()
    {
        // Two wins of 3 to each loss of 2, staked so that a loss costs the fraction: it gains 1.5 times the fraction or loses it.
        var kelly = Of(3, 3, -2).Kelly!.Value;

        Growth(kelly).Should().BeGreaterThan(Growth(kelly + 0.01)).And.BeGreaterThan(Growth(kelly - 0.01));

        static double Growth(double fraction) => (2 * Math.Log(1 + (1.5 * fraction))) + Math.Log(1 - fraction);
    }

    [Fact]
    public void A_game_that_loses_has_a_Kelly_fraction_below_zero() =>
        Of(1, -2, -2).Kelly.Should().BeApproximately((1 - (2 / 0.5)) / 3, 1e-15, "a third less two thirds over a half");

    [Fact]
    public void Trades_of_one_and_of_two_hours_were_held_for_an_hour_and_a_half()
    {
        var trades = default(TradeStatistics);
        trades.Add(1, 3_600_000);
        trades.Add(0, 7_200_000);

        trades.AverageHolding.Should().Be(TimeSpan.FromMinutes(90));
    }

    [Fact]
    public void At_any_size_of_money_the_ratios_are_the_same()
    {
        foreach (var scale in (decimal[])[1e-8m, 1e8m])
        {
            var trades = Of(100 * scale, 50 * scale, -60 * scale, 0, 150 * scale, -40 * scale);

            trades.PayoffRatio.Should().BeApproximately(2, 1e-15);
            trades.Kelly.Should().BeApproximately(0.4, 1e-15);
            trades.ProfitFactor.Should().BeApproximately(3, 1e-15);
        }
    }

    [Fact]
    public void With_no_loss_there_is_no_profit_factor_and_with_no_win_it_is_zero()
    {
        Of(10).ProfitFactor.Should().BeNull();
        Of(10).LargestLoss.Should().BeNull();
        Of(10).Kelly.Should().BeNull();
        Of(-10).Kelly.Should().BeNull();
        Of(-10).ProfitFactor.Should().Be(0);
        Of(-10).AverageWin.Should().BeNull();
    }

    private static TradeStatistics Of(params ReadOnlySpan<decimal> profits)
    {
        var trades = default(TradeStatistics);
        foreach (var profit in profits) trades.Add(profit, 0);
        return trades;
    }
}

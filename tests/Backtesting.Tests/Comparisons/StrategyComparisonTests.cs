using AlgoStack.Backtesting.Comparisons;
using AlgoStack.Simulation;
using AlgoStack.Strategies;
using AlgoStack.Trading.Research;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Backtesting.Tests.Comparisons;

public sealed class StrategyComparisonTests
{
    private static readonly BacktestPlan Holding = Plan("buy-and-hold");
    private static readonly BacktestPlan Crossing = Plan("sma-cross");

    [Fact]
    public void Two_plans_stand_side_by_side_with_both_tests()
    {
        var comparison = StrategyComparison.Run(Sp500.Bars, "S&P 500", Holding, Crossing, seed: 3);

        comparison.First.OrderListHash.Should().Be(Backtester.Run(Sp500.Bars, "", Holding).OrderListHash);
        comparison.Second.OrderListHash.Should().Be(Backtester.Run(Sp500.Bars, "", Crossing).OrderListHash);
        var (one, two) = (comparison.First.Currencies[0].Days!, comparison.Second.Currencies[0].Days!);
        comparison.Sharpe.Should().Be(SharpeComparison.Of(one, two, block: 17, StrategyComparison.Draws, new SplitMix64(3)));
        comparison.Returns!.Days.Should().Be(5_105);
        comparison.Returns.Difference.Should().BeApproximately((one.Values.ToArray().Average() - two.Values.ToArray().Average()) * 252, 1e-12);
        comparison.Returns.PValue.Should().BeInRange(0.01, 1);
    }

    [Fact]
    public void A_plan_is_no_better_than_itself()
    {
        var comparison = StrategyComparison.Run(Sp500.Bars, "S&P 500", Crossing, Crossing);

        comparison.Sharpe.Should().Match<SharpeComparison>(s => s.Difference == 0 && s.PValue == 1);
        comparison.Returns.Should().Match<PairedReturns>(r => r.Difference == 0 && r.PValue == 1);
    }

    [Fact]
    public void Results_over_different_bars_are_refused()
    {
        var higher = Sp500.Bars with { Close = [.. Sp500.Bars.Close.SkipLast(1), Sp500.Bars.Close[^1] + 0.01] };
        var (first, second) = (Backtester.Run(Sp500.Bars, "one", Holding), Backtester.Run(higher, "other", Crossing));

        FluentActions.Invoking(() => StrategyComparison.Of(first, second)).Should().Throw<ArgumentException>().WithMessage(
            $"Comparison: expected two results over the same bars, found one ({first.Data.Hash[..12]}) and other ({second.Data.Hash[..12]}).*");
    }

    private static BacktestPlan Plan(string strategy) => new([StrategyCatalog.Find(strategy).Configure()], new TradingSettings(BacktestPlan.Account));
}

using AlgoStack.Backtesting.Comparisons;
using AlgoStack.Trading.Performance;
using AlgoStack.Trading.Research;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Backtesting.Tests.Comparisons;

public sealed class PairedReturnsTests
{
    private const int Days = 400;

    [Theory]
    [InlineData(1.0, 0.317)]
    [InlineData(1.645, 0.100)]
    [InlineData(-1.960, 0.050)]
    public void Of_days_that_do_not_hang_together_it_is_the_normal_test(double errors, double expected)
    {
        // Evenly from end to end, with a deviation of one percent: the standard error is a twentieth of that.
        var shift = errors * 0.01 / Math.Sqrt(Days);

        var paired = PairedReturns.Of(
            Returns(day => shift + (Math.Sqrt(12) * 0.01 * (((day + 0.5) / Days) - 0.5))), Returns(_ => 0), meanBlock: 1, draws: 20_000, new SplitMix64(1))!;

        paired.Days.Should().Be(Days);
        paired.Difference.Should().BeApproximately(shift * 252, 1e-12);
        paired.PValue.Should().BeApproximately(expected, 0.012);
        paired.Draws.P5.Should().BeApproximately(252 * (shift - (1.645 * 0.0005)), 252 * 0.00003);
        paired.Draws.P95.Should().BeApproximately(252 * (shift + (1.645 * 0.0005)), 252 * 0.00003);
    }

    [Fact]
    public void What_both_have_in_common_is_no_difference()
    {
        var random = new SplitMix64(9);
        double[] market = [.. Enumerable.Range(0, Days).Select(_ => (random.NextFraction() - 0.5) / 10)];

        var paired = PairedReturns.Of(Returns(day => market[day] + 0.0001), Returns(day => market[day]), meanBlock: 7, draws: 999, new SplitMix64(1))!;

        paired.PValue.Should().Be(0.001, "each day is better by a hundredth of a percent, however wild the days");
    }

    [Fact]
    public void Days_that_hang_together_tell_less()
    {
        var alone = Of(meanBlock: 1);
        var together = Of(meanBlock: 20);

        together.PValue.Should().BeGreaterThan(2 * alone.PValue);

        static PairedReturns Of(double meanBlock) => PairedReturns.Of(
            Returns(day => 0.0011 + (day / 20 % 2 == 0 ? 0.01 : -0.01)), Returns(_ => 0), meanBlock, draws: 5_000, new SplitMix64(1))!;
    }

    [Fact]
    public void Without_a_day_in_common_there_is_nothing_to_tell() => PairedReturns.Of(
        new DailyReturns(new DailyReturn(new DateOnly(2020, 1, 1), 0.1)), new DailyReturns(new DailyReturn(new DateOnly(2020, 1, 2), 0.1)), 1, 10, new SplitMix64(1))
        .Should().BeNull();

    private static DailyReturns Returns(Func<int, double> at) =>
        new([.. Enumerable.Range(0, Days).Select(day => new DailyReturn(new DateOnly(2020, 1, 1).AddDays(day), at(day)))]);
}

using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AlgoStack.Indicators.Tests;

public sealed class EfficiencyRatioTests
{
    [Fact]
    public void It_is_the_way_made_good_over_the_way_travelled()
    {
        var ratio = new EfficiencyRatio(3);

        var values = new double[] { 1, 2, 3, 4, 3, 3, 3, 3 }.Select(close => ratio.Push(close)).ToArray();

        values.Should().Equal(double.NaN, double.NaN, double.NaN, 1, 1.0 / 3, 0, 1, 0);
    }

    [Fact]
    public void It_lies_between_0_and_1() =>
        Prop.ForAll(Series.Prices, Series.Lengths, (prices, length) =>
        {
            var ratio = new EfficiencyRatio(length);
            return prices.All(price => ratio.Push(price) is >= 0 and <= 1 or double.NaN) && ratio.IsWarm == prices.Length >= ratio.WarmUp;
        }).QuickCheckThrowOnFailure();
}

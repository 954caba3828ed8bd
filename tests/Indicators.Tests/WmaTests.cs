using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AlgoStack.Indicators.Tests;

public sealed class WmaTests
{
    [Fact]
    public void The_newest_value_weighs_most()
    {
        var average = new Wma(3);

        // (1 + 2·2 + 3·6) / 6 = 23/6, then (2 + 2·6 + 3·3) / 6.
        new double[] { 1, 2, 6, 3 }.Select(value => average.Push(value)).Should().Equal(double.NaN, double.NaN, 23.0 / 6, 23.0 / 6);
    }

    [Fact]
    public void It_is_that_of_its_window_whatever_came_before() =>
        Prop.ForAll(Series.Prices, Series.Lengths, (prices, length) =>
        {
            var average = new Wma(length);
            for (var i = 0; i < prices.Length; i++)
            {
                var expected = double.NaN;
                if (i + 1 >= length)
                {
                    var (sum, weights) = (0.0, 0.0);
                    for (var weight = 1; weight <= length; weight++) (sum, weights) = (sum + (weight * prices[i - length + weight]), weights + weight);
                    expected = sum / weights;
                }

                if (!Series.Agree(average.Push(prices[i]), expected)) return false;
            }

            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Equal_values_average_to_exactly_themselves_even_after_unequal_ones()
    {
        var average = new Wma(7);
        for (var i = 0; i < 10; i++) average.Push(i * 0.7);
        for (var i = 0; i < 14; i++) average.Push(0.1);

        average.Value.Should().Be(0.1);
    }
}

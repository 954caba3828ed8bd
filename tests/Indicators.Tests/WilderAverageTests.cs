using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AlgoStack.Indicators.Tests;

public sealed class WilderAverageTests
{
    [Fact]
    public void It_starts_at_the_mean_of_the_first_values_and_then_moves_by_a_share()
    {
        var average = new WilderAverage(4);

        new double[] { 1, 2, 3, 6, 7, 4 }.Select(value => average.Push(value)).Should()
            .Equal(double.NaN, double.NaN, double.NaN, 3, 4, 4);
    }

    [Fact]
    public void It_is_an_exponential_average_of_nearly_twice_the_length() =>
        Prop.ForAll(Series.Prices, Series.Lengths, (prices, length) =>
        {
            // 1 / n is the weight of an exponential average of 2n - 1; only their seeds differ, so both start from one value.
            var wilder = new WilderAverage(length);
            var ema = new Ema((2 * length) - 1);
            for (var i = 0; i < length; i++) wilder.Push(prices[0]);
            for (var i = 0; i < (2 * length) - 1; i++) ema.Push(prices[0]);

            return prices.All(price => Series.Agree(wilder.Push(price), ema.Push(price)));
        }).QuickCheckThrowOnFailure();
}

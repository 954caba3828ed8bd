using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AlgoStack.Indicators.Tests;

public sealed class StandardDeviationTests
{
    [Fact]
    public void It_is_the_root_of_the_mean_square_of_what_differs_from_the_mean()
    {
        var deviation = new StandardDeviation(8);
        foreach (var value in new double[] { 100, 2, 4, 4, 4, 5, 5, 7, 9 }) deviation.Push(value);

        deviation.Mean.Should().Be(5);
        deviation.Value.Should().Be(2);
    }

    [Fact]
    public void It_is_that_of_its_window_whatever_came_before() =>
        Prop.ForAll(Series.Prices, Series.Lengths, (prices, length) =>
        {
            var deviation = new StandardDeviation(length);
            for (var i = 0; i < prices.Length; i++)
            {
                deviation.Push(prices[i]);
                var window = i + 1 < length ? default : prices.AsSpan(i + 1 - length, length);
                var agrees = window.IsEmpty
                    ? double.IsNaN(deviation.Value) && double.IsNaN(deviation.Mean)
                    : Series.Agree(deviation.Value, Series.PopulationDeviation(window), floor: 1e-9)
                        && Series.Agree(deviation.Mean, Series.Mean(window));
                if (!agrees) return false;
            }

            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_small_spread_on_a_large_price_keeps_nine_digits_over_a_hundred_thousand_values()
    {
        var values = new double[100_000];
        for (var i = 0; i < values.Length; i++) values[i] = 60_000 + (0.01 * (i * 7_919 % 100));
        var deviation = new StandardDeviation(20);

        for (var i = 0; i < values.Length; i++)
        {
            deviation.Push(values[i]);
            if (i >= 19 && !Series.Agree(deviation.Value, Series.PopulationDeviation(values.AsSpan(i - 19, 20)), floor: 1e-10))
            {
                Assert.Fail($"At value {i}: {deviation.Value:R} is not {Series.PopulationDeviation(values.AsSpan(i - 19, 20)):R}.");
            }
        }
    }

    [Fact]
    public void A_value_a_billion_times_too_large_leaves_no_trace()
    {
        double[] values = [100.1, 100.2, 1e11, 100.3, 100.4, 100.7];
        var deviation = new StandardDeviation(3);
        foreach (var value in values) deviation.Push(value);

        Series.Agree(deviation.Value, Series.PopulationDeviation(values.AsSpan(3))).Should().BeTrue();
        Series.Agree(deviation.Mean, Series.Mean(values.AsSpan(3))).Should().BeTrue();
    }

    [Fact]
    public void Equal_values_have_none_at_all_even_after_unequal_ones()
    {
        var deviation = new StandardDeviation(20);
        for (var i = 0; i < 50; i++) deviation.Push(i * 0.7);
        for (var i = 0; i < 20; i++) deviation.Push(0.1);

        deviation.Value.Should().Be(0);
        deviation.Mean.Should().Be(0.1);
    }
}

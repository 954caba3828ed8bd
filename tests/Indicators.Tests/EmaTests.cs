using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AlgoStack.Indicators.Tests;

public sealed class EmaTests
{
    [Fact]
    public void It_starts_at_the_mean_of_the_first_values_and_then_moves_by_its_weight()
    {
        var ema = new Ema(3);

        ema.Weight.Should().Be(0.5);
        new double[] { 1, 2, 3, 6, 5 }.Select(value => ema.Push(value)).Should()
            .Equal(double.NaN, double.NaN, 2, 4, 4.5);
    }

    [Fact]
    public void It_is_the_weighted_sum_of_its_seed_and_all_that_followed() =>
        Prop.ForAll(Series.Prices, Series.Lengths, (prices, length) =>
        {
            var ema = new Ema(length);
            foreach (var price in prices) ema.Push(price);
            if (prices.Length < length) return double.IsNaN(ema.Value);

            // v = w Σ (1-w)^age x  +  (1-w)^count seed
            var weight = 2.0 / (length + 1);
            var expected = Series.Mean(prices.AsSpan(0, length)) * Math.Pow(1 - weight, prices.Length - length);
            for (var i = length; i < prices.Length; i++) expected += weight * Math.Pow(1 - weight, prices.Length - 1 - i) * prices[i];
            return Series.Agree(ema.Value, expected);
        }).QuickCheckThrowOnFailure();
}

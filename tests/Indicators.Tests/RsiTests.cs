using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AlgoStack.Indicators.Tests;

public sealed class RsiTests
{
    [Fact]
    public void It_is_the_share_of_gains_in_all_movement()
    {
        var rsi = new Rsi(2);

        // Gains 2, 0 and losses 0, 1: averages 1 and 0.5. Then a gain of 2: averages 1.5 and 0.25.
        var values = new double[] { 10, 12, 11, 13 }.Select(close => rsi.Push(close)).ToArray();

        values[..2].Should().Equal(double.NaN, double.NaN);
        values[2].Should().BeApproximately(100 / 1.5, 1e-12);
        values[3].Should().BeApproximately(150 / 1.75, 1e-12);
        rsi.AverageGain.Should().Be(1.5);
        rsi.AverageLoss.Should().Be(0.25);
    }

    [Theory]
    [InlineData(1, 100)]
    [InlineData(-1, 0)]
    [InlineData(0, 50)]
    public void A_price_that_only_rises_falls_or_stands_is_at_an_end_or_in_the_middle(double step, double expected)
    {
        var rsi = new Rsi(14);
        for (var i = 0; i < 40; i++) rsi.Push(100 + (i * step));

        rsi.Value.Should().Be(expected);
    }

    [Fact]
    public void It_lies_between_0_and_100_and_a_mirrored_price_mirrors_it() =>
        Prop.ForAll(Series.Prices, Series.Lengths, (prices, length) =>
        {
            var rsi = new Rsi(length);
            var mirrored = new Rsi(length);
            foreach (var price in prices)
            {
                var value = rsi.Push(price);
                var other = mirrored.Push(20_000 - price);
                if (rsi.IsWarm && (value is < 0 or > 100 || !Series.Agree(value + other, 100))) return false;
            }

            return rsi.IsWarm == prices.Length >= rsi.WarmUp;
        }).QuickCheckThrowOnFailure();
}

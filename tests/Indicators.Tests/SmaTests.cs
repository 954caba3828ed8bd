using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AlgoStack.Indicators.Tests;

public sealed class SmaTests
{
    [Fact]
    public void It_is_the_mean_of_the_last_values_and_NaN_before_there_are_enough()
    {
        var sma = new Sma(3);

        new double[] { 1, 2, 3, 7, 2 }.Select(value => sma.Push(value)).Should()
            .Equal(double.NaN, double.NaN, 2, 4, 4);
    }

    [Fact]
    public void It_is_the_mean_of_its_window_whatever_came_before() =>
        Prop.ForAll(Series.Prices, Series.Lengths, (prices, length) =>
        {
            var sma = new Sma(length);
            for (var i = 0; i < prices.Length; i++)
            {
                var expected = i + 1 < length ? double.NaN : Series.Mean(prices.AsSpan(i + 1 - length, length));
                if (!Series.Agree(sma.Push(prices[i]), expected)) return false;
            }

            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_value_a_billion_times_too_large_leaves_no_trace()
    {
        var sma = new Sma(3);
        foreach (var value in new[] { 100.1, 1e11, 100.2, 100.3, 100.4 }) sma.Push(value);

        sma.Value.Should().BeApproximately(100.3, 1e-9);
    }

    [Fact]
    public void Values_taken_together_give_to_the_bit_what_they_give_one_by_one() =>
        Prop.ForAll(Series.Prices, Series.Lengths, Arb.From(Gen.Choose(1, 40)), (prices, length, most) =>
        {
            // What makes it look twice: no numbers, and one that takes the digits of the others with it.
            double[] values = [.. prices.Select((p, i) => (i % 23) switch { 7 => double.NaN, 11 => double.PositiveInfinity, 17 => p * 1e9, _ => p })];
            var (one, many) = (new Sma(length), new Sma(length));
            var (expected, means) = (values.Select(v => one.Push(v)).ToArray(), new double[values.Length]);
            for (var (from, count) = (0, 1); from < values.Length; from += count, count = (count * 7 % most) + 1)
            {
                count = Math.Min(count, values.Length - from);
                many.Push(values.AsSpan(from, count), means.AsSpan(from));
            }

            return expected.AsSpan().SequenceEqual(means) && many.Value.Equals(one.Value);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_length_below_one_is_refused() => FluentActions.Invoking(() => new Sma(0)).Should().Throw<ArgumentOutOfRangeException>();
}

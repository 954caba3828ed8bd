using AlgoStack.Trading.Performance;
using AlgoStack.Trading.Research;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Trading.Tests.Research;

public sealed class SharpeComparisonTests
{
    [Fact]
    public void The_ratios_are_those_of_the_days_that_both_have()
    {
        // On the two days that both have 1 and 3 % against 1 and 5 %: 2 / √2 and 3 / √8.
        var first = new DailyReturns(On(1, 0.01), On(2, 0.03), On(3, 0.5));
        var second = new DailyReturns(On(1, 0.01), On(2, 0.05), On(4, 0.5));

        var comparison = SharpeComparison.Of(first, second, 1, 10, new SplitMix64(1));

        comparison.Days.Should().Be(2);
        comparison.First.Should().BeApproximately(2 / Math.Sqrt(2) * Math.Sqrt(252), 1e-12);
        comparison.Second.Should().BeApproximately(3 / Math.Sqrt(8) * Math.Sqrt(252), 1e-12);
        comparison.Difference.Should().BeApproximately(comparison.First!.Value - comparison.Second!.Value, 1e-12);
    }

    [Fact]
    public void A_strategy_does_not_differ_from_itself_at_any_size()
    {
        var random = new SplitMix64(2);
        var returns = Noise.Of(ref random, 250);

        foreach (var scale in (double[])[1, 1e-8, 3])
            SharpeComparison.Of(Days(returns), Days([.. returns.Select(r => r * scale)]), 5, 100, random).PValue.Should().Be(1);
    }

    [Fact]
    public void The_other_way_round_only_the_sign_differs()
    {
        var random = new SplitMix64(3);
        var (first, second) = (Days(Noise.Of(ref random, 250)), Days(Noise.Of(ref random, 250)));

        var there = SharpeComparison.Of(first, second, 5, 200, random);
        var back = SharpeComparison.Of(second, first, 5, 200, random);

        back.Difference.Should().Be(-there.Difference);
        back.PValue.Should().Be(there.PValue);
    }

    [Fact]
    public void Where_there_is_no_difference_one_test_in_ten_finds_one_at_a_level_of_a_tenth()
    {
        // Two strategies that share half of what moves them, and of which a day hangs on the one before.
        var random = new SplitMix64(4);
        var found = 0;
        for (var round = 0; round < 400; round++)
        {
            var market = Noise.Of(ref random, 200);
            var (first, second) = (Mixed(market, Noise.Of(ref random, 200)), Mixed(market, Noise.Of(ref random, 200)));
            if (SharpeComparison.Of(Days(first), Days(second), 5, 99, random).PValue <= 0.1) found++;
        }

        // Binomial with a deviation of 6 about 40.
        found.Should().BeInRange(20, 60);

        static double[] Mixed(double[] market, double[] own)
        {
            var mixed = new double[own.Length];
            for (var i = 0; i < own.Length; i++) mixed[i] = market[i] + own[i] + (i == 0 ? 0 : 0.3 * mixed[i - 1]);
            return mixed;
        }
    }

    [Fact]
    public void A_true_difference_is_found()
    {
        var random = new SplitMix64(5);
        var returns = Noise.Of(ref random, 1_000);
        var better = returns.Zip(Noise.Of(ref random, 1_000), (r, own) => r + (0.3 * own) + 0.001).ToArray();

        // Nothing drawn was as great: one in two hundred.
        SharpeComparison.Of(Days(better), Days(returns), 10, 199, random).PValue.Should().Be(1 / 200.0);
    }

    [Fact]
    public void For_independent_normal_days_it_is_near_the_test_in_closed_form()
    {
        var random = new SplitMix64(6);
        for (var round = 0; round < 6; round++)
        {
            var first = Noise.Of(ref random, 1_000);
            var second = first.Zip(Noise.Of(ref random, 1_000), (r, own) => r + own).ToArray();

            SharpeComparison.Of(Days(first), Days(second), 1, 499, random).PValue
                .Should().BeApproximately(Memmel(first, second), 0.08);
        }
    }

    [Fact]
    public void It_is_what_the_definition_gives()
    {
        var random = new SplitMix64(7);
        for (var round = 0; round < 10; round++)
        {
            // Means as great as the deviation, so that the squares weigh as much as the returns.
            var first = Noise.Of(ref random, 62).Select(r => r + 0.01 + (20 * r * r)).ToArray();
            var second = Noise.Of(ref random, 62).Select(r => r + 0.011).ToArray();

            SharpeComparison.Of(Days(first), Days(second), 4, 199, random).PValue
                .Should().Be(Definition(first, second, 4, 199, random));
        }
    }

    [Fact]
    public void What_cannot_be_known_is_null()
    {
        var none = new SharpeComparison(0, null, null, null, null);
        SharpeComparison.Of(new DailyReturns(), new DailyReturns(), 1, 10, default).Should().Be(none);
        SharpeComparison.Of(Days(0.01), Days(0.02), 1, 10, default).Should().Be(none with { Days = 1 });

        var still = SharpeComparison.Of(Days(0.01, 0.02, 0.03), Days(0.01, 0.01, 0.01), 1, 10, default);
        still.Should().Match<SharpeComparison>(c =>
            c.First != null && c.Second == null && c.Difference == null && c.PValue == null);

        var oneBlock = SharpeComparison.Of(Days(0.01, 0.02, 0.03), Days(0.03, 0.01, 0.01), 2, 10, default);
        oneBlock.Difference.Should().NotBeNull();
        oneBlock.PValue.Should().BeNull("three days are one block of two");
    }

    [Fact]
    public void A_block_of_no_day_and_no_draws_are_refused()
    {
        Comparing(block: 0, draws: 1).Should().Throw<ArgumentOutOfRangeException>();
        Comparing(block: 1, draws: 0).Should().Throw<ArgumentOutOfRangeException>();

        static Action Comparing(int block, int draws) => () => SharpeComparison.Of(Days(1), Days(1), block, draws, default);
    }

    /// <summary>
    /// Ledoit and Wolf's steps, one by one: the difference as a function of the two means and the two mean squares, its
    /// gradient, and the covariance of those four, by Bartlett's kernel over the days and by blocks over the days drawn.
    /// </summary>
    private static double Definition(double[] first, double[] second, int block, int draws, SplitMix64 random)
    {
        var (difference, moments) = Moments(first, second);
        var covariance = 0.0;
        for (var i = 0; i < first.Length; i++)
        {
            for (var j = 0; j < first.Length; j++)
                covariance += Math.Max(0, 1 - (Math.Abs(i - j) / (double)block)) * moments[i] * moments[j];
        }

        var studentised = Math.Abs(difference) / (Math.Sqrt(covariance) / first.Length);
        var days = new int[first.Length / block * block];
        var asGreat = 0;
        for (var draw = 0; draw < draws; draw++)
        {
            BlockBootstrap.Circular(days, first.Length, block, ref random);
            var (drawn, drawnMoments) = Moments([.. days.Select(day => first[day])], [.. days.Select(day => second[day])]);
            var drawnCovariance = drawnMoments.Chunk(block).Sum(b => b.Sum() * b.Sum());
            if (Math.Abs(drawn - difference) / (Math.Sqrt(drawnCovariance) / days.Length) >= studentised) asGreat++;
        }

        return (asGreat + 1.0) / (draws + 1);

        static (double Difference, double[] Moments) Moments(double[] one, double[] two)
        {
            var (a, b) = (one.Average(), two.Average());
            var (c, d) = (one.Average(r => r * r), two.Average(r => r * r));
            double[] gradient =
            [
                c / Math.Pow(c - (a * a), 1.5), -d / Math.Pow(d - (b * b), 1.5),
                -a / 2 / Math.Pow(c - (a * a), 1.5), b / 2 / Math.Pow(d - (b * b), 1.5),
            ];
            var days = one.Zip(two, (r, s) => new[] { r - a, s - b, (r * r) - c, (s * s) - d });
            return (
                (a / Math.Sqrt(c - (a * a))) - (b / Math.Sqrt(d - (b * b))),
                [.. days.Select(day => day.Zip(gradient, (moment, slope) => moment * slope).Sum())]);
        }
    }

    /// <summary>C. Memmel, Performance Hypothesis Testing with the Sharpe Ratio, Finance Letters 1 (2003).</summary>
    private static double Memmel(double[] first, double[] second)
    {
        var (meanA, meanB) = (first.Average(), second.Average());
        var a = Math.Sqrt(first.Average(r => (r - meanA) * (r - meanA)));
        var b = Math.Sqrt(second.Average(r => (r - meanB) * (r - meanB)));
        var correlation = first.Zip(second, (x, y) => (x - meanA) * (y - meanB)).Average() / (a * b);
        var (sharpeA, sharpeB) = (meanA / a, meanB / b);
        var variance = (2 - (2 * correlation) + (((sharpeA * sharpeA) + (sharpeB * sharpeB)
            - (2 * sharpeA * sharpeB * correlation * correlation)) / 2)) / first.Length;
        return 2 * NormalDistribution.Cumulative(-Math.Abs(sharpeA - sharpeB) / Math.Sqrt(variance));
    }

    private static DailyReturn On(int day, double value) => new(new DateOnly(2024, 1, day), value);

    private static DailyReturns Days(params double[] values) =>
        new([.. values.Select((value, i) => new DailyReturn(new DateOnly(2014, 1, 1).AddDays(i), value))]);
}

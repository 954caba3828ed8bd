using AlgoStack.Trading.Research;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Trading.Tests.Research;

public sealed class MonteCarloTests
{
    [Fact]
    public void Days_of_plus_or_minus_one_percent_drawn_one_by_one_are_binomial()
    {
        double[] returns = [.. Enumerable.Repeat(0.01, 5), .. Enumerable.Repeat(-0.01, 5)];

        var result = MonteCarlo.Run(returns, 20_000, 1, new SplitMix64(1));

        // Of ten fair coins at most 1 shows heads in 1.07 % of all, at most 2 in 5.47, 3 in 17.2, 4 in 37.7, 5 in 62.3,
        // 6 in 82.8, 7 in 94.5, 8 in 98.9.
        result.TotalReturn.P5.Should().BeApproximately(After(2), 1e-12);
        result.TotalReturn.P25.Should().BeApproximately(After(4), 1e-12);
        result.TotalReturn.P50.Should().BeApproximately(After(5), 1e-12);
        result.TotalReturn.P75.Should().BeApproximately(After(6), 1e-12);
        result.TotalReturn.P95.Should().BeApproximately(After(8), 1e-12);

        // As many ups as downs: the ratio of half of the paths is not above 0.
        result.Sharpe!.Value.P50.Should().BeApproximately(0, 1e-12);

        static double After(int ups) => (Math.Pow(1.01, ups) * Math.Pow(0.99, 10 - ups)) - 1;
    }

    [Fact]
    public void One_block_as_long_as_all_days_only_turns_the_circle()
    {
        double[] returns = [0.1, -0.2, 0.05, -0.1, 0.3];

        var result = MonteCarlo.Run(returns, 1_000, 1e12, new SplitMix64(2));

        var total = returns.Aggregate(1.0, (wealth, change) => wealth * (1 + change)) - 1;
        result.TotalReturn.P1.Should().BeApproximately(total, 1e-12);
        result.TotalReturn.P99.Should().BeApproximately(total, 1e-12);
        var drawdowns = Enumerable.Range(0, 5).Select(start => Drawdown([.. returns[start..], .. returns[..start]])).ToArray();
        result.MaxDrawdown.P1.Should().BeApproximately(drawdowns.Min(), 1e-12);
        result.MaxDrawdown.P99.Should().BeApproximately(drawdowns.Max(), 1e-12);
    }

    [Fact]
    public void Longer_blocks_keep_what_a_day_owes_to_the_day_before()
    {
        // Each bad day follows a good one, so that there is next to no drawdown unless they are torn apart.
        var returns = Enumerable.Range(0, 200).Select(i => i % 2 == 0 ? 0.0101 : -0.01).ToArray();

        MonteCarlo.Run(returns, 500, 50, new SplitMix64(3)).MaxDrawdown.P50
            .Should().BeLessThan(0.5 * MonteCarlo.Run(returns, 500, 1, new SplitMix64(3)).MaxDrawdown.P50);
    }

    [Fact]
    public void Equal_days_come_to_the_same_on_every_path_and_have_no_ratio()
    {
        var result = MonteCarlo.Run([0.01, 0.01, 0.01], 10, 2, new SplitMix64(4));

        result.TotalReturn.P1.Should().BeApproximately(0.030301, 1e-12);
        result.TotalReturn.P99.Should().BeApproximately(0.030301, 1e-12);
        result.MaxDrawdown.P99.Should().Be(0);
        result.Sharpe.Should().BeNull();
    }

    [Fact]
    public void A_path_that_loses_all_stays_at_nothing()
    {
        var result = MonteCarlo.Run([-1.5, 1, 1], 2_000, 1, new SplitMix64(5));

        // Without the first day: 8 of 27 paths.
        result.TotalReturn.P50.Should().Be(-1);
        result.MaxDrawdown.P50.Should().Be(1);
        result.TotalReturn.P75.Should().Be(7);
        result.MaxDrawdown.P5.Should().Be(0);
    }

    [Fact]
    public void Growth_beyond_all_numbers_is_the_greatest_number() =>
        MonteCarlo.Run([.. Enumerable.Repeat(1e8, 50)], 10, 1, new SplitMix64(6)).TotalReturn.P50.Should().Be(double.MaxValue);

    [Fact]
    public void A_seed_gives_the_same_again_and_another_seed_another()
    {
        double[] returns = [0.1, -0.2, 0.05, -0.1, 0.3];

        MonteCarlo.Run(returns, 50, 2, new SplitMix64(7)).Should().Be(MonteCarlo.Run(returns, 50, 2, new SplitMix64(7)));
        MonteCarlo.Run(returns, 50, 2, new SplitMix64(7)).Should().NotBe(MonteCarlo.Run(returns, 50, 2, new SplitMix64(8)));
    }

    [Fact]
    public void No_returns_no_numbers_and_no_paths_are_refused()
    {
        FluentActions.Invoking(() => MonteCarlo.Run([], 10, 1, default)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => MonteCarlo.Run([0, double.NaN], 10, 1, default))
            .Should().Throw<ArgumentException>().WithMessage("*NaN at 1*");
        FluentActions.Invoking(() => MonteCarlo.Run([0], 0, 1, default)).Should().Throw<ArgumentOutOfRangeException>();
    }

    private static double Drawdown(double[] returns)
    {
        var curve = new List<double> { 1 };
        foreach (var change in returns) curve.Add(curve[^1] * (1 + change));
        return curve.Select((wealth, i) => 1 - (wealth / curve.Take(i + 1).Max())).Max();
    }
}

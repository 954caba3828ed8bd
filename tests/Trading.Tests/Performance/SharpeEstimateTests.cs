using AlgoStack.Trading.Performance;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Trading.Tests.Performance;

public sealed class SharpeEstimateTests
{
    // The example of Bailey and López de Prado, The Deflated Sharpe Ratio (2014): five years of 250 days, 2.5 a year,
    // the trials' ratios with a variance of a half a year.
    private const double DailyVariance = 0.5 / 250;
    private static readonly SharpeEstimate Found = new(2.5 / Math.Sqrt(250), 1250, -3, 10);

    [Fact]
    public void Four_days_have_these_moments()
    {
        // 1 %, 1 %, 1 %, 5 %: mean 2, from it -1, -1, -1, 3; squares 12, cubes 24, fourths 84.
        var estimate = SharpeEstimate.Of([0.01, 0.01, 0.01, 0.05])!.Value;

        estimate.Sharpe.Should().BeApproximately(2 / Math.Sqrt(12 / 3.0), 1e-14);
        estimate.Skew.Should().BeApproximately(24 / 4.0 / Math.Pow(12 / 4.0, 1.5), 1e-14);
        estimate.Kurtosis.Should().BeApproximately(84 / 4.0 / Math.Pow(12 / 4.0, 2), 1e-14);
        estimate.Count.Should().Be(4);
    }

    [Fact]
    public void Turned_round_the_ratio_and_the_skew_change_sign_and_the_kurtosis_stays()
    {
        var estimate = SharpeEstimate.Of([0.01, -0.02, 0.01, 0.05, 0.003])!.Value;
        var turned = SharpeEstimate.Of([-0.01, 0.02, -0.01, -0.05, -0.003])!.Value;

        turned.Should().Be(estimate with { Sharpe = -estimate.Sharpe, Skew = -estimate.Skew });
        turned.ProbabilityAbove(0).Should().BeApproximately(1 - estimate.ProbabilityAbove(0)!.Value, 1e-15);
    }

    [Theory]
    [InlineData(1e-8)]
    [InlineData(1e8)]
    public void At_any_size_of_returns_the_moments_are_the_same(double scale)
    {
        var estimate = SharpeEstimate.Of([0.01, -0.02, 0.01, 0.05, 0.003])!.Value;
        var scaled = SharpeEstimate.Of([0.01 * scale, -0.02 * scale, 0.01 * scale, 0.05 * scale, 0.003 * scale])!.Value;

        scaled.Sharpe.Should().BeApproximately(estimate.Sharpe, 1e-14);
        scaled.Skew.Should().BeApproximately(estimate.Skew, 1e-13);
        scaled.Kurtosis.Should().BeApproximately(estimate.Kurtosis, 1e-13);
    }

    [Fact]
    public void None_and_one_and_equal_returns_have_no_ratio()
    {
        SharpeEstimate.Of([]).Should().BeNull();
        SharpeEstimate.Of([0.01]).Should().BeNull();
        SharpeEstimate.Of([0.01, 0.01, 0.01]).Should().BeNull();
        SharpeEstimate.Of([1e200, -1e200]).Should().BeNull("their squares are beyond all numbers");
    }

    // Bailey and López de Prado, The Sharpe Ratio Efficient Frontier (2012): two years of months at 0.458 a month.
    [Theory]
    [InlineData(0, 3, 0.982)]
    [InlineData(-2.448, 10.164, 0.913)]
    public void The_probabilistic_ratio_is_that_of_the_paper(double skew, double kurtosis, double probability) =>
        new SharpeEstimate(0.458, 24, skew, kurtosis).ProbabilityAbove(0).Should().BeApproximately(probability, 0.0005);

    [Fact]
    public void Above_itself_a_ratio_is_as_likely_as_not() => Found.ProbabilityAbove(Found.Sharpe).Should().Be(0.5);

    [Fact]
    public void One_period_or_moments_that_no_returns_have_leave_no_probability()
    {
        (Found with { Count = 1 }).ProbabilityAbove(0).Should().BeNull();
        (Found with { Skew = 1_000 }).ProbabilityAbove(0).Should().BeNull();
    }

    [Fact]
    public void The_best_of_100_is_expected_to_show_what_the_paper_says() =>
        SharpeEstimate.ExpectedMaximum(100, DailyVariance).Should().BeApproximately(0.1132, 0.00005);

    [Fact]
    public void The_expected_maximum_is_near_that_of_normal_order_statistics()
    {
        // H. L. Harter, Expected Values of Normal Order Statistics, Biometrika 48 (1961): 1.5388, 2.2491 and 2.5076.
        SharpeEstimate.ExpectedMaximum(10, 1).Should().BeApproximately(1.5388, 0.04);
        SharpeEstimate.ExpectedMaximum(50, 1).Should().BeApproximately(2.2491, 0.04);
        SharpeEstimate.ExpectedMaximum(100, 1).Should().BeApproximately(2.5076, 0.04);
        SharpeEstimate.ExpectedMaximum(1_000_000_000, 1).Should().BeInRange(6, 6.2);
    }

    [Fact]
    public void The_deflated_ratio_is_that_of_the_paper()
    {
        Found.Deflated(100, DailyVariance).Should().BeApproximately(0.9004, 0.00005);
        Found.Deflated(46, DailyVariance).Should().BeApproximately(0.9505, 0.00005);
        (Found with { Skew = 0, Kurtosis = 3 }).Deflated(88, DailyVariance).Should().BeApproximately(0.9505, 0.00005);
    }

    [Fact]
    public void One_trial_or_trials_that_are_all_alike_deflate_nothing()
    {
        Found.Deflated(1, DailyVariance).Should().Be(Found.ProbabilityAbove(0));
        Found.Deflated(100, 0).Should().Be(Found.ProbabilityAbove(0));
    }

    [Fact]
    public void Trials_below_one_and_a_variance_below_zero_are_refused()
    {
        FluentActions.Invoking(() => Found.Deflated(0, 1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => Found.Deflated(1, -1)).Should().Throw<ArgumentOutOfRangeException>();
    }
}

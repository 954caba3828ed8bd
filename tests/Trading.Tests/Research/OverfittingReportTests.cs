using AlgoStack.Trading.Performance;
using AlgoStack.Trading.Research;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Trading.Tests.Research;

public sealed class OverfittingReportTests
{
    [Fact]
    public void Three_configurations_come_to_this()
    {
        // Daily ratios: 1 / 2 from a mean of 1 % and squares (1 + 1 + 1 + 9) / 3 = 4; the same turned round; and 0. Their
        // sample variance is (1/4 + 1/4) / 2.
        double[] good = [0, 0, 0, 0.04], even = [0.01, -0.01, 0.01, -0.01];

        var report = OverfittingReport.Of([even, good, [.. good.Select(r => -r)]], 2);

        report.Configurations.Should().Be(3);
        report.Periods.Should().Be(4);
        report.Best.Should().Be(1);
        report.BestSharpe.Should().BeApproximately(0.5 * Math.Sqrt(252), 1e-12);
        report.ExpectedSharpe.Should().BeApproximately(SharpeEstimate.ExpectedMaximum(3, 0.25) * Math.Sqrt(252), 1e-12);
        report.DeflatedSharpe.Should().BeApproximately(SharpeEstimate.Of(good)!.Value.Deflated(3, 0.25)!.Value, 1e-12);
        report.CrossValidation.Should().Be(CrossValidation.Of([even, good, [.. good.Select(r => -r)]], 2));
    }

    [Fact]
    public void The_best_of_much_noise_does_not_pass_and_a_true_one_does()
    {
        var random = new SplitMix64(1);
        var returns = Noise.Of(ref random, 100, 1_000);
        var noise = OverfittingReport.Of(returns, 4);
        for (var i = 0; i < 1_000; i++) returns[42][i] += 0.0025;
        var found = OverfittingReport.Of(returns, 4);

        noise.BestSharpe.Should().BeGreaterThan(0.8, "the best of a hundred looks good");
        noise.DeflatedSharpe.Should().BeLessThan(0.9);
        found.Best.Should().Be(42);
        found.DeflatedSharpe.Should().BeGreaterThan(0.99);
    }

    [Fact]
    public void Configurations_that_never_moved_have_no_ratio()
    {
        var report = OverfittingReport.Of([new double[8], new double[8]], 2);

        report.Should().Match<OverfittingReport>(r =>
            r.BestSharpe == null && r.DeflatedSharpe == null && r.ExpectedSharpe == 0 && r.Best == 0);
    }
}

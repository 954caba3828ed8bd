using AlgoStack.Trading.Performance;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Trading.Tests.Performance;

public sealed class NormalDistributionTests
{
    // M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions (1964), table 26.1.
    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(0.5, 0.691462461274013)]
    [InlineData(1, 0.841344746068543)]
    [InlineData(2, 0.977249868051821)]
    [InlineData(3, 0.998650101968370)]
    [InlineData(5, 0.999999713348428)]
    public void The_cumulative_probability_is_that_of_the_table(double x, double probability)
    {
        NormalDistribution.Cumulative(x).Should().BeApproximately(probability, 1e-15);
        NormalDistribution.Cumulative(-x).Should().BeApproximately(1 - probability, 1e-15);
    }

    // M. J. Wichura, Algorithm AS 241, Applied Statistics 37 (1988): the test values of its PPND16.
    [Theory]
    [InlineData(0.25, -0.6744897501960817)]
    [InlineData(0.001, -3.090232306167814)]
    public void The_quantile_is_that_of_the_table(double probability, double x)
    {
        NormalDistribution.Quantile(probability).Should().BeApproximately(x, 1e-12);
        NormalDistribution.Quantile(1 - probability).Should().BeApproximately(-x, 1e-12);
    }

    [Fact]
    public void The_quantile_undoes_the_cumulative_probability()
    {
        for (var x = -5.0; x < 5; x += 0.01)
            NormalDistribution.Quantile(NormalDistribution.Cumulative(x)).Should().BeApproximately(x, 1e-9);
    }

    [Fact]
    public void Far_out_there_is_nothing_left()
    {
        NormalDistribution.Cumulative(1e300).Should().Be(1);
        NormalDistribution.Cumulative(-1e300).Should().Be(0);
        NormalDistribution.Quantile(double.Epsilon).Should().BeInRange(-9, -8);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void A_quantile_of_what_is_no_probability_is_refused(double probability) =>
        FluentActions.Invoking(() => NormalDistribution.Quantile(probability)).Should().Throw<ArgumentOutOfRangeException>();
}

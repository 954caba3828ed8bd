using AlgoStack.Trading.Research;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Trading.Tests.Research;

public sealed class CrossValidationTests
{
    [Fact]
    public void Configurations_of_noise_are_overfit_about_half_the_time()
    {
        var random = new SplitMix64(1);
        var probabilities = Enumerable.Range(0, 40)
            .Select(_ => CrossValidation.Of(Noise.Of(ref random, 20, 160), 8).OverfittingProbability)
            .ToArray();

        // One matrix is a rough measure, with a deviation of about 0.2; forty of them are a fine one.
        probabilities.Average().Should().BeApproximately(0.5, 0.1);
    }

    [Fact]
    public void A_configuration_that_is_truly_better_is_not_overfit()
    {
        var random = new SplitMix64(2);
        var returns = Noise.Of(ref random, 20, 800);
        for (var i = 0; i < 800; i++) returns[13][i] += 0.005;

        var result = CrossValidation.Of(returns, 10);

        result.OverfittingProbability.Should().BeLessThan(0.01);
        result.LossProbability.Should().BeLessThan(0.01);
    }

    [Fact]
    public void Configurations_that_are_good_in_one_half_and_bad_in_the_other_are_always_overfit()
    {
        // The first gains, then loses; the second the other way round; the third neither.
        double[] up = [0.02, 0.01, 0.02, 0.01], down = [-0.02, -0.01, -0.02, -0.01], flat = [0.01, -0.01, 0.01, -0.01];

        var result = CrossValidation.Of([[.. up, .. down], [.. down, .. up], [.. flat, .. flat]], 2);

        result.Should().Be(new CrossValidation(2, 1, 1, null));
    }

    [Fact]
    public void It_is_what_the_definition_gives()
    {
        var random = new SplitMix64(3);
        for (var round = 0; round < 10; round++)
        {
            var returns = Noise.Of(ref random, 7, 50);
            var (overfit, losses, pairs) = Definition(returns, 6);

            var result = CrossValidation.Of(returns, 6);

            result.Combinations.Should().Be(20);
            result.OverfittingProbability.Should().BeApproximately(overfit, 1e-12);
            result.LossProbability.Should().BeApproximately(losses, 1e-12);
            var (meanX, meanY) = (pairs.Average(p => p.X), pairs.Average(p => p.Y));
            result.Degradation.Should().BeApproximately(
                pairs.Sum(p => (p.X - meanX) * (p.Y - meanY)) / pairs.Sum(p => (p.X - meanX) * (p.X - meanX)), 1e-9);
        }
    }

    [Fact]
    public void Configurations_that_are_all_the_same_say_nothing_either_way()
    {
        double[] returns = [0.01, 0.02, -0.01, 0.03, 0.01, 0.01, 0.02, -0.01];

        CrossValidation.Of([returns, returns, returns], 4).OverfittingProbability.Should().Be(0.5);
        CrossValidation.Of([new double[8], new double[8]], 4).Should().Be(new CrossValidation(6, 0.5, 0, null));
    }

    [Theory]
    [InlineData(1e-8)]
    [InlineData(1e8)]
    public void At_any_size_of_returns_it_is_the_same(double scale)
    {
        var random = new SplitMix64(4);
        var returns = Noise.Of(ref random, 5, 80);
        var scaled = returns.Select((configuration, i) => configuration.Select(r => r * scale * (i + 1)).ToArray()).ToArray();

        var (expected, actual) = (CrossValidation.Of(returns, 8), CrossValidation.Of(scaled, 8));

        actual.OverfittingProbability.Should().Be(expected.OverfittingProbability);
        actual.LossProbability.Should().Be(expected.LossProbability);
        actual.Degradation.Should().BeApproximately(expected.Degradation!.Value, 1e-9);
    }

    [Fact]
    public void What_is_no_matrix_or_cannot_be_sliced_is_refused()
    {
        var random = new SplitMix64(5);
        var returns = Noise.Of(ref random, 3, 40);

        Refused([returns[0]], 4).WithMessage("*two configurations*found 1*");
        Refused([returns[0], returns[1][..39]], 4).WithMessage("*40 and 39*");
        Refused([returns[0], [.. returns[1][..39], double.NaN]], 4).WithMessage("*NaN at 39*");
        Refused(returns, 3);
        Refused(returns, 0);
        Refused(returns, 22).WithMessage("*2 to 20 for 40 periods, found 22*");
        Refused([returns[0][..7], returns[1][..7]], 4).WithMessage("*2 to 3 for 7 periods, found 4*");

        static FluentAssertions.Specialized.ExceptionAssertions<ArgumentException> Refused(double[][] returns, int slices) =>
            FluentActions.Invoking(() => CrossValidation.Of(returns, slices)).Should().Throw<ArgumentException>();
    }

    /// <summary>The paper's steps, one by one, on the rows themselves.</summary>
    private static (double Overfit, double Losses, List<(double X, double Y)> Pairs) Definition(double[][] returns, int slices)
    {
        var periods = returns[0].Length;
        var (overfit, losses, count) = (0, 0, 0);
        var pairs = new List<(double X, double Y)>();
        for (var half = 0; half < 1 << slices; half++)
        {
            var chosen = Enumerable.Range(0, slices).Where(slice => (half & (1 << slice)) != 0).ToHashSet();
            if (chosen.Count != slices / 2) continue;
            count++;
            var inSample = returns.Select(r => Sharpe(r.Where((_, t) => chosen.Contains(SliceOf(t))))).ToArray();
            var outOfSample = returns.Select(r => Sharpe(r.Where((_, t) => !chosen.Contains(SliceOf(t))))).ToArray();
            var best = Array.IndexOf(inSample, inSample.Max());
            var rank = outOfSample.Count(sharpe => sharpe <= outOfSample[best]) / (returns.Length + 1.0);
            pairs.Add((inSample[best], outOfSample[best]));
            if (Math.Log(rank / (1 - rank)) < -1e-12) overfit += 2;
            else if (Math.Log(rank / (1 - rank)) < 1e-12) overfit++;
            if (outOfSample[best] < 0) losses++;
        }

        return (overfit / 2.0 / count, (double)losses / count, pairs);

        int SliceOf(int t) => Enumerable.Range(0, slices).Last(slice => periods * slice / slices <= t);
    }

    private static double Sharpe(IEnumerable<double> returns)
    {
        var values = returns.ToArray();
        var mean = values.Average();
        return mean / Math.Sqrt(values.Sum(r => (r - mean) * (r - mean)) / (values.Length - 1));
    }
}

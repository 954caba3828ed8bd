using AlgoStack.Trading.Performance;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Trading.Tests.Performance;

public sealed class BenchmarkStatisticsTests
{
    [Fact]
    public void Three_days_against_a_benchmark_come_to_this()
    {
        // Own 1, -2, 4 % about a mean of 1: 0, -3, 3. Benchmark -1, 0, 1 % about 0. Products 0 + 0 + 3, halved: 1.5 over
        // a variance of 1. Own variance 18 / 2 = 9, so the correlation is 1.5 / 3. Alpha: 1 % a day less 1.5 · 0.
        // Differences 2, -2, 3 % about 1: squares 1 + 9 + 4 = 14, halved.
        var statistics = BenchmarkStatistics.Of(Days(0.01, -0.02, 0.04), Days(-0.01, 0, 0.01));

        statistics.Days.Should().Be(3);
        statistics.Beta.Should().BeApproximately(1.5, 1e-14);
        statistics.Correlation.Should().BeApproximately(0.5, 1e-14);
        statistics.Alpha.Should().BeApproximately(2.52, 1e-13);
        statistics.TrackingError.Should().BeApproximately(0.01 * Math.Sqrt(7 * 252), 1e-14);
        statistics.InformationRatio.Should().BeApproximately(Math.Sqrt(252 / 7.0), 1e-12);
    }

    [Fact]
    public void Twice_the_benchmark_and_a_thousandth_a_day_have_a_beta_of_two_and_that_alpha()
    {
        double[] benchmark = [0.01, -0.03, 0.02, 0.005, -0.001];

        var statistics = BenchmarkStatistics.Of(Days([.. benchmark.Select(r => (2 * r) + 0.001)]), Days(benchmark));

        statistics.Beta.Should().BeApproximately(2, 1e-12);
        statistics.Alpha.Should().BeApproximately(0.252, 1e-12);
        statistics.Correlation.Should().BeApproximately(1, 1e-12).And.BeLessThanOrEqualTo(1);
    }

    [Fact]
    public void Turned_round_the_beta_and_the_correlation_change_sign()
    {
        double[] own = [0.01, -0.03, 0.02, 0.005, -0.001];
        var (there, back) = (Days(own), Days([.. own.Select(r => -r)]));
        var benchmark = Days(0.02, -0.01, 0, 0.03, 0.01);

        BenchmarkStatistics.Of(back, benchmark).Beta.Should().Be(-BenchmarkStatistics.Of(there, benchmark).Beta);
        BenchmarkStatistics.Of(back, benchmark).Correlation.Should().Be(-BenchmarkStatistics.Of(there, benchmark).Correlation);
    }

    [Theory]
    [InlineData(1e-8)]
    [InlineData(25)]
    public void At_any_size_of_returns_the_ratios_are_the_same(double scale)
    {
        double[] own = [0.01, -0.02, 0.04], other = [-0.01, 0, 0.01];
        var statistics = BenchmarkStatistics.Of(Days([.. own.Select(r => r * scale)]), Days([.. other.Select(r => r * scale)]));

        statistics.Beta.Should().BeApproximately(1.5, 1e-12);
        statistics.Correlation.Should().BeApproximately(0.5, 1e-12);
        statistics.InformationRatio.Should().BeApproximately(6, 1e-11);
    }

    [Fact]
    public void What_cannot_be_known_is_null()
    {
        var none = new BenchmarkStatistics(0, null, null, null, null, null);
        BenchmarkStatistics.Of(new DailyReturns(), new DailyReturns()).Should().Be(none);
        BenchmarkStatistics.Of(Days(0.01), Days(0.02)).Should().Be(none with { Days = 1 });

        var still = BenchmarkStatistics.Of(Days(0.01, 0.02), Days(0.01, 0.01));
        still.Should().Match<BenchmarkStatistics>(s =>
            s.Beta == null && s.Alpha == null && s.Correlation == null && s.TrackingError != null);

        var idle = BenchmarkStatistics.Of(Days(0, 0), Days(0.01, 0.02));
        idle.Should().Match<BenchmarkStatistics>(s => s.Beta == 0 && s.Alpha == 0 && s.Correlation == null);

        var same = BenchmarkStatistics.Of(Days(0.01, 0.02), Days(0.01, 0.02));
        same.Should().Match<BenchmarkStatistics>(s => s.TrackingError == 0 && s.InformationRatio == null && s.Alpha == 0);
    }

    private static DailyReturns Days(params double[] values) =>
        new([.. values.Select((value, i) => new DailyReturn(new DateOnly(2024, 1, 1).AddDays(i), value))]);
}

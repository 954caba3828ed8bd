using AlgoStack.Trading.Performance;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Trading.Tests.Performance;

public sealed class RiskStatisticsTests
{
    private static readonly EquityStatistics None = new(1);

    [Fact]
    public void The_tails_of_forty_days_are_two_days_each()
    {
        // -20 to 19 thousandths, out of order. The worst two lost 20 and 19, the best two made 19 and 18.
        var risk = Of([.. Enumerable.Range(0, 40).Select(i => ((i * 7 % 40) - 20) / 1000.0)]);

        risk.ValueAtRisk.Should().BeApproximately(0.019, 1e-15);
        risk.ConditionalValueAtRisk.Should().BeApproximately(0.0195, 1e-15);
        risk.TailRatio.Should().BeApproximately(18 / 19.0, 1e-15);
        risk.BestDay.Should().Be(0.019);
        risk.WorstDay.Should().Be(-0.02);
    }

    [Fact]
    public void Nineteen_days_have_no_day_among_the_worst_in_twenty()
    {
        var days = Enumerable.Range(1, 20).Select(i => -i / 1000.0).ToArray();

        Of(days[1..]).Should().Match<RiskStatistics>(r =>
            r.ValueAtRisk == null && r.ConditionalValueAtRisk == null && r.TailRatio == null);
        Of(days).ValueAtRisk.Should().Be(0.02);
        Of(days).ConditionalValueAtRisk.Should().Be(0.02);
        Of(days).TailRatio.Should().BeApproximately(-0.05, 1e-15, "even the best day lost");
    }

    [Fact]
    public void Where_the_bad_days_gain_too_the_value_at_risk_is_below_zero_and_there_is_no_tail_ratio()
    {
        var risk = Of([.. Enumerable.Range(1, 20).Select(i => i / 1000.0)]);

        risk.ValueAtRisk.Should().Be(-0.001);
        risk.TailRatio.Should().BeNull();
    }

    [Fact]
    public void The_kurtosis_is_less_that_of_the_normal_distribution()
    {
        // 1 %, 1 %, 1 %, 5 %: from the mean -1, -1, -1, 3; fourths 84 / 4 = 21 over squares 12 / 4 = 3, squared; less 3.
        var risk = Of(0.01, 0.01, 0.01, 0.05);

        risk.Skew.Should().BeApproximately(6 / Math.Pow(3, 1.5), 1e-14);
        risk.ExcessKurtosis.Should().BeApproximately((21 / 9.0) - 3, 1e-14);

        // A daily ratio of 1 over 4 days, with these moments.
        risk.ProbabilisticSharpe.Should().BeApproximately(
            NormalDistribution.Cumulative(Math.Sqrt(3) / Math.Sqrt(1 - (6 / Math.Pow(3, 1.5)) + (((21 / 9.0) - 1) / 4))), 1e-14);
    }

    [Fact]
    public void The_best_and_the_worst_month_are_of_the_table()
    {
        // Days 1 to 31 of January at 1 %, 1 to 29 of February at -1 %, one day of March.
        var risk = Of([.. Enumerable.Repeat(0.01, 31), .. Enumerable.Repeat(-0.01, 29), 0.1]);

        risk.BestMonth.Should().BeApproximately(Math.Pow(1.01, 31) - 1, 1e-12);
        risk.WorstMonth.Should().BeApproximately(Math.Pow(0.99, 29) - 1, 1e-12);
        risk.BestDay.Should().Be(0.1);
    }

    [Fact]
    public void The_tail_of_a_heavier_loss_is_heavier_and_never_lighter_than_its_mildest_day()
    {
        var days = Enumerable.Range(0, 100).Select(i => Math.Sin(i * i) / 50).ToArray();
        var before = Of(days);
        days[Array.IndexOf(days, days.Min())] -= 0.5;
        var after = Of(days);

        before.ConditionalValueAtRisk.Should().BeGreaterThanOrEqualTo(before.ValueAtRisk!.Value);
        after.ConditionalValueAtRisk.Should()
            .BeApproximately(before.ConditionalValueAtRisk!.Value + (0.5 / 5), 1e-12, "one of five days");
        after.ValueAtRisk.Should().Be(before.ValueAtRisk);
    }

    [Fact]
    public void Without_daily_returns_all_that_is_theirs_is_null()
    {
        var none = RiskStatistics.Of(None, null);

        none.Should().Be(RiskStatistics.Of(None, new DailyReturns()));
        none.Should().Match<RiskStatistics>(r =>
            r.ValueAtRisk == null && r.Skew == null && r.ExcessKurtosis == null && r.ProbabilisticSharpe == null
            && r.BestDay == null && r.WorstDay == null && r.BestMonth == null && r.WorstMonth == null);
    }

    [Fact]
    public void One_day_and_equal_days_have_no_shape()
    {
        Of(0.01).Should().Match<RiskStatistics>(r =>
            r.Skew == null && r.ProbabilisticSharpe == null && r.BestDay == 0.01 && r.WorstDay == 0.01);
        Of([.. Enumerable.Repeat(-0.01, 40)]).Should().Match<RiskStatistics>(r =>
            r.Skew == null && r.ValueAtRisk == 0.01 && r.TailRatio == -1);
    }

    private static RiskStatistics Of(params double[] returns) => RiskStatistics.Of(
        None, new DailyReturns([.. returns.Select((value, i) => new DailyReturn(new DateOnly(2024, 1, 1).AddDays(i), value))]));
}

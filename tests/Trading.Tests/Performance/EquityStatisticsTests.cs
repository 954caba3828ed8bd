using AlgoStack.Trading.Performance;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AlgoStack.Trading.Tests.Performance;

public sealed class EquityStatisticsTests
{
    private const long Day = 86_400_000;

    [Fact]
    public void Four_days_have_these_ratios()
    {
        // Daily returns 10 %, -10 %, 20 %, 0 %: mean 5 %; squares from it 25 + 225 + 225 + 25 = 500 (%²), over 3 days.
        var equity = Of(100, 110, 99, 118.8, 118.8);

        equity.Sharpe.Should().BeApproximately(0.05 / Math.Sqrt(0.05 / 3) * Math.Sqrt(252), 1e-12);
        equity.Sortino.Should().BeApproximately(0.05 / Math.Sqrt(0.01 / 4) * Math.Sqrt(252), 1e-12);
        equity.Volatility.Should().BeApproximately(Math.Sqrt(0.05 / 3 * 252), 1e-12);
        equity.DownsideDeviation.Should().BeApproximately(Math.Sqrt(0.01 / 4 * 252), 1e-12);
        equity.Omega.Should().BeApproximately(3, 1e-12, "30 % were gained and 10 % lost");
        equity.MaxDrawdown.Should().BeApproximately(0.1, 1e-15);
        equity.Final.Should().Be(118.8);
        equity.MeanEquity.Should().BeApproximately((110 + 99 + 118.8 + 118.8) / 4, 1e-12);
    }

    [Fact]
    public void Two_years_from_100_by_way_of_80_to_121_have_these_returns()
    {
        var equity = new EquityStatistics(100);
        equity.Add(0, 100, out _);
        equity.Add(365 * Day, 80, out _);
        equity.Add(730 * Day + (Day / 2), 121, out _);

        // 1.1 squared is 1.21, and two years of 365.25 days have passed.
        equity.Years.Should().Be(2);
        equity.TotalReturn.Should().BeApproximately(0.21, 1e-15);
        equity.AnnualReturn.Should().BeApproximately(0.1, 1e-15);
        equity.Calmar.Should().BeApproximately(0.1 / 0.2, 1e-14);
        equity.RecoveryFactor.Should().BeApproximately(0.21 / 0.2, 1e-14);
    }

    [Fact]
    public void Less_than_a_day_is_not_annualised()
    {
        var equity = new EquityStatistics(100);
        equity.Add(0, 100, out _);
        equity.Add(Day - 1, 101, out _);
        equity.AnnualReturn.Should().BeNull();

        equity.Add(Day, 101, out _);
        equity.AnnualReturn.Should().BeApproximately(Math.Pow(1.01, 365.25) - 1, 1e-9);
    }

    [Fact]
    public void Losing_everything_is_an_annual_return_of_minus_one_and_a_debt_is_none()
    {
        Of(100, 100, 0).AnnualReturn.Should().Be(-1);
        Of(100, 100, -1).AnnualReturn.Should().BeNull();
    }

    [Fact]
    public void The_deepest_drawdown_lasts_from_its_high_to_the_first_point_as_high()
    {
        // High on day 2, 90 on day 3, 120 again on day 5: a quarter in 3 days. The shallow one before and after does not count.
        Of(100, 110, 120, 90, 119, 120, 119, 119, 119, 119, 119).MaxDrawdownDays.Should().Be(3);
        Of(100, 110, 120, 90, 119, 100, 119.9).MaxDrawdownDays.Should().Be(4, "it goes on");
        Of(100, 90, 80, 100).MaxDrawdownDays.Should().Be(2, "the first point is the first that has a time");
        Of(100, 120, 120, 90, 120).MaxDrawdownDays.Should().Be(2, "the last day as high is the high");
        Of(100, 101).MaxDrawdownDays.Should().Be(0);
    }

    [Fact]
    public void The_average_drawdown_and_the_ulcer_index_go_by_the_days()
    {
        // Falls of 10 % (to 90), 20 % (to 96, then 10 % left) and, still open, 10 % (from 132).
        var equity = Of(100, 90, 100, 120, 96, 108, 132, 118.8);

        equity.AverageDrawdown.Should().BeApproximately((0.1 + 0.2 + 0.1) / 3, 1e-15);
        equity.UlcerIndex.Should().BeApproximately(Math.Sqrt((0.01 + 0.04 + 0.01 + 0.01) / 7), 1e-15);
    }

    [Fact]
    public void A_day_that_ends_says_its_return()
    {
        var equity = new EquityStatistics(100);
        equity.Add(-1, 80, out _).Should().BeFalse();
        equity.OpenDay.Should().Be(new DailyReturn(new DateOnly(1969, 12, 31), -0.2));

        equity.Add(0, 88, out var ended).Should().BeTrue();
        ended.Should().Be(new DailyReturn(new DateOnly(1969, 12, 31), -0.2));

        equity.Add(Day - 1, 100, out _).Should().BeFalse();
        equity.OpenDay.Should().Be(new DailyReturn(new DateOnly(1970, 1, 1), 0.25));
    }

    [Fact]
    public void The_same_growth_every_day_has_no_deviation_however_it_was_rounded()
    {
        var curve = Enumerable.Range(0, 100).Select(day => 100 * Math.Pow(1.01, day)).ToArray();
        var equity = Of(curve);

        equity.Sharpe.Should().BeNull();
        equity.Sortino.Should().BeNull();
        equity.Volatility.Should().BeLessThan(1e-10);
    }

    [Fact]
    public void At_any_size_of_money_the_ratios_are_the_same()
    {
        double[] curve = [100, 90, 100, 120, 96, 108, 132, 118.8];
        var equity = Ratios(Of(curve));

        foreach (var scale in (double[])[1e-8, 1e8])
        {
            Ratios(Of([.. curve.Select(e => e * scale)])).Zip(equity)
                .Should().AllSatisfy(pair =>
                    pair.First.Should().BeApproximately(pair.Second!.Value, 1e-12 * Math.Abs(pair.Second.Value)));
        }

        static double?[] Ratios(EquityStatistics e) =>
        [
            e.TotalReturn, e.AnnualReturn, e.Volatility, e.DownsideDeviation, e.Sharpe, e.Sortino, e.Calmar, e.Omega,
            e.MaxDrawdown, e.MaxDrawdownDays, e.AverageDrawdown, e.UlcerIndex, e.RecoveryFactor,
        ];
    }

    [Fact]
    public void Only_the_last_equity_of_a_UTC_day_counts_for_returns_but_every_one_for_the_drawdown()
    {
        var byDay = Of(100, 110, 99, 118.8, 118.8);
        var equity = new EquityStatistics(100);
        foreach (var (at, value) in new (long, double)[]
        {
            (0, 100), (Day - 1, 110), (Day, 50), (Day + 1, 99), (Day * 2, 118.8), ((Day * 5) - 1, 118.8),
        })
        {
            equity.Add(at, value, out _);
        }

        equity.Sharpe.Should().Be(byDay.Sharpe);
        equity.Sortino.Should().Be(byDay.Sortino);
        equity.MaxDrawdown.Should().BeApproximately(60 / 110.0, 1e-15);
    }

    [Fact]
    public void A_drawdown_is_measured_from_the_highest_point_before_it()
    {
        Of(100, 90, 120, 96, 130).MaxDrawdown.Should().BeApproximately(0.2, 1e-15);
        Of(100, 101, 102).MaxDrawdown.Should().Be(0);
        Of(100, -20).MaxDrawdown.Should().BeApproximately(1.2, 1e-15);
    }

    [Fact]
    public void What_cannot_be_known_is_null()
    {
        new EquityStatistics(100).Sharpe.Should().BeNull();
        Of(100, 110).Sharpe.Should().BeNull("one day has no deviation");
        Of(100, 100, 100).Sharpe.Should().BeNull("no day differs");
        Of(100, 110, 130).Sortino.Should().BeNull("no day lost");
        Of(100, 110, 130).Sharpe.Should().NotBeNull();
        Of(100, -5, 50).Sharpe.Should().BeNull("a return on a debt is no number");
        Of(100, -5, 50).Volatility.Should().BeNull();
        Of(100, -5, 50).OpenDay.Should().BeNull();
        Of(100, -5, 50).AreReturnsKnown.Should().BeFalse();
        Of(100, -5).AreReturnsKnown.Should().BeTrue();
        Of(100, 110).Volatility.Should().BeNull("one day has no deviation");
        Of(100, 110).DownsideDeviation.Should().Be(0);
        Of(100, 100, 100).Volatility.Should().Be(0);
        Of(100, 110, 130).Omega.Should().BeNull("no day lost");
        Of(100, 110, 130).Calmar.Should().BeNull("there was no fall");
        Of(100, 110, 130).RecoveryFactor.Should().BeNull("there was no fall");
        Of(100, 110, 130).AverageDrawdown.Should().BeNull("there was no fall");
        Of(100, 110, 130).UlcerIndex.Should().Be(0);
        new EquityStatistics(100).UlcerIndex.Should().BeNull();
        new EquityStatistics(100).Years.Should().BeNull();
        new EquityStatistics(100).MaxDrawdown.Should().Be(0);
        new EquityStatistics(100).OpenDay.Should().BeNull();
    }

    [Fact]
    public void An_opening_equity_that_is_not_above_zero_is_refused() =>
        FluentActions.Invoking(() => new EquityStatistics(0)).Should().Throw<ArgumentOutOfRangeException>();

    [Fact]
    public void The_fold_is_the_textbook_over_all_days() =>
        Prop.ForAll(Arb.From(Gen.Choose(1, 100_000).NonEmptyListOf()), cents =>
        {
            var curve = cents.Select(c => c / 100.0).Prepend(500).ToArray();
            var equity = Of(curve);
            var returns = curve.Skip(1).Zip(curve, (to, from) => (to - from) / from).ToArray();
            var mean = returns.Average();
            var variance = returns.Sum(r => (r - mean) * (r - mean)) / (returns.Length - 1);
            var drawdown = curve.Select((e, i) => 1 - (e / curve.Take(i + 1).Max())).Max();

            var falls = curve.Select((e, i) => 1 - (e / curve.Take(i + 1).Max())).ToArray();
            var losses = -returns.Where(r => r < 0).Sum();
            var deepestOfEach = Episodes(falls).Select(episode => episode.Max()).ToArray();

            return Math.Abs(equity.MaxDrawdown - drawdown) < 1e-12
                && Near(equity.AverageDrawdown, deepestOfEach.Length == 0 ? null : deepestOfEach.Average())
                && Near(equity.UlcerIndex, Math.Sqrt(falls.Skip(1).Average(f => f * f)))
                && Near(equity.DownsideDeviation, Math.Sqrt(returns.Average(r => Math.Min(r, 0) * Math.Min(r, 0)) * 252))
                && Near(equity.Omega, losses == 0 ? null : returns.Where(r => r > 0).Sum() / losses)
                && Near(equity.Volatility, returns.Length < 2 ? null : Math.Sqrt(variance * 252))
                && Near(equity.Sharpe, returns.Length < 2 || variance < 1e-20 ? null : mean * Math.Sqrt(252 / variance));
        }).QuickCheckThrowOnFailure();

    private static bool Near(double? actual, double? expected) =>
        actual is null == expected is null && !(Math.Abs((actual - expected) ?? 0) > 1e-9 * (1 + Math.Abs(expected ?? 0)));

    /// <summary>The runs of falls above zero.</summary>
    private static IEnumerable<List<double>> Episodes(double[] falls)
    {
        var episode = new List<double>();
        foreach (var fall in falls.Append(0))
        {
            if (fall > 0)
            {
                episode.Add(fall);
            }
            else if (episode.Count > 0)
            {
                yield return episode;
                episode = [];
            }
        }
    }

    /// <summary>The first is the opening equity, then one a day.</summary>
    private static EquityStatistics Of(params ReadOnlySpan<double> curve)
    {
        var equity = new EquityStatistics(curve[0]);
        for (var day = 1; day < curve.Length; day++) equity.Add((day * Day) + 1, curve[day], out _);
        return equity;
    }
}

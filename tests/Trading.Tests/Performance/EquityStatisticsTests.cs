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
        var equity = Of(100, 110, 99, 118.8m, 118.8m);

        equity.Sharpe.Should().BeApproximately(0.05 / Math.Sqrt(0.05 / 3) * Math.Sqrt(252), 1e-12);
        equity.Sortino.Should().BeApproximately(0.05 / Math.Sqrt(0.01 / 4) * Math.Sqrt(252), 1e-12);
        equity.MaxDrawdown.Should().BeApproximately(0.1, 1e-15);
        equity.Final.Should().Be(118.8m);
    }

    [Fact]
    public void Only_the_last_equity_of_a_UTC_day_counts_for_returns_but_every_one_for_the_drawdown()
    {
        var byDay = Of(100, 110, 99, 118.8m, 118.8m);
        var equity = new EquityStatistics(100);
        foreach (var (at, value) in new (long, decimal)[]
        {
            (0, 100), (Day - 1, 110), (Day, 50), (Day + 1, 99), (Day * 2, 118.8m), ((Day * 5) - 1, 118.8m),
        })
        {
            equity.Add(at, value);
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
    }

    [Fact]
    public void An_opening_equity_that_is_not_above_zero_is_refused() =>
        FluentActions.Invoking(() => new EquityStatistics(0)).Should().Throw<ArgumentOutOfRangeException>();

    [Fact]
    public void The_fold_is_the_textbook_over_all_days() =>
        Prop.ForAll(Arb.From(Gen.Choose(1, 100_000).NonEmptyListOf()), cents =>
        {
            var curve = cents.Select(c => c / 100m).Prepend(500m).ToArray();
            var equity = Of(curve);
            var returns = curve.Skip(1).Zip(curve, (to, from) => (double)((to - from) / from)).ToArray();
            var mean = returns.Average();
            var variance = returns.Sum(r => (r - mean) * (r - mean)) / (returns.Length - 1);
            var drawdown = curve.Select((e, i) => (double)(1 - (e / curve.Take(i + 1).Max()))).Max();

            return Math.Abs(equity.MaxDrawdown - drawdown) < 1e-12
                && (equity.Sharpe is not { } sharpe || Math.Abs(sharpe - (mean / Math.Sqrt(variance) * Math.Sqrt(252))) < 1e-9 * (1 + Math.Abs(sharpe)))
                && (returns.Length < 2 || variance == 0 || equity.Sharpe is not null);
        }).QuickCheckThrowOnFailure();

    /// <summary>The first is the opening equity, then one a day.</summary>
    private static EquityStatistics Of(params ReadOnlySpan<decimal> curve)
    {
        var equity = new EquityStatistics(curve[0]);
        for (var day = 1; day < curve.Length; day++) equity.Add((day * Day) + 1, curve[day]);
        return equity;
    }
}

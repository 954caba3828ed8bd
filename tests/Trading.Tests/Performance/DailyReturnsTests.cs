using System.Globalization;
using AlgoStack.Trading.Performance;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Trading.Tests.Performance;

public sealed class DailyReturnsTests
{
    [Fact]
    public void The_days_of_a_month_are_compounded()
    {
        // 1.1 · 1.2 = 1.32 in January, 0.9 in March, 0.5 in March of the next year; February had no day.
        var returns = Of(("2024-01-02", 0.1), ("2024-01-31", 0.2), ("2024-03-01", -0.1), ("2025-03-01", -0.5));

        returns.Months().Select(m => (m.Year, m.Month)).Should().Equal((2024, 1), (2024, 3), (2025, 3));
        returns.Months().Select(m => Math.Round(m.Value, 12)).Should().Equal(0.32, -0.1, -0.5);
    }

    [Fact]
    public void All_months_compounded_are_all_days_compounded()
    {
        var days = Enumerable.Range(0, 800)
            .Select(i => new DailyReturn(new DateOnly(2023, 1, 15).AddDays(i), ((i * 37 % 101) - 50) / 1000.0))
            .ToArray();
        var returns = new DailyReturns(days);

        returns.Months().Should().HaveCount(27);
        returns.Months().Aggregate(1.0, (growth, month) => growth * (1 + month.Value))
            .Should().BeApproximately(days.Aggregate(1.0, (growth, day) => growth * (1 + day.Value)), 1e-12);
    }

    [Fact]
    public void No_days_have_no_months() => new DailyReturns().Months().Should().BeEmpty();

    [Fact]
    public void A_month_beyond_all_numbers_is_the_greatest_number() =>
        new DailyReturns([.. Enumerable.Range(1, 20).Select(day => new DailyReturn(new DateOnly(2024, 1, day), 1e30))])
            .Months().Single().Value.Should().Be(double.MaxValue);

    [Fact]
    public void Only_days_that_both_have_are_compared()
    {
        var first = Of(("2024-01-01", 1), ("2024-01-02", 2), ("2024-01-04", 4), ("2024-01-05", 5));
        var second = Of(("2024-01-02", 20), ("2024-01-03", 30), ("2024-01-05", 50), ("2024-01-06", 60));

        var (firsts, seconds) = DailyReturns.OnSameDays(first, second);

        firsts.Should().Equal(2, 5);
        seconds.Should().Equal(20, 50);
    }

    [Fact]
    public void Days_out_of_order_no_numbers_and_returns_on_a_debt_are_refused()
    {
        Making(("2024-01-02", 0), ("2024-01-02", 0)).Should().Throw<ArgumentException>().WithMessage("*2024-01-02*");
        Making(("2024-01-02", 0), ("2024-01-01", 0)).Should().Throw<ArgumentException>();
        Making(("2024-01-02", double.NaN)).Should().Throw<ArgumentException>().WithMessage("*NaN*");
        Making(("2024-01-02", -1.1), ("2024-01-03", 0)).Should().Throw<ArgumentException>().WithMessage("*2024-01-03*");
        Making(("2024-01-02", 0), ("2024-01-03", -1.1)).Should().NotThrow();

        static Action Making(params (string Day, double Value)[] returns) => () => Of(returns);
    }

    private static DailyReturns Of(params ReadOnlySpan<(string Day, double Value)> returns)
    {
        var days = new DailyReturn[returns.Length];
        for (var i = 0; i < days.Length; i++)
            days[i] = new DailyReturn(DateOnly.Parse(returns[i].Day, CultureInfo.InvariantCulture), returns[i].Value);
        return new DailyReturns(days);
    }
}

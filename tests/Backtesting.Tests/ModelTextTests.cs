using AlgoStack.Trading.Risk;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Backtesting.Tests;

public sealed class ModelTextTests
{
    [Fact]
    public void What_is_not_said_is_a_cash_account_that_borrows_for_nothing()
    {
        var settings = new ModelText().Settings();

        settings.Limits.Margin.Should().BeNull();
        settings.BorrowPercent.Should().Be(0);
        new BacktestPlan([], settings).Models.Should().Contain("margin", "none: a cash account").And.Contain("borrowing", "free");
    }

    [Fact]
    public void Margin_and_borrowing_are_named_in_the_result()
    {
        var settings = new ModelText { Margin = "50/25", Borrow = "3%" }.Settings();

        settings.Limits.Margin.Should().Be(new MarginModel(50, 25));
        settings.BorrowPercent.Should().Be(3);
        var models = new BacktestPlan([], settings).Models;
        models["margin"].Should().Be("50 % to open, 25 % to keep; a call closes all of its currency at the next open");
        models["borrowing"].Should().Be("3 % a year of what is short, by calendar days of 360 in a year");
    }

    [Theory]
    [InlineData("50")]
    [InlineData("50/")]
    [InlineData("25/50")]
    [InlineData("101/25")]
    [InlineData("50/0")]
    [InlineData("-50/-60")]
    [InlineData("50/25/10")]
    [InlineData("half/quarter")]
    public void Margin_that_is_none_is_an_error_that_says_so(string text) =>
        FluentActions.Invoking(() => new ModelText { Margin = text }.Settings()).Should().Throw<FormatException>().WithMessage($"Margin: expected *; found '{text}'.");

    [Theory]
    [InlineData("3")]
    [InlineData("-3%")]
    [InlineData("1001%")]
    [InlineData("NaN%")]
    public void Borrowing_at_no_rate_is_an_error_that_says_so(string text) =>
        FluentActions.Invoking(() => new ModelText { Borrow = text }.Settings()).Should().Throw<FormatException>().WithMessage($"Borrow: expected *, found '{text}'.");
}

using FluentAssertions;
using Xunit;

namespace AlgoStack.Strategies.Tests;

public sealed class BuyAndHoldTests
{
    [Fact]
    public void Over_twenty_years_of_the_SP_500_it_says_this()
    {
        var list = SignalList.Of("buy-and-hold", Sp500.Bars);

        list.Sentences.Should().Equal(
            "2000-01-03 Long at 1455.22: it is the first bar, and what is bought is never sold (score 1.00, quality 1.00).");
        list.Hash.Should().Be("d22e80ec32a8da7c");
    }

    [Fact]
    public void It_goes_long_at_the_first_bar_and_holds_whatever_comes()
    {
        var list = SignalList.Of("buy-and-hold", Bars.At(Bars.Line(100, 100, -0.99)));

        list.Directions.Should().Equal(SignalDirection.Long);
        list.Signals[0].Bar.CloseMs.Should().Be(0);
    }
}

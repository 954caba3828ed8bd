using FluentAssertions;
using Xunit;

namespace AlgoStack.Indicators.Tests;

public sealed class AtrTests
{
    [Fact]
    public void A_gap_from_the_close_before_belongs_to_the_range()
    {
        var atr = new Atr(2);

        // True ranges: none (no close before), 11 - 9 = 2, a gap up 15 - 10 = 5, then 14 - 13 = 1.
        atr.Push(Series.Bar(10, 8, 9)).Should().Be(double.NaN);
        atr.Push(Series.Bar(11, 9, 10)).Should().Be(double.NaN);
        atr.Push(Series.Bar(15, 13, 14)).Should().Be(3.5);
        atr.Push(Series.Bar(14, 13, 13.5)).Should().Be(2.25);
    }
}

using FluentAssertions;
using Xunit;

namespace AlgoStack.Indicators.Tests;

public sealed class AroonTests
{
    [Fact]
    public void Of_equal_extremes_the_earliest_counts()
    {
        var aroon = new Aroon(4);
        foreach (var (high, low) in ((double, double)[])[(5, 1), (9, 3), (7, 1), (9, 2), (8, 2)]) aroon.Push(Series.Bar(high, low, low));

        // The 9 of three bars ago, not that of one bar ago; the 1 of four bars ago, not that of two.
        aroon.Up.Should().Be(25);
        aroon.Down.Should().Be(0);
        aroon.Oscillator.Should().Be(25);
    }
}

using AlgoStack.Trading.MarketData;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Indicators.Tests;

public sealed class PivotPointsTests
{
    [Fact]
    public void The_levels_are_those_of_the_whole_session_before_all_session_long()
    {
        var points = new PivotPoints(TimeSpan.Zero);

        // A session from 12 down to 6, closed at 9: the pivot is 9.
        points.Push(At(10, high: 12, low: 8, close: 8));
        points.Push(At(24, high: 10, low: 6, close: 9));
        points.IsWarm.Should().BeFalse();
        points.Support1.Should().Be(double.NaN);

        foreach (var hours in (int[])[25, 30, 48])
        {
            points.Push(At(hours, high: 30, low: 1, close: 20));

            points.IsWarm.Should().BeTrue();
            new[] { points.Support3, points.Support2, points.Support1, points.Pivot, points.Resistance1, points.Resistance2, points.Resistance3 }
                .Should().Equal(0, 3, 6, 9, 12, 15, 18);
        }
    }

    private static Bar At(int hours, double high, double low, double close) => new(hours * TimeSpan.MillisecondsPerHour, close, high, low, close, 1);
}

using AlgoStack.Ingestion.Feeds;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Ingestion.Tests.Feeds;

public sealed class ReplayPaceTests
{
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("60x", 60_000, 1_000)]
    [InlineData("1000x", 60_000, 60)]
    [InlineData("1x", 60_000, 1_000)]
    [InlineData("10x", 86_400_000, 1_000)]
    [InlineData(null, 60_000, 40)]
    [InlineData("max", 60_000, 0)]
    public void Pauses_are_bar_time_by_speed_and_a_second_at_most(string? speed, long step, int expectedMs)
    {
        ReplayPace.TryParse(speed, out var pace).Should().BeTrue();
        Wait(pace, 0, null).Should().Be(TimeSpan.Zero);

        for (var i = 1; i <= 5; i++) Wait(pace, i * step, (i - 1) * step).Should().Be(TimeSpan.FromMilliseconds(expectedMs));
    }

    [Fact]
    public void Work_between_instants_comes_off_the_pause_and_an_outage_is_not_made_up_for()
    {
        ReplayPace.TryParse("600x", out var pace).Should().BeTrue();
        Wait(pace, 0, null);
        _now += TimeSpan.FromMilliseconds(30);
        Wait(pace, 60_000, 0).Should().Be(TimeSpan.FromMilliseconds(70));

        _now += TimeSpan.FromMinutes(5);
        Wait(pace, 120_000, 60_000).Should().Be(TimeSpan.Zero);
        Wait(pace, 180_000, 120_000).Should().Be(TimeSpan.FromMilliseconds(100));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0x")]
    [InlineData("1001x")]
    [InlineData("fast")]
    [InlineData("-1x")]
    [InlineData("1.5x")]
    [InlineData("x")]
    public void Other_speeds_are_refused(string speed) => ReplayPace.TryParse(speed, out _).Should().BeFalse();

    private TimeSpan Wait(ReplayPace pace, long closeMs, long? previousMs)
    {
        var pause = pace.Before(closeMs, previousMs, _now);
        _now += pause;
        return pause;
    }
}

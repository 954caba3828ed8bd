using AlgoStack.Trading.MarketData;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AlgoStack.Trading.Tests.MarketData;

public sealed class TimeframeTests
{
    [Theory]
    [InlineData("1s", 1_000)]
    [InlineData("5m", 300_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData("1w", 604_800_000)]
    public void It_is_written_as_a_count_and_a_unit(string text, long milliseconds)
    {
        Timeframe.TryParse(text, out var timeframe).Should().BeTrue();

        timeframe.Milliseconds.Should().Be(milliseconds);
        timeframe.ToString().Should().Be(text);
    }

    [Theory]
    [InlineData("60m", "1h")]
    [InlineData("7d", "1w")]
    [InlineData("90s", "90s")]
    public void It_is_shown_in_its_greatest_whole_unit(string text, string shown)
    {
        Timeframe.TryParse(text, out var timeframe).Should().BeTrue();

        timeframe.ToString().Should().Be(shown);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("0m")]
    [InlineData("-1m")]
    [InlineData("1.5h")]
    [InlineData(" 1m")]
    [InlineData("1M")]
    [InlineData("1x")]
    [InlineData("99999999999s")]
    public void What_is_no_timeframe_is_refused(string? text) => Timeframe.TryParse(text, out _).Should().BeFalse();

    [Theory]
    [InlineData(0)]
    [InlineData(-1_000)]
    [InlineData(1_500)]
    public void It_is_a_positive_number_of_whole_seconds(long milliseconds) =>
        FluentActions.Invoking(() => new Timeframe(milliseconds)).Should().Throw<ArgumentOutOfRangeException>();

    [Fact]
    public void Its_text_makes_it_again() =>
        Prop.ForAll(Arb.From(Gen.Choose(1, int.MaxValue)), seconds =>
        {
            var timeframe = new Timeframe(seconds * 1_000L);
            return Timeframe.TryParse(timeframe.ToString(), out var again) && again == timeframe;
        }).QuickCheckThrowOnFailure();
}

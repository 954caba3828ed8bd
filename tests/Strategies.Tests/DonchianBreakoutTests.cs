using FluentAssertions;
using Xunit;

namespace AlgoStack.Strategies.Tests;

public sealed class DonchianBreakoutTests
{
    // Of the warm-up: closes of 99.5 and 100.5, a range of one to either side.
    private const double Highest = 101.5;
    private const double Lowest = 98.5;

    private const uint BelowLowest = 0b0010;
    private const uint BeyondExit = 0b0100;
    private const uint StopReached = 0b1000;

    [Fact]
    public void Over_twenty_years_of_the_SP_500_it_says_this()
    {
        var list = SignalList.Of("donchian-breakout", Sp500.Bars);

        list.Sentences.Take(3).Should().Equal(
            "2000-03-16 Long at 1458.47: it closed above the highest high of 20 bars (1413.46); stop at 1395.8893; a close at 1413.46 would have left it (score 0.67, quality 0.47, Bullish Ranging market).",
            "2000-04-14 Flat at 1356.5601: it closed at or beyond the stop at 1395.8893; a close at 1416.41 would have left it (score 1.00, quality 0.62, Bearish Ranging market).",
            "2000-06-02 Long at 1477.26: it closed above the highest high of 20 bars (1470.40); stop at 1414.1523; a close at 1470.40 would have left it (score 0.20, quality 0.23, Bullish Ranging market).");
        list.Sentences[^1].Should().Be(
            "2020-04-09 Long at 2789.8201: it closed above the highest high of 20 bars (2760.75); stop at 2548.7493; a close at 2760.75 would have left it (score 0.20, quality 0.21, Bearish Ranging market).");
        list.Signals.Should().HaveCount(175);
        list.Hash.Should().Be("4915a71b81e0889c");
    }

    [Fact]
    public void Over_twenty_years_of_the_SP_500_it_says_this_when_it_may_go_short()
    {
        var list = SignalList.Of("donchian-breakout", Sp500.Bars, "short=1");

        list.Sentences.Take(3).Should().Equal(
            "2000-02-18 Short at 1346.09: it closed below the lowest low of 20 bars (1350.14); stop at 1399.9022; a close at 1350.14 would have left it (score 0.21, quality 0.21).",
            "2000-03-03 Flat at 1409.17: it closed at or beyond the stop at 1399.9022; a close at 1399.88 would have left it (score 1.00, quality 1.00).",
            "2000-03-16 Long at 1458.47: it closed above the highest high of 20 bars (1413.46); stop at 1395.8893; a close at 1413.46 would have left it (score 0.67, quality 0.47, Bullish Ranging market).");
        list.Sentences[^1].Should().Be(
            "2020-04-09 Long at 2789.8201: it closed above the highest high of 20 bars (2760.75); stop at 2548.7493; a close at 2760.75 would have left it (score 0.20, quality 0.21, Bearish Ranging market).");
        list.Signals.Should().HaveCount(315);
        list.Hash.Should().Be("85769965dc89330e");
    }

    [Fact]
    public void Over_twenty_years_of_the_SP_500_it_is_what_the_rule_in_plain_words_gives()
    {
        var expected = new List<(long, SignalDirection)>();
        var bars = Sp500.Bars;
        double range = 0, stop = 0;
        var isLong = false;
        for (var i = 1; i < bars.Count; i++)
        {
            var trueRange = Math.Max(bars[i].High, bars[i - 1].Close) - Math.Min(bars[i].Low, bars[i - 1].Close);
            range = i <= 20 ? range + (trueRange / 20) : range + ((trueRange - range) / 20);
            if (i < 20) continue;

            var close = bars[i].Close;
            var wants = isLong
                ? !(close < bars.Skip(i - 10).Take(10).Min(b => b.Low) || close <= stop)
                : close > bars.Skip(i - 20).Take(20).Max(b => b.High);
            if (wants == isLong) continue;

            isLong = wants;
            stop = close - (2 * range);
            expected.Add((bars[i].CloseMs, isLong ? SignalDirection.Long : SignalDirection.Flat));
        }

        SignalList.Of("donchian-breakout", bars).Signals.Select(s => (s.Bar.CloseMs, s.Verdict.Direction)).Should().Equal(expected);
    }

    [Fact]
    public void A_close_at_the_highest_high_is_no_breakout_and_one_above_it_is()
    {
        After("", Highest).Directions.Should().BeEmpty();

        var entry = After("", Highest + 0.01).Signals.Should().ContainSingle().Which.Verdict;

        entry.Direction.Should().Be(SignalDirection.Long);
        entry.FlipClose.Should().Be(Highest);
        entry.Stop.Should().BeApproximately(Highest + 0.01 - (2 * entry.Explanation.Inputs[4]), 1e-12);
    }

    [Fact]
    public void It_leaves_below_the_lowest_low_of_fewer_bars()
    {
        double[] held = [Highest + 0.1, .. Enumerable.Repeat(102.0, 10)];
        After("", [.. held, 101]).Directions.Should().Equal(SignalDirection.Long);

        var exit = After("", [.. held, 100.9]).Signals[^1].Verdict;

        exit.Direction.Should().Be(SignalDirection.Flat);
        exit.FlipClose.Should().Be(101);
        exit.Explanation.RulesHeld.Should().Be(BeyondExit);
    }

    [Fact]
    public void It_leaves_at_the_stop()
    {
        var stop = After("stop=0.5", Highest + 0.1).Signals[^1].Verdict.Stop;
        stop.Should().BeGreaterThan(Lowest);

        var exit = After("stop=0.5", Highest + 0.1, stop).Signals[^1].Verdict;

        exit.Direction.Should().Be(SignalDirection.Flat);
        exit.FlipClose.Should().Be(stop);
        exit.Explanation.RulesHeld.Should().Be(StopReached);
    }

    [Fact]
    public void It_goes_short_below_the_lowest_low_where_it_may()
    {
        After("", Lowest - 0.1).Directions.Should().BeEmpty();

        var entry = After("short=1", Lowest - 0.1).Signals.Should().ContainSingle().Which.Verdict;

        entry.Direction.Should().Be(SignalDirection.Short);
        entry.FlipClose.Should().Be(Lowest);
        entry.Stop.Should().BeApproximately(Lowest - 0.1 + (2 * entry.Explanation.Inputs[4]), 1e-12);
    }

    [Fact]
    public void From_long_it_goes_short_at_once_where_it_may_and_flat_where_it_may_not()
    {
        double[] path = [Highest + 0.1, Lowest - 0.1];

        After("", path).Directions.Should().Equal(SignalDirection.Long, SignalDirection.Flat);
        var list = After("short=1", path);

        list.Directions.Should().Equal(SignalDirection.Long, SignalDirection.Short);
        (list.Signals[^1].Verdict.Explanation.RulesHeld & BelowLowest).Should().Be(BelowLowest);
    }

    private static SignalList After(string parameters, params IEnumerable<double> closes) =>
        SignalList.Of("donchian-breakout", Bars.At([.. Bars.WarmUpAround(100), .. closes]), parameters);
}

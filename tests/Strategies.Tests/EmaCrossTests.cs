using FluentAssertions;
using Xunit;

namespace AlgoStack.Strategies.Tests;

public sealed class EmaCrossTests
{
    private const uint StopReached = 0b1000;

    [Fact]
    public void Over_twenty_years_of_the_SP_500_it_says_this()
    {
        var list = SignalList.Of("ema-cross", Sp500.Bars);

        list.Sentences.Take(3).Should().Equal(
            "2000-03-16 Long at 1458.47: the 12-bar average (1392.2668) rose above the 26-bar average (1390.3176); stop at 1360.0844, and a next close below 1369.642 would cross them back; a close at 1434.0352 would have left it (score 0.67, quality 0.47, Bullish Ranging market).",
            "2000-04-14 Flat at 1356.5601: the close fell to the stop at 1360.0844, and only a new cross of the averages leads back in; a close at 1360.0844 would have left it (score 1.00, quality 0.62, Bearish Ranging market).",
            "2000-06-05 Long at 1467.63: the 12-bar average (1431.8605) rose above the 26-bar average (1429.9251); stop at 1377.7972, and a next close below 1409.3966 would cross them back; a close at 1443.3689 would have left it (score 0.42, quality 0.30, Bullish Ranging market).");
        list.Sentences[^1].Should().Be(
            "2020-04-16 Long at 2799.55: the 12-bar average (2710.622) rose above the 26-bar average (2707.0382); stop at 2463.9109, and a next close below 2669.0243 would cross them back; a close at 2754.6246 would have left it (score 0.34, quality 0.24, Bearish Ranging market).");
        list.Signals.Should().HaveCount(161);
        list.Signals.Count(s => (s.Verdict.Explanation.RulesHeld & StopReached) != 0).Should().Be(9);
        list.Hash.Should().Be("5f687d3ad4245f47");
    }

    [Fact]
    public void It_goes_long_where_a_price_begins_to_rise_and_flat_where_it_begins_to_fall()
    {
        var closes = Bars.WarmUpAround(100).Concat(Bars.Line(40, 101, 1)).Concat(Bars.Line(40, 139, -1)).ToArray();

        var signals = SignalList.Of("ema-cross", Bars.At(closes)).Signals;

        signals.Select(s => s.Verdict.Direction).TakeLast(2).Should().Equal(SignalDirection.Long, SignalDirection.Flat);
        signals[^2].Bar.CloseMs.Should().BeInRange(80, 84);
        signals[^1].Bar.CloseMs.Should().BeInRange(120, 135);
    }

    [Fact]
    public void A_close_at_the_stop_ends_it_and_only_a_new_cross_begins_again()
    {
        // A rise that parts the averages well, then a fall too quick for them to have crossed back.
        var rise = Bars.WarmUpAround(100).Concat(Bars.Line(4, 103, 3)).ToArray();
        var entry = SignalList.Of("ema-cross", Bars.At(rise)).Signals[^1];
        entry.Verdict.Direction.Should().Be(SignalDirection.Long);
        entry.Verdict.Stop.Should().BeApproximately(entry.Bar.Close - (3 * entry.Verdict.Explanation.Inputs[4]), 1e-12);

        var list = SignalList.Of("ema-cross", Bars.At([.. rise, entry.Verdict.Stop, .. Bars.Line(10, 112, 1)]));

        var exit = list.Signals[^1];
        exit.Verdict.Direction.Should().Be(SignalDirection.Flat);
        exit.Verdict.Score.Should().Be(1);
        exit.Bar.Close.Should().Be(entry.Verdict.Stop);
        exit.Verdict.Explanation.Inputs[0].Should().BeGreaterThan(exit.Verdict.Explanation.Inputs[1]);
        list.Sentences[^1].Should().Contain("the close fell to the stop");
    }

    [Fact]
    public void The_close_it_names_as_crossing_back_is_where_it_turns()
    {
        var closes = Bars.WarmUpAround(100).Concat(Bars.Line(3, 101, 1)).ToArray();
        var entry = SignalList.Of("ema-cross", Bars.At(closes)).Signals[^1];
        var before = closes[..(int)(entry.Bar.CloseMs + 1)];
        var crossing = entry.Verdict.Explanation.Inputs[6];

        Last([.. before, crossing + 1e-6]).Should().Be(SignalDirection.Long);
        Last([.. before, crossing - 1e-6]).Should().Be(SignalDirection.Flat);

        static SignalDirection Last(double[] prices) => SignalList.Of("ema-cross", Bars.At(prices)).Signals[^1].Verdict.Direction;
    }
}

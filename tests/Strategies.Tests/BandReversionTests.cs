using FluentAssertions;
using Xunit;

namespace AlgoStack.Strategies.Tests;

public sealed class BandReversionTests
{
    private const double Plunge = 92;

    private const uint Entered = 0b00011;
    private const uint TargetReached = 0b00100;
    private const uint StopReached = 0b01000;
    private const uint Expired = 0b10000;

    [Fact]
    public void Over_twenty_years_of_the_SP_500_it_says_this()
    {
        var list = SignalList.Of("band-reversion", Sp500.Bars);

        list.Sentences.Take(3).Should().Equal(
            "2000-02-18 Long at 1346.09: it closed 0.58 deviations below the lower band (1358.5044) with RSI at 34.0; target 1401.61, stop 1302.9844, given up after 20 bars; a close at 1352.1224 would have left it (score 0.46, quality 0.46).",
            "2000-03-03 Flat at 1409.17: the close is back at the target of 1401.61 in 9 bars, and only a new close below the lower band (now 1325.9582) leads back in; a close at 1401.61 would have left it (score 1.00, quality 1.00).",
            "2000-04-14 Long at 1356.5601: it closed 1.57 deviations below the lower band (1415.3817) with RSI at 30.6; target 1490.3805, stop 1281.5613, given up after 20 bars; a close at 1393.6267 would have left it (score 0.67, quality 0.76, Bearish Ranging market).");
        list.Sentences[^1].Should().Be(
            "2020-03-20 Flat at 2304.9199: the close fell to the stop at 2367.9681 in 9 bars, and only a new close below the lower band (now 2230.3253) leads back in; a close at 2367.9681 would have left it (score 1.00, quality 0.63, Bearish Volatile market).");
        list.Signals.Should().HaveCount(124);
        new[] { TargetReached, StopReached, Expired }.Select(rule => list.Signals.Count(s => (s.Verdict.Explanation.RulesHeld & rule) != 0))
            .Should().Equal(21, 24, 17);
        list.Hash.Should().Be("402f10f2400c1b16");
    }

    [Fact]
    public void A_plunge_below_the_band_is_bought_with_the_middle_band_as_target()
    {
        var entry = Entry();

        entry.Direction.Should().Be(SignalDirection.Long);
        entry.Target.Should().Be(entry.Explanation.Inputs[2]).And.BeInRange(99, 100);
        entry.Stop.Should().BeApproximately(Plunge - (2 * entry.Explanation.Inputs[3]), 1e-12);
        entry.ExpiryBars.Should().Be(20);
        entry.Explanation.RulesHeld.Should().Be(Entered);
    }

    [Fact]
    public void It_is_sold_back_at_the_target()
    {
        var exit = After(95, Entry().Target);

        exit.Direction.Should().Be(SignalDirection.Flat);
        exit.Score.Should().Be(1);
        exit.Explanation.RulesHeld.Should().Be(TargetReached);
        exit.Explanation.Inputs[7].Should().Be(2);
    }

    [Fact]
    public void It_is_given_up_at_the_stop()
    {
        var exit = After(Entry().Stop);

        exit.Direction.Should().Be(SignalDirection.Flat);
        exit.Score.Should().Be(1);
        (exit.Explanation.RulesHeld & (TargetReached | StopReached)).Should().Be(StopReached);
    }

    [Fact]
    public void It_is_given_up_when_its_time_is_over()
    {
        After(Enumerable.Repeat(94.0, 19)).Direction.Should().Be(SignalDirection.Long);

        var exit = After(Enumerable.Repeat(94.0, 20));

        exit.Direction.Should().Be(SignalDirection.Flat);
        exit.Score.Should().Be(0.5);
        exit.Explanation.RulesHeld.Should().Be(Expired);
    }

    [Fact]
    public void After_a_stop_a_price_that_falls_on_is_not_bought_until_it_has_been_within_the_bands()
    {
        var stop = Entry().Stop;
        double[] falling = [stop, stop - 20, stop - 60];
        After(falling).Direction.Should().Be(SignalDirection.Flat);

        After([.. falling, .. Enumerable.Repeat(stop - 60, 5), stop - 150]).Direction.Should().Be(SignalDirection.Long);
    }

    private static Verdict Entry() => After();

    /// <summary>The last signal when these closes follow the plunge.</summary>
    private static Verdict After(params IEnumerable<double> closes) =>
        SignalList.Of("band-reversion", Bars.At([.. Bars.WarmUpAround(100), Plunge, .. closes])).Signals[^1].Verdict;
}

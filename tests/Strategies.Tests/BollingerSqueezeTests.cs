using FluentAssertions;
using Xunit;

namespace AlgoStack.Strategies.Tests;

public sealed class BollingerSqueezeTests
{
    // Up and down by three, then by a half: the bands are at their narrowest when the last of the wide ones has left them.
    private static readonly double[] Squeeze = [.. Swing(150, _ => 3), .. Swing(22, _ => 0.5)];

    [Fact]
    public void Over_twenty_years_of_the_SP_500_it_says_this()
    {
        var list = SignalList.Of("bollinger-squeeze", Sp500.Bars);

        list.Sentences.Take(3).Should().Equal(
            "2002-11-21 Long at 933.76: it closed above the upper band (928.7819), 5 bars after the bands were 5.35 % apart, less than in the 125 bars before; stop at 890.0719; a close at 926.9636 would have left it (score 0.78, quality 0.56, Bullish Ranging market).",
            "2002-12-05 Flat at 906.55: it closed below the middle band (911.4745); a close at 911.7337 would have left it (score 1.00, quality 0.58, Bullish Ranging market).",
            "2003-01-06 Long at 929.01: it closed above the upper band (923.2378), 1 bars after the bands were 4.86 % apart, less than in the 125 bars before; stop at 890.4011; a close at 921.0677 would have left it (score 0.90, quality 0.57, Bullish Ranging market).");
        list.Sentences[^1].Should().Be(
            "2018-10-04 Flat at 2901.6101: it closed below the middle band (2907.014); a close at 2907.2984 would have left it (score 1.00, quality 0.61, Bullish Ranging market).");
        list.Signals.Should().HaveCount(50);
        list.Hash.Should().Be("03816b1a668f74aa");
    }

    [Fact]
    public void A_breakout_just_after_a_squeeze_is_bought()
    {
        var entry = Of([.. Squeeze, 104]).Signals.Should().ContainSingle().Which.Verdict;

        entry.Direction.Should().Be(SignalDirection.Long);
        entry.Stop.Should().BeApproximately(104 - (3 * entry.Explanation.Inputs[2]), 1e-12);
    }

    [Fact]
    public void A_breakout_without_a_squeeze_or_long_after_one_is_not()
    {
        Of([.. Swing(180, _ => 3), 110]).Directions.Should().BeEmpty();

        double[] wider = [.. Squeeze, .. Swing(12, i => 0.51 + (0.01 * i))];
        Of([.. wider, 104], "within=10").Directions.Should().BeEmpty();
        Of([.. wider, 104], "within=20").Directions.Should().Equal(SignalDirection.Long);
    }

    [Fact]
    public void It_leaves_below_the_middle_band_and_at_the_stop()
    {
        var entry = Of([.. Squeeze, 104]).Signals[0].Verdict;

        Of([.. Squeeze, 104, 103]).Directions.Should().HaveCount(1);
        var below = Of([.. Squeeze, 104, 100], "stop=20").Signals[1].Verdict;
        below.Direction.Should().Be(SignalDirection.Flat);
        below.Explanation.RulesHeld.Should().Be(0b0110);

        entry.Stop.Should().BeGreaterThan(below.Explanation.Inputs[1], "the stop is then reached first");
        Of([.. Squeeze, 104, entry.Stop]).Signals[1].Verdict.Explanation.RulesHeld.Should().Be(0b1010);
    }

    private static IEnumerable<double> Swing(int count, Func<int, double> reach) =>
        Enumerable.Range(0, count).Select(i => 100 + ((i % 2 == 0 ? 1 : -1) * reach(i)));

    private static SignalList Of(IEnumerable<double> closes, string parameters = "") =>
        SignalList.Of("bollinger-squeeze", Bars.At(closes), parameters);
}

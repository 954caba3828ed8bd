using AlgoStack.Indicators;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Strategies.Tests;

public sealed class MacdCrossTests
{
    private const uint StopReached = 0b100;

    [Fact]
    public void Over_twenty_years_of_the_SP_500_it_says_this()
    {
        var list = SignalList.Of("macd-cross", Sp500.Bars);

        list.Sentences.Take(3).Should().Equal(
            "2000-03-02 Long at 1381.76: the MACD line (-15.0096) rose above its signal (-16.3176); stop at 1303.0253; a close at 1361.264 would have left it (score 0.40, quality 0.40).",
            "2000-04-05 Flat at 1487.37: the MACD line (26.5741) fell below its signal (27.7739); a close at 1506.1701 would have left it (score 0.39, quality 0.29, Bullish Ranging market).",
            "2000-05-01 Long at 1468.25: the MACD line (-0.1128124517) rose above its signal (-0.3338121662); stop at 1363.6129; a close at 1464.787 would have left it (score 0.20, quality 0.19, Bullish Ranging market).");
        list.Sentences[^1].Should().Be(
            "2020-03-26 Long at 2630.0701: the MACD line (-190.4025) rose above its signal (-196.9931); stop at 2171.8007; a close at 2526.7984 would have left it (score 0.54, quality 0.52, Bearish Volatile market).");
        list.Signals.Should().HaveCount(419);
        list.Hash.Should().Be("7da0e56a369240de");
    }

    [Fact]
    public void With_a_stop_out_of_reach_it_turns_just_where_the_histogram_changes_its_sign()
    {
        var macd = new Macd(12, 26, 9);
        var expected = new List<(long, SignalDirection)>();
        var wasAbove = true;
        foreach (var bar in Sp500.Bars)
        {
            macd.Push(bar.Close);
            if (!macd.IsWarm) continue;

            var isAbove = macd.Histogram > 0;
            if (isAbove != wasAbove) expected.Add((bar.CloseMs, isAbove ? SignalDirection.Long : SignalDirection.Flat));
            wasAbove = isAbove;
        }

        // It begins with a rise: what the first sign is, is no cross.
        SignalList.Of("macd-cross", Sp500.Bars, "stop=100").Signals.Select(s => (s.Bar.CloseMs, s.Verdict.Direction))
            .Should().Equal(expected.SkipWhile(turn => turn.Item2 is SignalDirection.Flat));
    }

    [Fact]
    public void A_close_at_the_stop_ends_it_and_only_a_new_cross_begins_again()
    {
        var rise = Bars.WarmUpAround(100).Concat(Bars.Line(4, 103, 3)).ToArray();
        var entry = Of(rise).Signals[^1].Verdict;
        entry.Direction.Should().Be(SignalDirection.Long);

        var list = Of([.. rise, entry.Stop, .. Bars.Line(10, 112, 1)]);

        var exit = list.Signals[^1];
        exit.Verdict.Direction.Should().Be(SignalDirection.Flat);
        exit.Bar.Close.Should().Be(entry.Stop);
        (exit.Verdict.Explanation.RulesHeld & StopReached).Should().Be(StopReached);
        exit.Verdict.Explanation.Inputs[2].Should().BePositive("the line had not crossed back");
        list.Sentences[^1].Should().Contain("the close fell to the stop");
    }

    private static SignalList Of(IEnumerable<double> closes) => SignalList.Of("macd-cross", Bars.At(closes), "stop=1");
}

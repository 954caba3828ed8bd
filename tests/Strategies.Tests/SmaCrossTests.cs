using FluentAssertions;
using Xunit;

namespace AlgoStack.Strategies.Tests;

public sealed class SmaCrossTests
{
    [Fact]
    public void Over_twenty_years_of_the_SP_500_it_says_this()
    {
        var list = SignalList.Of("sma-cross", Sp500.Bars);

        list.Sentences.Take(3).Should().Equal(
            "2000-03-16 Long at 1458.47: the 10-bar average (1391.291) rose above the 30-bar average (1387.765); a close at 1405.58 would have left it (score 1.00, quality 0.63, Bullish Ranging market).",
            "2000-04-18 Flat at 1441.61: the 10-bar average (1461.74) fell to or below the 30-bar average (1462.399); a close at 1451.4949 would have left it (score 0.34, quality 0.27, Neutral Ranging market).",
            "2000-06-07 Long at 1471.36: the 10-bar average (1432.454) rose above the 30-bar average (1430.2597); a close at 1438.445 would have left it (score 1.00, quality 0.59, Bullish Ranging market).");
        list.Sentences[^1].Should().Be(
            "2020-04-14 Long at 2846.0601: the 10-bar average (2654.122) rose above the 30-bar average (2640.6353); a close at 2643.7603 would have left it (score 1.00, quality 0.58, Neutral Ranging market).");
        list.Signals.Should().HaveCount(175);
        list.Hash.Should().Be("9133f95217c6bdd0");
    }

    [Fact]
    public void It_is_long_just_while_the_mean_of_the_last_ten_closes_is_above_that_of_the_last_thirty()
    {
        var closes = Sp500.Bars.Select(bar => bar.Close).ToArray();
        bool[] isAbove = [.. closes.Select((_, i) => i >= 29 && closes[(i - 9)..(i + 1)].Average() > closes[(i - 29)..(i + 1)].Average())];

        var expected = Enumerable.Range(1, closes.Length - 1).Where(i => isAbove[i] != isAbove[i - 1])
            .Select(i => (Sp500.Bars[i].CloseMs, isAbove[i] ? SignalDirection.Long : SignalDirection.Flat));

        SignalList.Of("sma-cross", Sp500.Bars).Signals.Select(s => (s.Bar.CloseMs, s.Verdict.Direction)).Should().Equal(expected);
    }

    [Fact]
    public void Its_score_is_how_far_the_close_is_from_where_the_averages_meet_full_at_two_percent()
    {
        foreach (var signal in SignalList.Of("sma-cross", Sp500.Bars).Signals)
        {
            var distance = Math.Abs(signal.Bar.Close - signal.Verdict.FlipClose) / signal.Bar.Close;
            signal.Verdict.Score.Should().BeApproximately(Math.Min(distance / 0.02, 1), 1e-9);
        }
    }
}

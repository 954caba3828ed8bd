using FluentAssertions;
using Xunit;

namespace AlgoStack.Strategies.Tests;

public sealed class EnsembleTests
{
    private static readonly string[] Members = ["ema-cross", "donchian-breakout", "rsi-reversion", "macd-cross"];

    [Fact]
    public void Over_twenty_years_of_the_SP_500_it_says_this()
    {
        var list = SignalList.Of("ensemble", Sp500.Bars);

        list.Sentences.Take(3).Should().Equal(
            "2000-03-16 Long at 1458.47: 75 % of the weights are long (ema-cross, donchian-breakout, macd-cross), and it enters at 50 %; a close at 1413.46 would have left it (score 0.44, quality 0.50, Bullish Ranging market).",
            "2000-04-14 Flat at 1356.5601: 0 % of the weights are long (none), and it leaves below 50 %; a close at 1416.41 would have left it (score 0.60, quality 0.60, Bearish Ranging market).",
            "2000-06-02 Long at 1477.26: 50 % of the weights are long (donchian-breakout, macd-cross), and it enters at 50 %; a close at 1470.40 would have left it (score 0.13, quality 0.28, Bullish Ranging market).");
        list.Sentences[^1].Should().Be(
            "2020-04-09 Long at 2789.8201: 50 % of the weights are long (donchian-breakout, macd-cross), and it enters at 50 %; a close at 2760.75 would have left it (score 0.19, quality 0.29, Bearish Ranging market).");
        list.Signals.Should().HaveCount(257);
        list.Hash.Should().Be("e64dcf379c425d6a");
    }

    [Theory]
    [InlineData(1, 1, 1, 1, 0.5, 0.5)]
    [InlineData(1, 1, 1, 1, 0.75, 0.5)]
    [InlineData(4, 2, 0, 1, 0.6, 0.3)]
    public void It_is_long_from_when_enough_of_its_members_are_until_too_few(
        double ema, double donchian, double rsi, double macd, double enter, double leave)
    {
        double[] weights = [ema, donchian, rsi, macd];
        var said = Members.Select(name => SignalList.Of(name, Sp500.Bars).Signals.ToDictionary(s => s.Bar.CloseMs, s => s.Verdict.Direction)).ToArray();
        var longs = new bool[Members.Length];
        var expected = new List<(long, SignalDirection)>();
        var isLong = false;
        foreach (var bar in Sp500.Bars)
        {
            for (var i = 0; i < longs.Length; i++)
            {
                if (said[i].TryGetValue(bar.CloseMs, out var direction)) longs[i] = direction is SignalDirection.Long;
            }

            var share = weights.Where((_, i) => longs[i]).Sum() / weights.Sum();
            var wants = isLong ? share >= leave : share >= enter;
            if (wants == isLong) continue;

            isLong = wants;
            expected.Add((bar.CloseMs, wants ? SignalDirection.Long : SignalDirection.Flat));
        }

        var parameters = FormattableString.Invariant(
            $"ema-cross={ema} donchian-breakout={donchian} rsi-reversion={rsi} macd-cross={macd} enter={enter} leave={leave}");
        SignalList.Of("ensemble", Sp500.Bars, parameters).Signals.Select(s => (s.Bar.CloseMs, s.Verdict.Direction)).Should().Equal(expected);
    }

    [Fact]
    public void Its_score_is_that_of_the_members_that_agree_by_their_weights()
    {
        var first = SignalList.Of("ensemble", Sp500.Bars).Signals[0];
        var scores = Members.Select(name => SignalList.Of(name, Sp500.Bars).Signals
            .LastOrDefault(s => s.Bar.CloseMs <= first.Bar.CloseMs)?.Verdict is { Direction: SignalDirection.Long } verdict ? verdict.Score : 0);

        first.Verdict.Score.Should().BeApproximately(scores.Sum() / Members.Length, 1e-12);
    }
}

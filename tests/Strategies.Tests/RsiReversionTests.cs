using AlgoStack.Indicators;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Strategies.Tests;

public sealed class RsiReversionTests
{
    private const uint Oversold = 0b00001;
    private const uint Returned = 0b00100;
    private const uint StopReached = 0b01000;
    private const uint Expired = 0b10000;

    // Seven steps down by one: the RSI of 14 closes falls below 30 on the way.
    private static readonly double[] Fall = [.. Bars.WarmUpAround(100), .. Bars.Line(7, 99, -1)];

    [Fact]
    public void Over_twenty_years_of_the_SP_500_it_says_this()
    {
        var list = SignalList.Of("rsi-reversion", Sp500.Bars);

        list.Sentences.Take(3).Should().Equal(
            "2000-10-10 Long at 1387.02: the RSI of 29.0 is below 30; stop at 1320.8506, given up after 20 bars; a close at 1391.7825 would have left it (score 0.26, quality 0.23, Bearish Trending market).",
            "2000-10-31 Flat at 1429.40: the RSI is back at 56.4 after 15 bars; a close at 1400.6776 would have left it (score 1.00, quality 0.92, Neutral Ranging market).",
            "2001-02-22 Long at 1252.8199: the RSI of 29.7 is below 30; stop at 1185.8166, given up after 20 bars; a close at 1254.9094 would have left it (score 0.22, quality 0.23, Bearish Trending market).");
        list.Sentences[^1].Should().Be(
            "2020-03-16 Flat at 2386.1299: it closed at or beyond the stop at 2467.1535 after 5 bars; a close at 2467.1535 would have left it (score 1.00, quality 0.63, Bearish Volatile market).");
        list.Signals.Should().HaveCount(72);
        list.Hash.Should().Be("d29cfa8a344e2889");
    }

    [Fact]
    public void Over_twenty_years_of_the_SP_500_it_says_this_when_it_may_go_short()
    {
        var list = SignalList.Of("rsi-reversion", Sp500.Bars, "short=1");

        list.Sentences.Take(3).Should().Equal(
            "2000-03-24 Short at 1527.46: the RSI of 70.0 is above 70; stop at 1624.7515, given up after 20 bars; a close at 1527.3989 would have left it (score 0.21, quality 0.19, Bullish Trending market).",
            "2000-04-12 Flat at 1467.17: the RSI is back at 48.7 after 13 bars; a close at 1472.672 would have left it (score 1.00, quality 0.91, Bullish Ranging market).",
            "2000-10-10 Long at 1387.02: the RSI of 29.0 is below 30; stop at 1320.8506, given up after 20 bars; a close at 1391.7825 would have left it (score 0.26, quality 0.23, Bearish Trending market).");
        list.Sentences[^1].Should().Be(
            "2020-03-16 Flat at 2386.1299: it closed at or beyond the stop at 2467.1535 after 5 bars; a close at 2467.1535 would have left it (score 1.00, quality 0.63, Bearish Volatile market).");
        list.Signals.Should().HaveCount(170);
        list.Hash.Should().Be("2dafa0232a5428f6");
    }

    [Fact]
    public void It_goes_long_at_the_first_close_at_which_RSI_is_below_oversold()
    {
        var rsi = new Rsi(14);
        var first = Fall.TakeWhile(close => !(rsi.Push(close) < 30)).Count();

        var entry = Of(Fall).Signals.Should().ContainSingle().Which;

        first.Should().BeLessThan(Fall.Length);
        entry.Bar.CloseMs.Should().Be(first);
        entry.Verdict.Direction.Should().Be(SignalDirection.Long);
        entry.Verdict.Stop.Should().BeApproximately(entry.Bar.Close - (3 * entry.Verdict.Explanation.Inputs[1]), 1e-12);
        entry.Verdict.ExpiryBars.Should().Be(20);
        entry.Verdict.Explanation.RulesHeld.Should().Be(Oversold);
    }

    [Fact]
    public void It_leaves_when_RSI_is_back()
    {
        var exit = Of([.. Fall, 105]).Signals[^1].Verdict;

        exit.Direction.Should().Be(SignalDirection.Flat);
        exit.Explanation.RulesHeld.Should().Be(Returned);
        exit.Explanation.Inputs[0].Should().BeGreaterThan(50);
        exit.Score.Should().Be(1);
    }

    [Fact]
    public void After_its_time_it_leaves_and_waits_until_RSI_has_not_been_oversold()
    {
        const string Short = "expiry=3";
        double[] path = [.. Fall, .. Bars.Line(20, 92, -0.5)];

        var list = Of(path, Short);

        list.Directions.Should().Equal(SignalDirection.Long, SignalDirection.Flat);
        (list.Signals[1].Bar.CloseMs - list.Signals[0].Bar.CloseMs).Should().Be(3);
        list.Signals[1].Verdict.Explanation.RulesHeld.Should().Be(Oversold | Expired);
        list.Signals[1].Verdict.Score.Should().Be(0.5);

        Of([.. path, 90, .. Bars.Line(8, 88, -2)], Short).Directions.Skip(2).Should().StartWith([SignalDirection.Long]);
    }

    [Fact]
    public void It_leaves_at_the_stop()
    {
        var stop = Of(Fall).Signals[^1].Verdict.Stop;

        var exit = Of([.. Fall, stop]).Signals[^1].Verdict;

        exit.Direction.Should().Be(SignalDirection.Flat);
        exit.Explanation.RulesHeld.Should().Be(Oversold | StopReached);
        exit.FlipClose.Should().Be(stop);
    }

    [Fact]
    public void Turned_upside_down_the_prices_make_it_go_short_where_it_may()
    {
        double[] rise = [.. Fall.Select(close => 200 - close)];
        Of(rise).Directions.Should().BeEmpty();

        var entry = Of(rise, "short=1").Signals.Should().ContainSingle().Which;

        var mirrored = Of(Fall).Signals[0];
        entry.Bar.CloseMs.Should().Be(mirrored.Bar.CloseMs);
        entry.Verdict.Direction.Should().Be(SignalDirection.Short);
        entry.Verdict.Stop.Should().BeApproximately(200 - mirrored.Verdict.Stop, 1e-9);
        entry.Verdict.FlipClose.Should().BeApproximately(200 - mirrored.Verdict.FlipClose, 1e-9);
        entry.Verdict.Score.Should().BeApproximately(mirrored.Verdict.Score, 1e-9);
        Of([.. rise, 95], "short=1").Signals[^1].Verdict.Explanation.RulesHeld.Should().Be(Returned);
    }

    private static SignalList Of(IEnumerable<double> closes, string parameters = "") =>
        SignalList.Of("rsi-reversion", Bars.At(closes), parameters);
}

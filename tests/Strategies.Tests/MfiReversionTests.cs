using AlgoStack.Indicators;
using AlgoStack.Trading.MarketData;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Strategies.Tests;

public sealed class MfiReversionTests
{
    private const uint Oversold = 0b0001;
    private const uint Overbought = 0b0010;
    private const uint StopReached = 0b0100;
    private const uint Expired = 0b1000;

    private static readonly double[] Fall = [.. Bars.WarmUpAround(100), .. Bars.Line(12, 99.5, -0.1)];

    [Fact]
    public void Over_twenty_years_of_the_SP_500_it_says_this()
    {
        var list = SignalList.Of("mfi-reversion", Sp500.Bars);

        list.Sentences.Take(3).Should().Equal(
            "2001-08-22 Long at 1165.3101: the MFI of 19.3 is below 20; stop at 1115.0277, given up after 40 bars; a close at 1171.77 would have left it (score 0.36, quality 0.59, Bearish Ranging market).",
            "2001-09-06 Flat at 1106.40: the close fell to the stop at 1115.0277 after 10 bars; a close at 1115.0277 would have left it (score 1.00, quality 0.63, Bearish Trending market).",
            "2001-09-19 Long at 1016.10: the MFI of 17.4 is below 20; stop at 944.4731, given up after 40 bars; a close at 1084.88 would have left it (score 0.27, quality 0.31, Bearish Trending market).");
        list.Sentences[^1].Should().Be(
            "2020-03-12 Flat at 2480.6399: the close fell to the stop at 2726.38 after 4 bars; a close at 2726.38 would have left it (score 1.00, quality 0.66, Bearish Volatile market).");
        list.Signals.Should().HaveCount(30);
        list.Hash.Should().Be("51f1e153b451bdee");
    }

    [Fact]
    public void It_goes_long_at_the_first_bar_at_which_MFI_is_below_oversold()
    {
        Bar[] bars = [.. Bars.At(Fall)];
        var mfi = new Mfi(14);
        var first = bars.TakeWhile(bar => !(mfi.Push(bar) < 20)).Count();

        var entry = Of(Fall).Signals.Should().ContainSingle().Which;

        first.Should().BeLessThan(bars.Length);
        entry.Bar.CloseMs.Should().Be(first);
        entry.Verdict.Direction.Should().Be(SignalDirection.Long);
        entry.Verdict.Stop.Should().BeApproximately(entry.Bar.Close - (3 * entry.Verdict.Explanation.Inputs[1]), 1e-12);
        entry.Verdict.Explanation.RulesHeld.Should().Be(Oversold);
    }

    [Fact]
    public void It_leaves_when_MFI_is_above_overbought_at_the_stop_or_when_its_time_is_over()
    {
        After(Bars.Line(20, 98.5, 0.1)).Should().Be(Overbought);
        After([Of(Fall).Signals[0].Verdict.Stop]).Should().Be(StopReached);
        After(Bars.WarmUpAround(98)).Should().Be(Expired);

        static uint After(IEnumerable<double> closes)
        {
            var exit = Of([.. Fall, .. closes]).Signals[1].Verdict;
            exit.Direction.Should().Be(SignalDirection.Flat);
            return exit.Explanation.RulesHeld & (Overbought | StopReached | Expired);
        }
    }

    [Fact]
    public void After_its_time_it_waits_until_MFI_has_not_been_oversold()
    {
        double[] path = [.. Fall, .. Bars.Line(30, 98.2, -0.1)];
        Of(path, "expiry=5").Directions.Should().Equal(SignalDirection.Long, SignalDirection.Flat);

        Of([.. path, .. Bars.Line(8, 95.5, 0.1), .. Bars.Line(20, 96, -0.1)], "expiry=5").Directions.Skip(2)
            .Should().StartWith([SignalDirection.Long]);
    }

    private static SignalList Of(IEnumerable<double> closes, string parameters = "") =>
        SignalList.Of("mfi-reversion", Bars.At(closes), parameters);
}

using AlgoStack.Indicators;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Strategies.Tests;

public sealed class MacdDivergenceTests
{
    private const uint TargetReached = 0b0010000;
    private const uint StopReached = 0b0100000;
    private const uint Expired = 0b1000000;

    // A steep fall, a bounce, and a slow fall to a lower low that ends: less force, lower price.
    private static readonly double[] Divergence =
        [.. Bars.WarmUpAround(100), .. Bars.Line(8, 98, -2), .. Bars.Line(10, 85, 0.8), .. Bars.Line(20, 92, -0.7), 79.5];

    [Fact]
    public void Over_twenty_years_of_the_SP_500_it_says_this()
    {
        var list = SignalList.Of("macd-divergence", Sp500.Bars);

        list.Sentences.Take(3).Should().Equal(
            "2000-05-24 Long at 1399.05: the price made a lower low (1361.09 after 1375.14) and the MACD histogram a higher one (-3.7022 after -6.0067); target 1538.0776, stop 1329.5363, given up after 30 bars; a close at 1396.6013 would have left it (score 0.33, quality 0.59, Bearish Ranging market).",
            "2000-07-07 Flat at 1478.90: the close reached neither the target of 1538.0776 nor the stop at 1329.5363 in 30 bars (score 0.50, quality 0.65, Bullish Ranging market).",
            "2000-12-04 Long at 1324.97: the price made a lower low (1294.90 after 1305.79) and the MACD histogram a higher one (-6.3915 after -9.1104); target 1438.8248, stop 1268.0425, given up after 30 bars; a close at 1310.9875 would have left it (score 0.37, quality 0.60, Bearish Ranging market).");
        list.Sentences[^1].Should().Be(
            "2018-12-19 Flat at 2506.96: the close fell to the stop at 2531.4953; a close at 2531.4953 would have left it (score 1.00, quality 0.93, Bearish Ranging market).");
        list.Signals.Should().HaveCount(44);
        list.Hash.Should().Be("aaa0451d8b89e042");
    }

    [Fact]
    public void It_enters_only_where_the_last_two_waves_in_plain_words_diverge()
    {
        var divergences = new List<long>();
        var macd = new Macd(12, 26, 9);
        var histogram = Sp500.Bars.Select(bar =>
        {
            macd.Push(bar.Close);
            return macd.Histogram;
        }).ToArray();
        var starts = Enumerable.Range(1, histogram.Length - 1).Where(i => histogram[i] < 0 && !(histogram[i - 1] < 0)).ToArray();
        for (var w = 1; w < starts.Length; w++)
        {
            var earlier = Enumerable.Range(starts[w - 1], starts[w] - starts[w - 1]).TakeWhile(i => histogram[i] < 0).ToArray();
            for (var now = starts[w] + 1; now < histogram.Length && histogram[now] < 0; now++)
            {
                var wave = Enumerable.Range(starts[w], now - starts[w] + 1).ToArray();
                var isLower = wave.Min(i => Sp500.Bars[i].Low) < earlier.Min(i => Sp500.Bars[i].Low);
                var isHigher = wave.Min(i => histogram[i]) > earlier.Min(i => histogram[i]);
                if (!isLower || !isHigher || histogram[now] <= histogram[now - 1]) continue;

                divergences.Add(Sp500.Bars[now].CloseMs);
                break;
            }
        }

        // With an expiry of one bar no divergence is missed because the one before is still held.
        var entries = SignalList.Of("macd-divergence", Sp500.Bars, "expiry=1").Signals
            .Where(s => s.Verdict.Direction is SignalDirection.Long).Select(s => s.Bar.CloseMs);

        entries.Should().Equal(divergences).And.HaveCountGreaterThan(20);
    }

    [Fact]
    public void A_lower_low_with_less_force_is_bought_once_when_the_histogram_turns_up()
    {
        var entry = Of(Divergence).Signals.Should().ContainSingle().Which.Verdict;

        var inputs = entry.Explanation.Inputs;
        entry.Direction.Should().Be(SignalDirection.Long);
        inputs[1].Should().BeNegative().And.BeGreaterThan(inputs[2]);
        inputs[3].Should().BeLessThan(inputs[4]);
    }

    [Fact]
    public void Its_target_is_a_multiple_of_what_the_stop_risks()
    {
        var entry = Of(Divergence, "reward=3").Signals[0];

        (entry.Verdict.Target - entry.Bar.Close).Should().BeApproximately(3 * (entry.Bar.Close - entry.Verdict.Stop), 1e-9);
        entry.Verdict.Stop.Should().BeLessThan(entry.Verdict.Explanation.Inputs[3]);
    }

    [Fact]
    public void It_leaves_at_the_target_the_stop_or_when_its_time_is_over()
    {
        var entry = Of(Divergence).Signals[0].Verdict;

        After(entry.Target).Should().Be(TargetReached);
        After(entry.Stop).Should().Be(StopReached);
        After([.. Enumerable.Repeat((entry.Target + entry.Stop) / 2, 30)]).Should().Be(Expired);

        static uint After(params double[] closes)
        {
            var exit = Of([.. Divergence, .. closes]).Signals[1].Verdict;
            exit.Direction.Should().Be(SignalDirection.Flat);
            return exit.Explanation.RulesHeld & (TargetReached | StopReached | Expired);
        }
    }

    private static SignalList Of(IEnumerable<double> closes, string parameters = "") =>
        SignalList.Of("macd-divergence", Bars.At(closes), parameters);
}

using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Strategies.Tests;

public sealed class PairsTests
{
    private const uint Returned = 0b0100;
    private const uint StopReached = 0b1000;

    private static readonly InstrumentId First = new("FIRST.SIM");
    private static readonly InstrumentId Second = new("SECOND.SIM");

    [Fact]
    public void Over_twenty_years_of_the_SP_500_and_the_mean_of_two_of_its_days_it_says_this()
    {
        var list = SignalList.Of("pairs", Sp500.Bars);

        list.Sentences.Take(3).Should().Equal(
            "2000-04-14 Long at 1356.5601: the pair's spread is 3.59 deviations below its mean, which makes this one of the two the cheap one; out at 0.5, stop at 4; a close at 1350.2158 would have left it (score 0.97, quality 0.91, Bearish Ranging market).",
            "2000-04-17 Flat at 1401.4399: the pair's spread is 1.91 deviations above its mean, back from beyond 2; a close at 1372.4039 would have left it (score 1.00, quality 0.91, Bearish Ranging market).",
            "2000-09-28 Short at 1458.29: the pair's spread is 2.62 deviations above its mean, which makes this one of the two the dear one; out at 0.5, stop at 4; a close at 1454.1305 would have left it (score 0.78, quality 0.81, Bearish Ranging market).");
        list.Sentences[^1].Should().Be(
            "2020-03-25 Flat at 2475.5601: the pair's spread is 0.46 deviations above its mean, back from beyond 2; a close at 2477.3064 would have left it (score 1.00, quality 0.61, Bearish Volatile market).");
        list.Signals.Should().HaveCount(486);
        list.Hash.Should().Be("11abe9a15f57798d");
    }

    [Fact]
    public void The_cheap_one_is_bought_where_the_spread_is_beyond_the_entry_and_the_dear_one_sold()
    {
        var cheap = After(98.6).Signals.Should().ContainSingle().Which.Verdict;
        cheap.Direction.Should().Be(SignalDirection.Long);
        cheap.Explanation.Inputs[1].Should().BeInRange(-4, -2);

        var dear = After(101.4).Signals.Should().ContainSingle().Which.Verdict;
        dear.Direction.Should().Be(SignalDirection.Short);
        dear.Explanation.Inputs[1].Should().BeInRange(2, 4);
    }

    [Fact]
    public void Its_z_score_is_that_of_the_logarithm_of_the_one_price_over_the_other()
    {
        double[] closes = [.. Bars.WarmUpAround(100), 98.6];
        var spreads = closes.TakeLast(60).Select(close => Math.Log(close / 50)).ToArray();
        var mean = spreads.Average();
        var deviation = Math.Sqrt(spreads.Average(spread => (spread - mean) * (spread - mean)));

        After(98.6).Signals[0].Verdict.Explanation.Inputs[1].Should().BeApproximately((spreads[^1] - mean) / deviation, 1e-9);
    }

    [Fact]
    public void It_leaves_when_the_spread_is_back()
    {
        After(98.6, 99).Directions.Should().HaveCount(1);

        var exit = After(98.6, 99.9).Signals[1].Verdict;

        exit.Direction.Should().Be(SignalDirection.Flat);
        exit.Explanation.RulesHeld.Should().Be(Returned);
    }

    [Fact]
    public void It_leaves_at_the_stop_and_waits_until_the_spread_has_been_back()
    {
        var exit = After(98.6, 96).Signals[1].Verdict;
        exit.Direction.Should().Be(SignalDirection.Flat);
        (exit.Explanation.RulesHeld & StopReached).Should().Be(StopReached);

        After(98.6, 96, 97.5, 97.5).Directions.Should().HaveCount(2);
        After(98.6, 96, 100, 97.5).Directions.Should().Equal(SignalDirection.Long, SignalDirection.Flat, SignalDirection.Long);
    }

    [Fact]
    public void What_has_parted_beyond_the_stop_at_once_is_left_alone() => After(90).Directions.Should().BeEmpty();

    [Fact]
    public void Of_the_second_the_opposite_is_said_whichever_bar_comes_last()
    {
        foreach (var isSecondLast in new[] { false, true })
        {
            var runner = StrategyCatalog.Find("pairs").Configure("", First, Second).NewRunner();
            runner.Add(3, First);
            runner.Add(5, Second);
            var said = new List<(int, int, SignalDirection)>();
            foreach (var (first, second) in Paired([.. Bars.WarmUpAround(100), 98.6]))
            {
                Take(isSecondLast ? 3 : 5, isSecondLast ? first : second);
                Take(isSecondLast ? 5 : 3, isSecondLast ? second : first);
            }

            said.Should().Equal(isSecondLast ? (5, 3, SignalDirection.Short) : (3, 5, SignalDirection.Long));

            void Take(int instrument, Bar bar)
            {
                if (runner.OnBar(instrument, bar) is { } verdict) said.Add((instrument, runner.Counterpart, verdict.Direction));
            }
        }
    }

    [Fact]
    public void Nothing_is_said_where_the_two_did_not_close_together()
    {
        var bars = Paired([.. Bars.WarmUpAround(100), 98.6]).ToArray();
        var apart = bars[^1] with { Second = bars[^1].Second with { CloseMs = bars[^1].Second.CloseMs + 1 } };

        SignalList.OfPair("pairs", [.. bars[..^1], apart]).Signals.Should().BeEmpty();
    }

    private static SignalList After(params IEnumerable<double> closes) =>
        SignalList.OfPair("pairs", Paired([.. Bars.WarmUpAround(100), .. closes]));

    private static IEnumerable<(Bar First, Bar Second)> Paired(IEnumerable<double> closes) =>
        Bars.At(closes).Select(bar => (bar, bar with { Open = 50, High = 50, Low = 50, Close = 50 }));
}

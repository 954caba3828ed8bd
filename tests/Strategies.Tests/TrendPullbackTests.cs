using AlgoStack.Indicators;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Strategies.Tests;

public sealed class TrendPullbackTests
{
    private const string Weekly = "higher=10080";
    private const uint TrendUp = 0b0001;
    private const uint PulledBack = 0b0010;
    private const uint Recovered = 0b0100;
    private const uint StopReached = 0b1000;

    [Fact]
    public void Over_twenty_years_of_the_SP_500_in_weeks_it_says_this()
    {
        var list = SignalList.Of("trend-pullback", Sp500.Bars, "higher=10080");

        list.Sentences.Take(3).Should().Equal(
            "2000-07-26 Long at 1452.42: 1464.29 was above the average (1451.0988) of 20 bars of 10080 minutes, and the RSI pulled back to 35.0; stop at 1395.2412; a close at 1452.43 would have left it (score 0.06, quality 0.15, Neutral Ranging market).",
            "2000-07-31 Flat at 1430.83: 1430.83 was not above the average (1449.1684) of 20 bars of 10080 minutes; a close at 1451.0988 would have left it (score 1.00, quality 0.60, Bearish Ranging market).",
            "2000-09-12 Long at 1481.99: 1489.26 was above the average (1472.2129) of 20 bars of 10080 minutes, and the RSI pulled back to 34.9; stop at 1432.6036; a close at 1482.1123 would have left it (score 0.09, quality 0.16, Neutral Ranging market).");
        list.Sentences[^1].Should().Be(
            "2020-02-27 Flat at 2978.76: the close fell to the stop at 3113.4179; a close at 3113.4179 would have left it (score 1.00, quality 0.83, Bearish Volatile market).");
        list.Signals.Should().HaveCount(184);
        list.Hash.Should().Be("f5f2465d449ba38b");
    }

    [Fact]
    public void It_enters_only_where_RSI_falls_below_the_pullback_while_the_last_week_closed_above_the_average_of_weeks()
    {
        // A bar stamped Monday, 00:00, is the last of its week; 1999-12-27 was a Monday.
        var monday = new DateTimeOffset(1999, 12, 27, 0, 0, 0, TimeSpan.Zero);
        var weeks = Sp500.Bars.GroupBy(bar => (long)Math.Ceiling((bar.CloseTime - monday).TotalDays / 7)).ToArray();
        foreach (var entry in SignalList.Of("trend-pullback", Sp500.Bars, Weekly).Signals.Where(s => s.Verdict.Direction is SignalDirection.Long))
        {
            var trend = new Ema(20);
            var weekClose = double.NaN;
            foreach (var week in weeks.TakeWhile(w => monday.AddDays(7 * w.Key) <= entry.Bar.CloseTime || w.Last().CloseMs < entry.Bar.CloseMs))
            {
                // The next week's first bar may tell that a week is over, but is no part of it.
                if (week.First().CloseMs > entry.Bar.CloseMs) break;
                trend.Push(weekClose = week.Last().Close);
            }

            var rsi = new Rsi(7);
            var closes = Sp500.Bars.TakeWhile(bar => bar.CloseMs <= entry.Bar.CloseMs).Select(bar => rsi.Push(bar.Close)).ToArray();

            entry.Verdict.Explanation.Inputs[0].Should().Be(weekClose);
            weekClose.Should().BeGreaterThan(trend.Value);
            closes[^1].Should().BeLessThan(35);
            entry.Verdict.Explanation.RulesHeld.Should().Be(TrendUp | PulledBack);
        }
    }

    [Fact]
    public void In_a_rise_a_dip_is_bought_and_sold_when_it_has_recovered()
    {
        // A rise of thirty weeks, then a dip of three days, of bars of a day.
        double[] rise = [.. Bars.Line(210, 100, 0.5), 203, 201, 199];
        var entry = Of(rise).Signals.Should().ContainSingle().Which.Verdict;
        entry.Direction.Should().Be(SignalDirection.Long);

        Rules([.. rise, 206]).Should().Be(TrendUp | Recovered);
        (Rules([.. rise, entry.Stop]) & StopReached).Should().Be(StopReached);
    }

    [Fact]
    public void In_a_fall_a_dip_is_not_bought() =>
        Of([.. Bars.Line(210, 300, -0.5), 192, 190, 188]).Directions.Should().BeEmpty();

    [Fact]
    public void It_leaves_when_the_trend_is_over_at_the_end_of_the_week()
    {
        // A dip that stays: RSI does not recover, and the week closes below the average of weeks.
        double[] path = [.. Bars.Line(210, 100, 0.5), 170, .. Enumerable.Range(0, 20).Select(i => 160.0 + (i % 2))];

        var exit = Of(path, "exit=95 stop=100").Signals[1].Verdict;

        exit.Direction.Should().Be(SignalDirection.Flat);
        (exit.Explanation.RulesHeld & (TrendUp | Recovered | StopReached)).Should().Be(0);
        exit.Explanation.Inputs[0].Should().BeLessThan(exit.Explanation.Inputs[1]);
    }

    private static uint Rules(double[] closes) => Of(closes).Signals[1].Verdict.Explanation.RulesHeld;

    /// <summary>Closes of days, from a Tuesday on.</summary>
    private static SignalList Of(IEnumerable<double> closes, string parameters = "") => SignalList.Of(
        "trend-pullback", Bars.At(closes).Select((bar, i) => bar with { CloseMs = (i + 5) * 86_400_000L }), $"{Weekly} {parameters}");
}

using AlgoStack.Trading.MarketData;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Strategies.Tests;

public sealed class VwapTests
{
    // Sessions of half an hour from 10:00 on.
    private const string Sessions = "start=600 minutes=30";
    private const uint SessionOver = 0b1000;

    // Below the average of the session, which begins at 102.
    private static readonly (double Close, double Volume)[] Below = [(102, 10), .. Enumerable.Repeat((100.0, 10.0), 19)];

    [Fact]
    public void Over_twenty_years_of_the_SP_500_as_half_hours_it_says_this()
    {
        var list = SignalList.Of("vwap", Sp500.HalfHours, "start=870 minutes=390");

        list.Sentences.Take(3).Should().Equal(
            "2000-02-11 Long at 1465.8101: it closed above the session's VWAP (1465.0316) with 1.7 times the usual volume, 270 minutes before the session's end; a close at 1464.951 would have left it (score 0.39, quality 0.35, Bearish Ranging market).",
            "2000-02-11 Flat at 1433.0601: it closed at the session's VWAP or below (1462.866); a close at 1464.5041 would have left it (score 1.00, quality 0.62, Bearish Ranging market).",
            "2000-02-16 Long at 1245.36: it closed above the session's VWAP (1234.4766) with 1.5 times the usual volume, 240 minutes before the session's end; a close at 1233.6582 would have left it (score 0.58, quality 0.42, Bearish Ranging market).");
        list.Sentences[^1].Should().Be(
            "2000-04-17 Flat at 2972.3701: it closed at the session's VWAP or below (3008.1786); a close at 3009.9834 would have left it (score 1.00, quality 0.79, Bearish Volatile market).");
        list.Signals.Should().HaveCount(8);
        list.Hash.Should().Be("dbc16f81b68b07c7");
    }

    [Fact]
    public void A_cross_above_with_more_volume_than_usual_is_bought()
    {
        Of([Day(0, Below), Day(1, [.. Below, (101, 15)])]).Directions.Should().BeEmpty("half as much more is not above it");

        var signal = Of([Day(0, Below), Day(1, [.. Below, (101, 16)])]).Signals.Should().ContainSingle().Which;

        signal.Verdict.Direction.Should().Be(SignalDirection.Long);
        var money = 102 * 10 + (19 * 100 * 10) + (101 * 16);
        signal.Verdict.Explanation.Inputs[0].Should().BeApproximately(money / (200.0 + 16), 1e-9, "it began anew with the session");
        signal.Verdict.Explanation.Inputs[4].Should().Be(9);
    }

    [Fact]
    public void A_close_that_was_above_before_is_no_cross()
    {
        Of([Day(0, Below), Day(1, [.. Below, (101, 10), (101, 16)])]).Directions.Should().BeEmpty();
        Of([Day(0, Below), Day(1, [(100, 10), (101, 16)])]).Directions.Should().BeEquivalentTo([SignalDirection.Long]);
        Of([Day(0, [.. Below, (99, 10)]), Day(1, [(103, 160)])]).Directions.Should().BeEmpty("the session before is another one");
    }

    [Fact]
    public void It_leaves_at_a_close_below()
    {
        var list = Of([Day(0, Below), Day(1, [.. Below, (101, 16), (101, 10), (100, 10)])]);

        list.Directions.Should().Equal(SignalDirection.Long, SignalDirection.Flat);
        list.Signals[1].Verdict.Explanation.RulesHeld.Should().Be(0);
    }

    [Fact]
    public void It_leaves_at_the_sessions_last_bar_and_does_not_enter_there()
    {
        var list = Of([Day(0, Below), Day(1, [.. Below, (101, 16), .. Enumerable.Repeat((102.0, 10.0), 9)])]);

        list.Directions.Should().Equal(SignalDirection.Long, SignalDirection.Flat);
        list.Signals[1].Bar.CloseTime.TimeOfDay.Should().Be(new TimeSpan(10, 30, 0));
        list.Signals[1].Verdict.Score.Should().Be(0.5);

        Of([Day(0, Below), Day(1, [.. Below, .. Enumerable.Repeat((100.0, 10.0), 9), (101, 16)])]).Directions.Should().BeEmpty();
    }

    [Fact]
    public void Where_no_bar_closed_at_the_sessions_end_it_leaves_at_the_next_bar()
    {
        (double, double)[] entry = [.. Below, (101, 16)];
        var evening = new Bar(Day(1, Below)[0].CloseMs + (8 * 3_600_000), 105, 105, 105, 105, 1_000);

        foreach (var next in new[] { evening, Day(2, Below)[0] })
        {
            var list = Of([Day(0, Below), Day(1, entry), [next]]);
            list.Directions.Should().Equal(SignalDirection.Long, SignalDirection.Flat);
            list.Signals[1].Bar.Should().Be(next);
            (list.Signals[1].Verdict.Explanation.RulesHeld & SessionOver).Should().Be(SessionOver);
        }
    }

    [Fact]
    public void What_is_traded_outside_of_sessions_counts_for_nothing()
    {
        Bar[] evening = [.. Day(0, Enumerable.Repeat((500.0, 9_000.0), 29)).Select(bar => bar with { CloseMs = bar.CloseMs + (8 * 3_600_000) })];
        var day = Day(1, [.. Below, (101, 16)]);

        var with = Of([Day(0, Below), evening, day]).Signals;

        with.Select(s => s.Verdict).Should().Equal(Of([Day(0, Below), day]).Signals.Select(s => s.Verdict));
        with.Should().ContainSingle();
    }

    /// <summary>Bars of a minute, the first of which closes at 10:01.</summary>
    private static Bar[] Day(int day, IEnumerable<(double Close, double Volume)> minutes) =>
        [.. minutes.Select((minute, i) => new Bar(
            (day * 86_400_000L) + (10 * 3_600_000) + ((i + 1) * 60_000), minute.Close, minute.Close, minute.Close, minute.Close, minute.Volume))];

    private static SignalList Of(IEnumerable<IEnumerable<Bar>> days) => SignalList.Of("vwap", days.SelectMany(bars => bars), Sessions);
}

using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Research;
using FluentAssertions;
using Xunit;
using static AlgoStack.Trading.Tests.MarketData.TickSeriesTests;

namespace AlgoStack.Trading.Tests.MarketData;

public sealed class TickBarsTests
{
    private const long Second = 1_000_000;

    [Theory]
    [InlineData("1s")]
    [InlineData("1m")]
    [InlineData("1h")]
    public void Bars_are_those_of_a_plain_aggregation(string timeframe)
    {
        var ticks = Random(20_000);
        var length = Timeframe.Parse(timeframe);

        var bars = TickBars.Of(ticks, length);

        bars.Count.Should().BeGreaterThan(5);
        Enumerable.Range(0, bars.Count).Select(row => (bars.Instrument[row], bars[row])).Should().Equal(Plain(ticks, length));
    }

    [Fact]
    public void A_bar_has_the_ticks_before_its_end_and_closes_with_the_first_that_is_not()
    {
        var bars = TickBars.Of(
            Series(
                Tick.Trade(0, 10, 1), Tick.Trade((60 * Second) - 1, 12, 2), Tick.Trade(60 * Second, 11, 4), Tick.Trade(61 * Second, 9, 8),
                Tick.Trade(600 * Second, 5, 16), Tick.Trade(601 * Second, 6, 32)),
            Timeframe.Minute);

        Enumerable.Range(0, bars.Count).Select(row => bars[row]).Should().Equal(
            new Bar(60_000, 10, 12, 10, 12, 3),
            new Bar(120_000, 11, 11, 9, 9, 12));
    }

    [Fact]
    public void Until_the_first_trade_bars_are_of_the_middle_of_what_is_quoted_and_then_of_trades_alone()
    {
        var bars = TickBars.Of(
            Series(
                Tick.Quote(0, 10, 1, 0, 0), Tick.Quote(1, 0, 0, 12, 1), Tick.Quote(2, 11, 1, double.NaN, 0), Tick.Quote(3, 9, 1, 10, 1),
                Tick.Quote(61 * Second, 20, 1, 22, 1), Tick.Trade(62 * Second, 30, 5), Tick.Quote(63 * Second, 20, 1, 22, 1), Tick.Trade(64 * Second, 31, 5),
                Tick.Quote(121 * Second, 40, 1, 41, 1), Tick.Trade(181 * Second, 50, 1)),
            Timeframe.Minute);

        Enumerable.Range(0, bars.Count).Select(row => bars[row]).Should().Equal(
            new Bar(60_000, 11, 11.5, 9.5, 9.5, 0),
            new Bar(120_000, 30, 31, 30, 31, 10));
    }

    [Fact]
    public void Weeks_begin_on_mondays_and_time_may_be_before_1970()
    {
        // 1969-12-31 was a Wednesday, 1970-01-05 a Monday.
        var bars = TickBars.Of(Series(Tick.Trade(-Second, 10, 1), Tick.Trade(5 * 86_400 * Second, 11, 1)), Timeframe.Parse("1w"));

        bars.CloseMs.Should().Equal(DateTimeOffset.Parse("1970-01-05T00:00Z", System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds());
    }

    private static TickSeries Random(int count)
    {
        var random = new SplitMix64(12);
        var (instruments, ticks) = (new int[count], new Tick[count]);
        var us = 0L;
        for (var row = 0; row < count; row++)
        {
            us += random.NextBelow(3) * random.NextBelow(2 * (int)Second);
            instruments[row] = random.NextBelow(3);
            var price = 100 + random.NextBelow(500);
            // The second never trades.
            ticks[row] = instruments[row] == 1 || random.NextBelow(2) == 0
                ? Tick.Quote(us, random.NextBelow(4) == 0 ? 0 : price, 1, random.NextBelow(4) == 0 ? double.NaN : price + 1, 1)
                : Tick.Trade(us, price, random.NextBelow(100));
        }

        return new TickSeries(
            [.. "ABC".Select(name => new Instrument(new InstrumentId($"{name}.SIM"), 0.01m, 1, "USD"))],
            instruments,
            [.. ticks.Select(t => t.TimeUs)],
            [.. ticks.Select(t => t.Kind)],
            [.. ticks.Select(t => t.Price)],
            [.. ticks.Select(t => t.Size)],
            [.. ticks.Select(t => t.Ask)],
            [.. ticks.Select(t => t.AskSize)]);
    }

    /// <summary>All prices of each instrument first, then grouped by the minute or hour that they are in.</summary>
    private static IEnumerable<(int, Bar)> Plain(TickSeries ticks, Timeframe timeframe)
    {
        var lengthUs = timeframe.Milliseconds * 1_000;
        var endOfTime = ticks.TimeUs[^1] / lengthUs;
        return Enumerable.Range(0, 3)
            .SelectMany(instrument => PricesOf(ticks, instrument, lengthUs)
                .GroupBy(price => price.Us / lengthUs)
                .Where(bar => bar.Key < endOfTime)
                .Select(bar => (instrument, new Bar(
                    (bar.Key + 1) * timeframe.Milliseconds, bar.First().Price, bar.Max(p => p.Price), bar.Min(p => p.Price), bar.Last().Price, bar.Sum(p => p.Size)))))
            .OrderBy(bar => bar.Item2.CloseMs).ThenBy(bar => bar.instrument);
    }

    private static List<(long Us, double Price, double Size)> PricesOf(TickSeries ticks, int instrument, long lengthUs)
    {
        var rows = Enumerable.Range(0, ticks.Count).Where(row => ticks.Instrument[row] == instrument).Select(row => ticks[row]).ToArray();
        var trades = rows.Where(t => t.Kind == TickKind.Trade).Select(t => (t.TimeUs, t.Price, t.Size)).ToList();
        var firstTradeUs = trades.Count > 0 ? trades[0].TimeUs : long.MaxValue;
        return [.. Middles(), .. trades];

        // Of the bars before the first trade: that which it is in is of trades alone.
        IEnumerable<(long, double, double)> Middles()
        {
            var (bid, ask) = (0.0, 0.0);
            foreach (var quote in rows.Where(t => t.Kind == TickKind.Quote))
            {
                if (quote.Price > 0) bid = quote.Price;
                if (quote.Ask > 0) ask = quote.Ask;
                if (bid > 0 && ask > 0 && quote.TimeUs / lengthUs < firstTradeUs / lengthUs) yield return (quote.TimeUs, (bid + ask) / 2, 0);
            }
        }
    }
}

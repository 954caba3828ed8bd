using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Trading.Tests.MarketData;

public sealed class TickSeriesTests
{
    private static readonly Instrument Apple = new(new InstrumentId("AAPL.SIM"), 0.01m, 1, "USD");

    public static TheoryData<Tick, string> Wrong { get; } = new()
    {
        { Tick.Trade(1, 0, 1), "row 1: expected a price from 1e-9 to 1e15, found 0" },
        { Tick.Trade(1, -1, 1), "row 1: expected a price from 1e-9 to 1e15, found -1" },
        { Tick.Trade(1, double.NaN, 1), "row 1: expected a price from 1e-9 to 1e15, found NaN" },
        { Tick.Trade(1, double.PositiveInfinity, 1), "row 1: expected a price from 1e-9 to 1e15, found Infinity" },
        { Tick.Trade(1, 10, double.NaN), "row 1: expected a size from 0 to 1e18, found NaN" },
        { Tick.Trade(1, 10, -1), "row 1: expected a size from 0 to 1e18, found -1" },
        { Tick.Quote(1, -1, 1, 11, 1), "row 1: expected a bid of 0, or from 1e-9 to 1e15 for 0 to 1e18, found -1 for 1" },
        { Tick.Quote(1, 9, 1, 11, -1), "row 1: expected an ask of 0, or from 1e-9 to 1e15 for 0 to 1e18, found 11 for -1" },
        { Tick.Quote(1, 11, 1, 10, 1), "row 1: expected a bid of at most the ask, found 11 and 10" },
        { Tick.Trade(-1, 10, 1), "row 1: expected a time of at least 0, found -1" },
        { new Tick(1, (TickKind)7, 10, 1, 0, 0), "row 1: expected a trade or a quote, found kind 7" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_is_no_tick_or_out_of_order_is_refused_with_its_row(Tick second, string why)
    {
        var make = () => Series(Tick.Trade(0, 10, 1), second);

        make.Should().Throw<ArgumentException>().WithMessage($"Ticks: {why}.*");
    }

    [Fact]
    public void An_instrument_that_is_not_there_and_columns_of_two_lengths_are_refused()
    {
        var unknown = () => new TickSeries([Apple], [1], [0], [TickKind.Trade], [10], [1], [0], [0]);
        var shorter = () => new TickSeries([Apple], [0], [0], [TickKind.Trade], [10], [1], [0], []);

        unknown.Should().Throw<ArgumentException>().WithMessage("Ticks: row 0: expected one of 1 instruments, found 1.*");
        shorter.Should().Throw<ArgumentException>().WithMessage("Ticks: expected columns of 1 rows, found one of 0.*");
    }

    [Fact]
    public void A_quote_may_have_one_side_or_none_a_locked_market_and_no_sizes()
    {
        Tick[] ticks =
        [
            Tick.Quote(0, 10, 1, 0, 0), Tick.Quote(0, double.NaN, double.NaN, 11, 1), Tick.Quote(1, 0, 0, 0, 0), Tick.Quote(1, 10, 1, 10, 1),
            Tick.Quote(2, 10, double.NaN, 11, double.NaN), Tick.Trade(2, 1e-9, 0), Tick.Trade(3, 1e15, 1e18),
        ];

        var series = Series(ticks);

        Enumerable.Range(0, series.Count).Select(row => series[row]).Should().Equal(ticks);
    }

    internal static TickSeries Series(params Tick[] ticks) => new(
        [Apple],
        new int[ticks.Length],
        [.. ticks.Select(t => t.TimeUs)],
        [.. ticks.Select(t => t.Kind)],
        [.. ticks.Select(t => t.Price)],
        [.. ticks.Select(t => t.Size)],
        [.. ticks.Select(t => t.Ask)],
        [.. ticks.Select(t => t.AskSize)]);
}

using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Signals;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Trading.Tests.Signals;

public sealed class SignalIdTests
{
    private static readonly InstrumentId Apple = new("AAPL.SIM");

    // printf 'ema-cross\nfast=12 slow=26 stop=3\nAAPL.SIM\n1m\n1600000000000' | sha256sum | cut -c 1-32
    [Fact]
    public void It_never_changes_for_what_it_is_made_from() =>
        SignalId.For("ema-cross", "fast=12 slow=26 stop=3", Apple, Timeframe.Minute, 1_600_000_000_000).Value
            .Should().Be("7ac100db689f9f83a961d2976203d967");

    [Fact]
    public void Each_thing_it_is_made_from_tells_it_apart()
    {
        SignalId[] ids =
        [
            SignalId.For("a", "x=1", Apple, Timeframe.Minute, 60_000),
            SignalId.For("b", "x=1", Apple, Timeframe.Minute, 60_000),
            SignalId.For("a", "x=2", Apple, Timeframe.Minute, 60_000),
            SignalId.For("a", "x=1", new InstrumentId("IBM.SIM"), Timeframe.Minute, 60_000),
            SignalId.For("a", "x=1", Apple, Timeframe.Hour, 60_000),
            SignalId.For("a", "x=1", Apple, Timeframe.Minute, 120_000),
        ];

        ids.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void One_that_was_told_is_the_same_as_one_that_was_worked_out()
    {
        var derived = SignalId.For("a", "x=1", Apple, Timeframe.Minute, 60_000);
        var told = new SignalId(derived.Value);

        told.Should().Be(derived);
        told.GetHashCode().Should().Be(derived.GetHashCode());
    }
}

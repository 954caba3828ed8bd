using AlgoStack.Ingestion.Feeds;
using AlgoStack.Ingestion.Providers.Replay;
using AlgoStack.Trading.MarketData;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Ingestion.Tests.Feeds;

public sealed class LiveBarsTests
{
    private const long Minute = 60_000;

    private readonly LiveBars _bars = new(announcedMs: 0) { Expected = 2 };

    [Fact]
    public void A_running_bar_is_final_when_the_next_begins()
    {
        _bars.Update(0, At(1, 10)).Should().BeNull();
        _bars.Update(0, At(1, 11)).Should().BeNull();
        _bars.Update(0, At(2, 12)).Should().Be(At(1, 11));
        _bars.Update(0, At(1, 13)).Should().BeNull();
    }

    [Fact]
    public void A_running_bar_is_final_soon_after_its_end()
    {
        _bars.Update(0, At(1, 10));

        _bars.Finish(Minute + 1_999).Should().BeEmpty();
        _bars.Finish(Minute + 2_000).Should().Equal(new InstrumentBar(0, At(1, 10)));
        _bars.Finish(Minute + 9_000).Should().BeEmpty();
    }

    [Fact]
    public void A_bar_that_ran_when_the_connection_broke_is_not_announced()
    {
        _bars.Update(0, At(1, 10));
        _bars.Forget(0);

        _bars.Finish(Minute * 5).Should().BeEmpty();
    }

    [Fact]
    public void An_instant_waits_for_all_its_bars_but_not_for_ever()
    {
        _bars.Add(new InstrumentBar(0, At(1, 10))).Should().BeTrue();
        _bars.Next(Minute + 100).Should().BeNull();
        _bars.Add(new InstrumentBar(1, At(1, 20))).Should().BeTrue();
        _bars.Next(Minute + 200).Should().HaveCount(2);

        _bars.Add(new InstrumentBar(0, At(2, 10)));
        _bars.Next(2 * Minute + 4_999).Should().BeNull();
        _bars.Next(2 * Minute + 5_000).Should().ContainSingle();
        _bars.Add(new InstrumentBar(1, At(2, 20))).Should().BeFalse();
    }

    private static Bar At(int minute, double price) => new(minute * Minute, price, price, price, price, 1);
}

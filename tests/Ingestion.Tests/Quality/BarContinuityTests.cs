using AlgoStack.Ingestion.Quality;
using AlgoStack.Trading.MarketData;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Ingestion.Tests.Quality;

public sealed class BarContinuityTests
{
    private readonly BarContinuity _continuity = new(Timeframe.Minute);
    private readonly List<(int Tag, BarFlag Flag)> _flags = [];

    [Fact]
    public void A_missing_bar_is_a_gap()
    {
        Check(1, 10);
        Check(2, 10);
        Check(4, 10);

        _flags.Should().ContainSingle().Which.Flag.Should().Match<BarFlag>(f => f.Kind == "gap" && f.PreviousMs == 120_000 && f.CurrentMs == 240_000);
    }

    [Fact]
    public void A_far_move_is_a_jump_only_against_a_young_bar()
    {
        Check(1, 10);
        Check(2, 13);
        Check(7, 20);

        _flags.Where(f => f.Flag.Kind == "jump").Should().ContainSingle().Which.Flag.CurrentMs.Should().Be(120_000);
    }

    [Fact]
    public void All_flags_are_counted_and_a_bounded_number_told()
    {
        for (var i = 0; i < 500; i++) Check(i * 2, 10);

        _continuity.Gaps.Should().Be(499);
        _flags.Should().HaveCount(BarContinuity.MostDetailed);
    }

    private void Check(int minute, double price) =>
        _continuity.Check(0, new Bar(minute * 60_000L, price, price, price, price, 1), 0, _flags);
}

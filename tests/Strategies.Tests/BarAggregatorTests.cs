using AlgoStack.Trading.MarketData;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AlgoStack.Strategies.Tests;

public sealed class BarAggregatorTests
{
    private const long Minute = 60_000;

    [Fact]
    public void After_every_bar_it_has_given_just_the_higher_bars_that_are_over() =>
        Prop.ForAll(Arb.From(Gen.Choose(1, 12)), Arb.From(Gen.ListOf(Gen.Choose(1, 30))), (minutes, gaps) =>
        {
            var length = minutes * Minute;
            var aggregator = new BarAggregator(minutes);
            var pushed = new List<Bar>();
            var taken = new List<Bar>();
            var now = 0L;
            foreach (var gap in gaps)
            {
                now += gap * Minute;
                var price = 100 + (pushed.Count * 7 % 10);
                pushed.Add(new Bar(now, price, price + 2, price - 3, price + 1, gap));
                aggregator.Push(pushed[^1]);
                while (aggregator.TryTake(out var higher)) taken.Add(higher);

                // Of the clock alone: the lengths counted from one Monday, in whole numbers that are rounded up.
                var expected = pushed.GroupBy(bar => (bar.CloseMs - (4 * 1_440 * Minute) + (1_000_000 * length) + length - 1) / length)
                    .Select(group => new Bar(
                        ((group.Key - 1_000_000) * length) + (4 * 1_440 * Minute),
                        group.First().Open,
                        group.Max(bar => bar.High),
                        group.Min(bar => bar.Low),
                        group.Last().Close,
                        group.Sum(bar => bar.Volume)))
                    .Where(bar => bar.CloseMs <= now);
                // A bar that closes after another one's end completes it.
                if (!taken.SequenceEqual(expected)) return false;
            }

            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_week_ends_on_a_Monday_at_midnight()
    {
        var aggregator = new BarAggregator(7 * 1_440);
        var sunday = new DateTimeOffset(2024, 6, 9, 0, 0, 0, TimeSpan.Zero);
        aggregator.Push(At(sunday));
        aggregator.TryTake(out _).Should().BeFalse();

        aggregator.Push(At(sunday.AddDays(1)));

        aggregator.TryTake(out var week).Should().BeTrue();
        week.CloseTime.Should().Be(sunday.AddDays(1));
        aggregator.TryTake(out _).Should().BeFalse();

        static Bar At(DateTimeOffset time) => new(time.ToUnixTimeMilliseconds(), 1, 1, 1, 1, 1);
    }

    [Fact]
    public void A_bar_after_a_gap_may_complete_the_one_before_it_and_its_own()
    {
        var aggregator = new BarAggregator(5);
        aggregator.Push(new Bar(2 * Minute, 1, 1, 1, 1, 1));
        aggregator.TryTake(out _).Should().BeFalse();

        aggregator.Push(new Bar(20 * Minute, 2, 2, 2, 2, 2));

        aggregator.TryTake(out var before).Should().BeTrue();
        aggregator.TryTake(out var own).Should().BeTrue();
        aggregator.TryTake(out _).Should().BeFalse();
        before.Should().Be(new Bar(5 * Minute, 1, 1, 1, 1, 1));
        own.Should().Be(new Bar(20 * Minute, 2, 2, 2, 2, 2));
    }
}

using System.Globalization;
using AlgoStack.Backtesting.Sweeps;
using AlgoStack.Strategies;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Backtesting.Tests.Sweeps;

public sealed class ParameterGridTests
{
    private static readonly StrategyEntry SmaCross = StrategyCatalog.Find("sma-cross");
    private static readonly StrategyEntry EmaCross = StrategyCatalog.Find("ema-cross");

    [Fact]
    public void The_parameter_named_last_changes_first() => ParameterGrid.Parse(SmaCross, "fast=5..15:5 slow=20,30").All().Parameters.Should().Equal(
        "fast=5 slow=20", "fast=5 slow=30", "fast=10 slow=20", "fast=10 slow=30", "fast=15 slow=20", "fast=15 slow=30");

    [Fact]
    public void What_is_not_named_has_its_default() => ParameterGrid.Parse(EmaCross, "slow=40").All().Parameters.Should().Equal("fast=12 slow=40 stop=3");

    [Theory]
    [InlineData("stop=0.7..1:0.1", "0.7 0.8 0.9 1")]
    [InlineData("stop=1..2.5:0.4", "1 1.4 1.8 2.2")]
    [InlineData("slow=30..33", "30 31 32 33")]
    [InlineData("stop=4..4:1", "4")]
    public void A_range_goes_by_its_step_as_far_as_its_end(string text, string values) => ParameterGrid.Parse(EmaCross, text).All().Parameters
        .Select(p => p.Split(' ').Single(v => v.StartsWith(text[..5], StringComparison.Ordinal))[5..]).Should().Equal(values.Split(' '));

    [Fact]
    public void What_does_not_go_together_is_left_out_and_counted()
    {
        var expected = new List<string>();
        for (var fast = 5; fast <= 50; fast += 5)
        {
            for (var slow = 20; slow <= 60; slow += 10)
            {
                if (fast < slow) expected.Add($"fast={fast} slow={slow}");
            }
        }

        var found = ParameterGrid.Parse(SmaCross, "fast=5..50:5 slow=20..60:10").All();

        found.Parameters.Should().Equal(expected);
        found.LeftOut.Should().Be(50 - expected.Count).And.BePositive();
    }

    [Fact]
    public void A_grid_of_a_billion_is_refused_by_its_number_and_drawn_from()
    {
        var grid = ParameterGrid.Parse(EmaCross, "fast=2..1000 slow=1001..2001 stop=1..100:0.099");

        var run = grid.All;

        ((long)grid.Count!).Should().Be(999 * 1_001 * 1_001);
        grid[1_000_998_998].ToString().Should().Be("fast=1000 slow=2001 stop=100");
        run.Should().Throw<ArgumentException>().WithMessage(
            "ema-cross: expected at most 1,000,000 combinations, found 1,000,998,999; take wider steps, or a random search with a budget.");
        grid.Draw(50, seed: 1).Parameters.Should().HaveCount(50).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public void A_draw_is_the_same_for_a_seed_and_goes_on_where_a_smaller_one_ends()
    {
        foreach (var text in (string[])["fast=5..50:5 slow=20..60:10", "fast=2..1000 slow=3..5000 stop=1,2", "stop=1..9"])
        {
            var grid = ParameterGrid.Parse(EmaCross, text);
            var ten = grid.Draw(10, seed: 7).Parameters;

            grid.Draw(30, seed: 7).Parameters.Take(10).Should().Equal(ten);
            grid.Draw(10, seed: 8).Parameters.Should().NotEqual(ten);
        }
    }

    [Fact]
    public void A_draw_of_more_than_there_are_has_them_all()
    {
        var grid = ParameterGrid.Parse(SmaCross, "fast=5..50:5 slow=20..60:10");

        var drawn = grid.Draw(100, seed: 3);

        drawn.Parameters.Should().BeEquivalentTo(grid.All().Parameters).And.NotEqual(grid.All().Parameters);
        drawn.LeftOut.Should().Be(grid.All().LeftOut);
    }

    [Fact]
    public void A_range_without_a_step_is_drawn_from_evenly()
    {
        var grid = ParameterGrid.Parse(EmaCross, "stop=2..4");

        var stops = grid.Draw(1_000, seed: 5).Parameters.Select(p => double.Parse(p.Split("stop=")[1], CultureInfo.InvariantCulture)).ToArray();

        // 250 expected in each quarter, and a standard deviation of 14.
        stops.GroupBy(stop => (int)((stop - 2) * 2)).Should().HaveCount(4).And.OnlyContain(quarter => Math.Abs(quarter.Count() - 250) < 60);
        grid.Count.Should().BeNull();
        grid.Invoking(g => g.All()).Should().Throw<ArgumentException>()
            .WithMessage("ema-cross: expected a step, as in stop=2..4:STEP, or a random search with a budget.");
    }

    [Theory]
    [InlineData("fast=0..10:2", "Parameter fast: expected a whole number from 1 to 1000, found 0.")]
    [InlineData("fast=5..2000:5", "Parameter fast: expected a whole number from 1 to 1000, found 1005.")]
    [InlineData("fast=5..10:0.5", "Parameter fast: expected a whole number from 1 to 1000, found 5.5.")]
    [InlineData("speed=1,2", "sma-cross: expected a parameter among fast, slow, found speed.")]
    [InlineData("fast=2 fast=3", "sma-cross: found fast twice.")]
    [InlineData("fast=2,2", "sma-cross: expected each value once, found 'fast=2,2'.")]
    [InlineData("fast=9..5:1", "sma-cross: expected a range that rises by a step above 0, found 'fast=9..5:1'.")]
    [InlineData("fast=5..9:0", "sma-cross: expected a range that rises by a step above 0, found 'fast=5..9:0'.")]
    [InlineData("slow=2..5000:0.000001", "sma-cross: expected at most 1,000,000 values of slow, found 4,998,000,001.")]
    [InlineData("fast=", "sma-cross: expected such as fast=5..50:5, stop=2,3,4 or slow=30, found 'fast='.")]
    [InlineData("fast=5..", "sma-cross: expected such as fast=5..50:5, stop=2,3,4 or slow=30, found 'fast=5..'.")]
    [InlineData("fast", "sma-cross: expected such as fast=5..50:5, stop=2,3,4 or slow=30, found 'fast'.")]
    [InlineData("fast=30 slow=5..30:5", "sma-cross: expected parameters that go together, found none in 6 combinations.")]
    public void What_cannot_be_tried_is_refused(string text, string message) =>
        FluentActions.Invoking(() => ParameterGrid.Parse(SmaCross, text).All()).Should().Throw<ArgumentException>().WithMessage($"{message}*");

    [Fact]
    public void A_pair_needs_its_two_instruments() =>
        FluentActions.Invoking(() => ParameterGrid.Parse(StrategyCatalog.Find("pairs"), "length=20,40")).Should().Throw<ArgumentException>()
            .WithMessage("pairs: expected two instruments, found none.*");
}

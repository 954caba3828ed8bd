using AlgoStack.Benchmarks.Backtest;
using AlgoStack.Benchmarks.EventStore;
using AlgoStack.Benchmarks.Gateway;
using AlgoStack.Benchmarks.Measuring;
using AlgoStack.Benchmarks.Orders;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Benchmarks.Tests;

/// <summary>Each table by itself, so that they are measured side by side: the short form says nothing about speed.</summary>
public sealed class EventStoreShortFormTests
{
    [Fact]
    public async Task Every_line_of_the_event_stores_table_can_be_measured()
    {
        await using var output = new StringWriter();

        (await EventStoreBenchmark.RunAsync(output, only: null, rounds: 1, brief: true)).Should().Be(0);

        output.ToString().TrimEnd().Split('\n').Should().HaveCount(2 + 15, "the table has a head and these lines");
    }
}

public sealed class OrdersShortFormTests
{
    [Fact]
    public async Task Every_line_of_the_orders_table_can_be_measured()
    {
        await using var output = new StringWriter();

        (await OrdersBenchmark.RunAsync(output, only: null, rounds: 1, brief: true)).Should().Be(0);

        output.ToString().TrimEnd().Split('\n').Should().HaveCount(2 + 11, "the table has a head and these lines");
    }
}

[BeginsEarly(1)]
public sealed class GatewayShortFormTests
{
    [Fact]
    public async Task Every_line_of_the_gateways_table_can_be_measured()
    {
        await using var output = new StringWriter();

        (await GatewayBenchmark.RunAsync(output, only: null, brief: true)).Should().Be(0);

        output.ToString().TrimEnd().Split('\n').Should().HaveCount(2 + 11, "the table has a head and these lines");
    }
}

public sealed class BacktestShortFormTests
{
    [Fact]
    public async Task The_replay_of_ticks_can_be_measured()
    {
        await using var output = new StringWriter();

        (await BacktestBenchmark.RunAsync(output, only: "tick replay", rounds: 1, brief: true)).Should().Be(0);

        output.ToString().TrimEnd().Split('\n').Should().HaveCount(3, "the table has a head and this line");
    }
}

public sealed class ComparisonTests
{
    [Theory]
    [InlineData(100, 60, false, "UNDER THE FLOOR")]
    [InlineData(100, 75, true, "")]
    [InlineData(100, 90, true, "goal reached")]
    [InlineData(40, 90, true, "limit implausible")]
    public async Task A_line_is_judged_by_its_ratio_and_its_limit(double limit, double ours, bool holds, string verdict)
    {
        var comparison = new Comparison(
            "work", "events", 0.7, 0.85, () => Task.FromResult(limit), () => Task.FromResult(ours), Expected: 100);

        var measurement = await comparison.MeasureAsync(3);

        measurement.HoldsFloor.Should().Be(holds);
        Table.Of(measurement).Should().EndWith($"| {verdict,-17} |");
    }

    [Theory]
    [InlineData(0.010, 0.031, false)]
    [InlineData(0.001, 0.005, true)]
    public async Task Of_times_enough_is_enough(double limit, double ours, bool holds)
    {
        var comparison = new Comparison("work", "", 3, 1.5, () => Task.FromResult(limit), () => Task.FromResult(ours), IsTime: true, Enough: 0.005);

        (await comparison.MeasureAsync(1)).HoldsFloor.Should().Be(holds);
    }

    [Fact]
    public async Task Of_times_the_shorter_one_is_better()
    {
        var comparison = new Comparison("work", "", 2, 1.3, () => Task.FromResult(0.010), () => Task.FromResult(0.012), IsTime: true);

        var measurement = await comparison.MeasureAsync(1);

        (measurement.HoldsFloor, measurement.ReachesGoal).Should().Be((true, true));
        Table.Of(measurement).Should().Contain("10.00 ms").And.Contain("1.20×");
    }
}

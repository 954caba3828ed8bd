using FluentAssertions;
using Xunit;

namespace AlgoStack.Cli.Tests.Commands;

public sealed class GapsCommandTests
{
    private static readonly DateTimeOffset Open = new(2024, 1, 2, 14, 31, 0, TimeSpan.Zero);

    [Fact]
    public async Task Each_gap_is_a_line_and_the_last_line_is_the_sum()
    {
        await using var console = await FakeConsole.StartAsync();
        console.Gaps = new("A.SIM", "1m", "venue", 2, Open, Open.AddMinutes(99), 100, 11, [new(Open.AddMinutes(10), Open.AddMinutes(19), 10), new(Open.AddMinutes(50), Open.AddMinutes(50), 1)]);

        var algo = await Algo.RunAsync(console, "gaps", "A.SIM", "--from", "2024-01-02T14:31:00Z");

        algo.ExitCode.Should().Be(0);
        console.Asked.First().Should().StartWith("GET /api/v1/gaps?instrument=A.SIM&timeframe=1m&calendar=venue&from=2024-01-02T14%3A31%3A00");
        algo.Output.Should().Contain("2024-01-02 14:41:00Z  2024-01-02 14:50:00Z").And.Contain("A.SIM: 11 of 100 expected 1m bars missing");
    }

    [Fact]
    public async Task Nobody_to_tell_is_not_the_same_as_no_gap()
    {
        await using var console = await FakeConsole.StartAsync();

        var algo = await Algo.RunAsync(console, "gaps", "A.SIM");

        algo.Output.Should().Contain("no other instrument of its venue").And.NotContain("0 of 0");
    }
}

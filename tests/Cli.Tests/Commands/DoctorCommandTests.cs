using AlgoStack.Contracts.Operations;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Cli.Tests.Commands;

public sealed class DoctorCommandTests
{
    [Fact]
    public async Task With_everything_well_it_is_a_line_a_check_and_exits_0()
    {
        await using var console = await FakeConsole.StartAsync();

        var algo = await Algo.RunAsync(console, "doctor");

        algo.ExitCode.Should().Be(0);
        algo.Lines.Should().OnlyContain(l => l.StartsWith("ok ", StringComparison.Ordinal));
        algo.Lines.Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]).Should().Equal(
            "console", "ingestion", "signal", "database", "broker", "clock", "disk");
    }

    [Fact]
    public async Task A_service_that_is_ill_exits_1_and_is_named()
    {
        await using var console = await FakeConsole.StartAsync();
        console.Status = FakeConsole.Healthy() with
        {
            Services = [new ServiceStatus("alerting", "unhealthy", 3, FakeConsole.Start, "bus: connection refused", [new CheckStatus("bus", "unhealthy", 1, "connection refused")])],
        };

        var algo = await Algo.RunAsync(console, "doctor");

        algo.ExitCode.Should().Be(1);
        algo.Output.Should().Contain("BAD  alerting         unhealthy: bus: connection refused");
        algo.Output.Should().Contain("BAD  broker           alerting: connection refused");
        algo.Output.Should().Contain("BAD  database         no service says that it reaches it");
    }

    [Fact]
    public async Task A_clock_that_is_off_is_bad()
    {
        await using var console = await FakeConsole.StartAsync();
        console.Status = FakeConsole.Healthy() with { At = TimeProvider.System.GetUtcNow().AddMinutes(-1) };

        var algo = await Algo.RunAsync(console, "doctor", "--json");

        algo.ExitCode.Should().Be(1);
        var bad = algo.Json.GetProperty("checks").EnumerateArray().Single(c => !c.GetProperty("ok").GetBoolean());
        bad.GetProperty("name").GetString().Should().Be("clock");
    }

    [Fact]
    public async Task Without_a_console_it_still_checks_what_it_can()
    {
        var algo = await Algo.RunAsync(["--url", "http://127.0.0.1:9", "doctor"], CancellationToken.None);

        algo.ExitCode.Should().Be(1);
        algo.Lines[0].Should().StartWith("BAD  console          The console at http://127.0.0.1:9/ cannot be reached");
        algo.Lines[1].Should().StartWith("ok   disk");
    }
}

using FluentAssertions;
using Xunit;

namespace AlgoStack.Cli.Tests.Commands;

public sealed class ImportCommandTests
{
    [Fact]
    public async Task An_import_says_what_came_on_the_tape_and_nothing_of_trading()
    {
        await using var console = await FakeConsole.StartAsync();
        console.Routing = null;
        console.Alerting = null;
        var file = Path.GetTempFileName();

        var algo = await Algo.RunAsync(console, "import", file, "--timeframe", "1h");
        File.Delete(file);

        algo.ExitCode.Should().Be(0);
        console.Asked.First().Should().Be("POST /api/v1/imports");
        console.Replayed!.File.Should().Be(file);
        algo.Output.Should().Contain("bars accepted      5,100");
        algo.Output.Should().NotContain("signals").And.NotContain("equity");
    }
}

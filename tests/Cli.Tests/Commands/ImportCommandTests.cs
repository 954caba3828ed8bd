using AlgoStack.Contracts.MarketData;
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
        console.Imported.Should().Be(new StartImport(file, "bars", "1h"));
        algo.Output.Should().Contain("bars accepted      5,100");
        algo.Output.Should().NotContain("signals").And.NotContain("equity");
    }

    [Fact]
    public async Task An_import_of_another_kind_counts_rows_and_what_was_new()
    {
        await using var console = await FakeConsole.StartAsync();
        console.Session = FakeConsole.Completed() with { DataKind = "trades", RowsAdded = 17 };
        var file = Path.GetTempFileName();

        var algo = await Algo.RunAsync(console, "import", file, "--kind", "trades");
        File.Delete(file);

        algo.ExitCode.Should().Be(0);
        console.Imported!.Kind.Should().Be("trades");
        algo.Output.Should().Contain("rows accepted      5,100").And.Contain("new on the tape    17");
    }
}

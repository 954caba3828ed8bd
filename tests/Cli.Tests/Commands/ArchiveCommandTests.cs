using FluentAssertions;
using Xunit;

namespace AlgoStack.Cli.Tests.Commands;

public sealed class ArchiveCommandTests
{
    [Fact]
    public async Task Archives_are_listed_made_and_restored()
    {
        await using var console = await FakeConsole.StartAsync();

        var list = await Algo.RunAsync(console, "archive", "list");
        var run = await Algo.RunAsync(console, "archive", "run", "--store", "signal");
        var restore = await Algo.RunAsync(console, "archive", "restore", "bars_200001_1", "--json");
        var unknown = await Algo.RunAsync(console, "archive", "restore", "bars_190001_1");

        list.ExitCode.Should().Be(0);
        list.Output.Should().MatchRegex(@"bars_200001_1 +archived +204,105 rows +3\.1 MB  2026-11-22 08:00Z  aaaaaaaaaaaa");
        run.Output.Should().Be("none\n");
        restore.Output.Should().Contain("\"state\":\"restored\"");
        unknown.ExitCode.Should().Be(1);
        unknown.Error.Should().Contain("No archive 'bars_190001_1'.");
        console.Asked.Should().Equal(
            "GET /api/v1/archives",
            "POST /api/v1/stores/signal/archives",
            "POST /api/v1/archives/bars_200001_1/restore",
            "POST /api/v1/archives/bars_190001_1/restore");
    }
}

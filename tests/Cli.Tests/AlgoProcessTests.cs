using System.Diagnostics;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Cli.Tests;

/// <summary>The program as the shell sees it.</summary>
public sealed class AlgoProcessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Ctrl_C_ends_it_with_130_and_leaves_the_session_running()
    {
        await using var console = await FakeConsole.StartAsync();
        console.Session = FakeConsole.Completed() with { State = "running" };
        using var algo = Start("--url", console.Address.AbsoluteUri, "replay", "--once");
        await Eventually.True(() => console.Asked.Count > 5);

        using (var kill = Process.Start("kill", ["-INT", algo.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        await algo.WaitForExitAsync().WaitAsync(Patience);
        algo.ExitCode.Should().Be(130);
        (await algo.StandardError.ReadToEndAsync()).Should().Contain("Cancelled.");
        console.Asked.Should().NotContain(a => a.StartsWith("POST", StringComparison.Ordinal) && !a.EndsWith("/replays", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Help_says_what_the_exit_codes_mean()
    {
        using var algo = Start("--help");

        var output = await algo.StandardOutput.ReadToEndAsync();
        await algo.WaitForExitAsync().WaitAsync(Patience);

        algo.ExitCode.Should().Be(0);
        foreach (var line in (string[])["0    all done", "2    the command line is wrong", "4    live and backtest differ", "130  cancelled"])
            output.Should().Contain(line);
    }

    [Fact]
    public async Task The_console_of_this_machine_is_found_by_the_state_folder()
    {
        await using var console = await FakeConsole.StartAsync();
        var state = Directory.CreateTempSubdirectory("algo-state-");
        await File.WriteAllTextAsync(
            Path.Combine(state.FullName, "endpoints.json"),
            $$"""{ "apphost": {"url": null, "pid": 1, "state": "healthy"}, "gateway": {"url": "{{console.Address}}", "pid": 2, "state": "healthy"} }""");

        using var algo = Start(state.FullName, "verify", "parity");
        var output = await algo.StandardOutput.ReadToEndAsync();
        await algo.WaitForExitAsync().WaitAsync(Patience);
        state.Delete(recursive: true);

        algo.ExitCode.Should().Be(0);
        output.Should().StartWith("parity 100.00 %");
    }

    [Fact]
    public async Task Without_a_console_it_says_where_it_looked_and_exits_3()
    {
        var state = Directory.CreateTempSubdirectory("algo-state-");

        using var algo = Start(state.FullName, "verify", "parity");
        await algo.WaitForExitAsync().WaitAsync(Patience);
        var error = await algo.StandardError.ReadToEndAsync();
        state.Delete();

        algo.ExitCode.Should().Be(3);
        error.Should().Contain(Path.Combine(state.FullName, "endpoints.json")).And.Contain("./run");
    }

    private static Process Start(string stateOrArgument, params string[] args)
    {
        var isState = Directory.Exists(stateOrArgument);
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "algo.dll"), .. isState ? args : [stateOrArgument, .. args]])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("ALGOSTACK_URL");
        if (isState) start.Environment["ALGOSTACK_STATE"] = stateOrArgument;
        return Process.Start(start)!;
    }
}

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

    [Theory]
    [InlineData(true, null, "Bearer the-key-of-the-services")]
    [InlineData(false, null, "")]
    [InlineData(true, FakeConsole.ApiKey, "Bearer token-1")]
    [InlineData(false, FakeConsole.ApiKey, "Bearer token-1")]
    public async Task The_key_of_the_services_goes_to_the_console_of_this_machine_alone_and_an_API_key_before_it(bool isOurs, string? apiKey, string expected)
    {
        await using var console = await FakeConsole.StartAsync();
        await using var other = await FakeConsole.StartAsync();
        var state = Directory.CreateTempSubdirectory("algo-state-");
        await File.WriteAllTextAsync(
            Path.Combine(state.FullName, "endpoints.json"), $$"""{ "gateway": {"url": "{{(isOurs ? console : other).Address}}", "pid": 2, "state": "healthy"} }""");
        Directory.CreateDirectory(Path.Combine(state.FullName, "parameters"));
        await File.WriteAllTextAsync(Path.Combine(state.FullName, "parameters", "service-key"), "the-key-of-the-services");

        using var algo = StartWithKey(state.FullName, apiKey, "verify", "parity", "--url", console.Address.ToString());
        await algo.WaitForExitAsync().WaitAsync(Patience);
        state.Delete(recursive: true);

        algo.ExitCode.Should().Be(0, await algo.StandardError.ReadToEndAsync());
        console.AskedWith.Where(with => with.Length > 0 || apiKey is null).Should().OnlyContain(with => with == expected).And.HaveCountGreaterThan(1);
    }

    [Fact]
    public async Task An_API_key_that_is_over_is_said_to_be()
    {
        await using var console = await FakeConsole.StartAsync();
        var state = Directory.CreateTempSubdirectory("algo-state-");

        using var algo = StartWithKey(state.FullName, "another", "token", "--url", console.Address.ToString());
        await algo.WaitForExitAsync().WaitAsync(Patience);
        state.Delete(recursive: true);

        algo.ExitCode.Should().Be(1);
        (await algo.StandardError.ReadToEndAsync()).Should().Contain("The API key is revoked.").And.Contain("ALGOSTACK_API_KEY");
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

    private static Process StartWithKey(string state, string? apiKey, params string[] args) => Start(state, [("ALGOSTACK_API_KEY", apiKey)], args);

    private static Process Start(string stateOrArgument, params string[] args) => Start(stateOrArgument, [], args);

    private static Process Start(string stateOrArgument, (string Name, string? Value)[] environment, string[] args)
    {
        var isState = Directory.Exists(stateOrArgument);
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "algo.dll"), .. isState ? args : [stateOrArgument, .. args]])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("ALGOSTACK_URL");
        foreach (var (name, value) in environment) start.Environment[name] = value;
        if (isState) start.Environment["ALGOSTACK_STATE"] = stateOrArgument;
        return Process.Start(start)!;
    }
}

using System.Runtime.InteropServices;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace Aspire.Hosting.Tests;

public sealed class HostProcessTests : IDisposable
{
    private static readonly TimeSpan StopBound = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan StartBound = TimeSpan.FromSeconds(90);

    private readonly StateDirectory _state = new();

    [Fact]
    public async Task A_killed_host_leaves_no_process_behind()
    {
        using var host = new HostProcess(HostScenarios.Whole, _state.Path);
        await Eventually.True(() => host.Is("apphost", "healthy"), StartBound);
        // Host, supervisors, PostgreSQL and its children, RabbitMQ and its port mapper, the service, the parent.
        HostProcess.ProcessesOf(_state.Path).Should().HaveCountGreaterThan(10);

        host.Kill();

        await Eventually.Equal("", () => string.Join('\n', HostProcess.ProcessesOf(_state.Path)), StopBound);
    }

    [Fact]
    public async Task A_killed_host_can_be_started_again_at_once()
    {
        using (var killed = new HostProcess(HostScenarios.Whole, _state.Path))
        {
            await Eventually.True(() => killed.Is("apphost", "healthy"), StartBound);
            killed.Kill();
            // Whose state it is until then.
            await killed.ExitCodeAsync(StopBound);
        }

        using var host = new HostProcess(HostScenarios.Whole, _state.Path);
        // The killed one's file says healthy; only a file of this host says starting.
        await Eventually.True(() => host.Is("apphost", "starting"), StartBound);
        await Eventually.True(() => host.Is("apphost", "healthy"), StartBound);
        host.Signal(PosixSignal.SIGTERM);
        (await host.ExitCodeAsync(StopBound)).Should().Be(0);
    }

    [Theory]
    [InlineData("postgres", "starting")]
    [InlineData("messaging", "starting")]
    [InlineData("postgres", "healthy")]
    public async Task Ctrl_C_during_start_stops_everything(string resource, string state)
    {
        using var host = new HostProcess(HostScenarios.Whole, _state.Path);
        await Eventually.True(() => host.Is(resource, state), StartBound);

        host.Signal(PosixSignal.SIGINT);

        (await host.ExitCodeAsync(StopBound)).Should().Be(0);
        // A process killed last may take a moment to leave.
        await Eventually.Equal("", () => string.Join('\n', HostProcess.ProcessesOf(_state.Path)), TimeSpan.FromSeconds(2));
        host.Endpoints().Should().BeEmpty();
    }

    [Fact]
    public async Task A_second_host_on_the_same_state_says_so_in_one_sentence()
    {
        using var first = new HostProcess(HostScenarios.Small, _state.Path);
        await Eventually.True(() => first.Is("apphost", "healthy"), StartBound);

        using var second = new HostProcess(HostScenarios.Small, _state.Path);

        (await second.ExitCodeAsync(StopBound)).Should().Be(1);
        (await second.ErrorAsync()).TrimEnd().Should().Contain("is running already").And.Contain(_state.Path).And.NotContain("\n");
        first.Is("apphost", "healthy").Should().BeTrue();
    }

    [Fact]
    public async Task Output_that_is_no_terminal_is_plain_lines_without_secrets()
    {
        using var host = new HostProcess(HostScenarios.Whole, _state.Path);
        // Which it says after the file does.
        await Eventually.True(() => host.Output.Contains("Ready: ", StringComparison.Ordinal), StartBound);
        var endpoints = await File.ReadAllTextAsync(Path.Combine(_state.Path, "endpoints.json"));
        var passwords = Array.ConvertAll(["postgres-data", "messaging-data"], (string server) => File.ReadAllText(Path.Combine(_state.Path, server, "password")));
        host.Signal(PosixSignal.SIGTERM);
        await host.ExitCodeAsync(StopBound);

        var output = await host.OutputAsync() + await host.ErrorAsync();
        output.Should().NotContain("\e").And.Contain("Ready: service is at http://127.0.0.1:");
        foreach (var password in passwords)
        {
            password.Should().HaveLength(32);
            output.Should().NotContain(password);
            endpoints.Should().NotContain(password);
        }
    }

    public void Dispose() => _state.Dispose();
}

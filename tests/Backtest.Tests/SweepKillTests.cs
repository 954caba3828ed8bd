using AlgoStack.Campaigns.Sweeps;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;
using Xunit.Abstractions;

namespace AlgoStack.Backtest.Tests;

/// <summary>Processes of the real service, killed as <c>kill -9</c> does. <c>tests/campaign sweep</c> does it for longer.</summary>
public sealed class SweepKillTests(ServerFixture servers, ITestOutputHelper output) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task A_sweep_whose_workers_are_killed_comes_to_what_one_process_comes_to()
    {
        var verdict = await SweepTrial.RunAsync(
            await servers.CreateSchemaDatabaseAsync(), await servers.CreateVirtualHostAsync(), seed: 4, bars: 8_000, combinations: 300, kills: 4, output.WriteLine);

        output.WriteLine($"{verdict.Combinations} combinations in {verdict.Parts} parts, {verdict.Kills} kills, {verdict.Redelivered} redeliveries");
        verdict.Violations.Should().BeEmpty();
        verdict.Redelivered.Should().BePositive("else no worker was killed at work");
    }
}

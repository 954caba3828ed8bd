using AlgoStack.Campaigns.Trials;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;
using Xunit.Abstractions;

namespace AlgoStack.EventStore.Tests.Campaigns;

/// <summary>The short form of what <c>tests/campaign event-store</c> does 20 times with a million events.</summary>
public sealed class ReplayTests(ServerFixture servers, ITestOutputHelper output) : IClassFixture<ServerFixture>
{
    private const int Replays = 3;
    private const int Events = 20_000;

    [Fact]
    public async Task A_log_replayed_comes_to_the_same_aggregates_rows_and_output_bit_for_bit()
    {
        var verdict = await ReplayRound.RunAsync(await servers.CreateSchemaDatabaseAsync(), seed: 1, Events, Replays);

        output.WriteLine($"{verdict}");
        verdict.Violations.Should().BeEmpty();
    }
}

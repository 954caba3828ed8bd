using AlgoStack.Campaigns.Trials;
using FluentAssertions;
using Xunit;
using Xunit.Abstractions;

namespace AlgoStack.EventStore.Tests.Campaigns;

/// <summary>The short form of <c>tests/campaign event-store</c>, which kills 100 times.</summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    private static readonly int Kills = Environment.GetEnvironmentVariable("ALGOSTACK_TEST_ALL") is "1" ? 15 : 3;

    [Fact]
    public async Task Whatever_is_killed_nothing_is_lost_doubled_or_out_of_order_for_anybody()
    {
        var kills = new Dictionary<Target, int>
        {
            [Target.Writer] = Kills,
            [Target.Reader] = Kills,
            [Target.Server] = Kills,
            [Target.Network] = 1,
        };

        var verdict = await CrashRound.RunAsync(Random.Shared.Next(), kills, output.WriteLine);

        output.WriteLine($"{verdict}");
        verdict.Violations.Should().BeEmpty();
        verdict.Unknown.Should().BePositive("otherwise nothing was in flight at a kill");
        verdict.Refused.Should().BePositive("otherwise nothing was rolled back");
        verdict.Reads.Should().BePositive();
    }
}

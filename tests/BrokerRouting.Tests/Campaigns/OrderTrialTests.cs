using AlgoStack.Campaigns.Orders;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;
using Xunit.Abstractions;

namespace AlgoStack.BrokerRouting.Tests.Campaigns;

/// <summary>The short form of <c>tests/campaign orders</c>.</summary>
[BeginsEarly(3)]
public sealed class OrderTrialTests(ITestOutputHelper output)
{
    private const int VenueStarts = 3;

    private static readonly int Kills = Environment.GetEnvironmentVariable("ALGOSTACK_TEST_ALL") is "1" ? 15 : 2;

    [Fact]
    public async Task Whatever_is_killed_no_order_is_lost_doubled_or_sent_before_it_may_be() =>
        await TryAsync((seed, kills, orders) => OrderLoad.Crash(seed, kills, orders), Kills, 500);

    [Fact]
    public async Task Whatever_the_venue_does_with_orders_and_events_the_books_are_its_own() =>
        await TryAsync((seed, kills, orders) => OrderLoad.Chaos(seed, kills, orders), VenueStarts, 600);

    private async Task TryAsync(Func<int, int, int, OrderLoad> load, int kills, int orders)
    {
        var seed = Random.Shared.Next(1_000_000);

        var verdict = await OrderTrial.RunAsync(load(seed, kills, orders), output.WriteLine);

        output.WriteLine($"{verdict}");
        verdict.Violations.Should().BeEmpty("tests/campaign orders --seed {0} --kills {1} --orders {2} tries it again", seed, kills, orders);
        (verdict.Unknown + verdict.AskedAgain).Should().BePositive("otherwise nothing was in flight when something broke");
        verdict.Fills.Should().BePositive();
    }
}

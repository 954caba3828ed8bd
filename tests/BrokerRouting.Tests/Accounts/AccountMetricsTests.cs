using System.Globalization;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;
using static AlgoStack.BrokerRouting.Tests.Accounts.AccountSurroundings;

namespace AlgoStack.BrokerRouting.Tests.Accounts;

public sealed class AccountMetricsTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task What_became_of_orders_and_how_long_the_venue_took_is_in_the_metrics()
    {
        await using var here = await AccountSurroundings.StartAsync(servers, name: "metered");
        await here.Venue.SetPriceAsync("AAPL", 190m);
        await here.ProvenAsync();
        var before = await Metrics.ReadAsync(here);

        var bought = await here.OrderAsync("bought", Buy(10, 191m) with { Account = here.Name });
        await here.WhenAsync(bought.OrderId, o => o.Status == "Filled", "the order is filled");
        using var rejected = await here.PlaceAsync("too-dear", Buy(10_000_000, 191m) with { Account = here.Name });
        using var unknown = await here.PlaceAsync("unheard-of", Buy(10, 191m, "NOSUCH") with { Account = here.Name });

        var after = await Metrics.ReadAsync(here);
        foreach (var (outcome, orders) in ((string, double)[])[("requested", 3), ("denied", 2), ("accepted", 1), ("filled", 1)])
            after.Since(before, "algostack_order_events_total", ("outcome", outcome)).Should().Be(orders, outcome);
        after.Since(before, "algostack_order_events_total", ("outcome", "denied"), ("error_type", "unknown_instrument")).Should().Be(1);
        after.Since(before, "algostack_broker_request_duration_seconds_count", ("operation", "place")).Should().Be(1);
        after.Since(before, "algostack_broker_request_duration_seconds_sum", ("operation", "place")).Should().BePositive();
        after.Sum("algostack_broker_request_duration_seconds_bucket", ("operation", "place"), ("le", "+Inf"))
            .Should().Be(after.Sum("algostack_broker_request_duration_seconds_count", ("operation", "place")));
        after.Lines.Where(line => line.StartsWith("algostack_order", StringComparison.Ordinal) || line.StartsWith("algostack_broker", StringComparison.Ordinal))
            .Should().NotContain(line => line.Contains(bought.OrderId, StringComparison.Ordinal), "an order's own name would be a series for each order");
    }

    [Fact]
    public async Task How_an_account_stands_is_in_the_metrics()
    {
        await using var here = await AccountSurroundings.StartAsync(servers, name: "watched");
        await here.Venue.SetPriceAsync("AAPL", 190m);
        await here.ProvenAsync();

        await here.MeasureAsync(m => m.Own("algostack_account_proven_ratio") == 1, "the account is proven");
        var standing = await here.MeasureAsync(m => m.Own("algostack_account_stream_connected_ratio") == 1, "the stream stands");
        standing.Own("algostack_account_reconcile_age_seconds").Should().BeInRange(0, 61);
        standing.Own("algostack_broker_budget_left_ratio").Should().BeInRange(0, 1);

        await here.Venue.TellAsync("orphans", new { symbol = "AAPL", side = "buy", qty = "5", price = "190" });
        await here.MeasureAsync(m => m.Own("algostack_account_drifts") > 0, "the drift is found");

        await here.Venue.KillAsync();
        await here.MeasureAsync(m => m.Own("algostack_account_proven_ratio") == 0 && m.Own("algostack_account_stream_connected_ratio") == 0, "the stream is gone");
    }
}

file static class Measuring
{
    public static async Task<Metrics> MeasureAsync(this AccountSurroundings here, Func<Metrics, bool> condition, string what)
    {
        Metrics? metrics = null;
        await Eventually.True(async () => condition(metrics = await Metrics.ReadAsync(here)), TimeSpan.FromSeconds(60), what);
        return metrics!;
    }
}

/// <summary>What <c>/metrics</c> answers.</summary>
internal sealed record Metrics(string Account, IReadOnlyList<string> Lines)
{
    public static async Task<Metrics> ReadAsync(AccountSurroundings here) => new(here.Name, (await here.Routing.Http.GetStringAsync("/metrics")).Split('\n'));

    /// <summary>Of all series of the name that have the labels.</summary>
    public double Sum(string name, params (string Label, string Value)[] labels) => Lines
        .Where(line => line.StartsWith($"{name}{{", StringComparison.Ordinal) && line.Contains($"account=\"{Account}\",broker=\"ALPACA\"", StringComparison.Ordinal))
        .Where(line => labels.All(label => line.Contains($"{label.Label}=\"{label.Value}\"", StringComparison.Ordinal)))
        .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));

    public double Since(Metrics before, string name, params (string Label, string Value)[] labels) => Sum(name, labels) - before.Sum(name, labels);

    /// <summary>Of the account's one series; NaN where there is none.</summary>
    public double Own(string name) => Lines.Any(line => line.StartsWith($"{name}{{", StringComparison.Ordinal)) ? Sum(name) : double.NaN;
}

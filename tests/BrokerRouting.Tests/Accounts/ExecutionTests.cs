using System.Net;
using System.Net.Http.Json;
using AlgoStack.BrokerRouting.Accounts;
using AlgoStack.BrokerRouting.Executions;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Orders;
using AlgoStack.ServiceDefaults.Clients;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using AlgoStack.Trading.Instruments;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static AlgoStack.BrokerRouting.Tests.Accounts.AccountSurroundings;

namespace AlgoStack.BrokerRouting.Tests.Accounts;

/// <summary>Orders that are worked in slices, and baskets, at a venue.</summary>
public sealed class ExecutionTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    private static readonly SubmitExecution Twap = new(Account, "AAPL.ALPACA", "Buy", 10, "Twap", LimitPrice: 191m);

    [Fact]
    public async Task A_twap_goes_on_after_the_service_was_away_and_trades_all_of_it_once()
    {
        await using var here = await ProvenAsync();
        var command = Twap with { EndAt = TimeProvider.System.GetUtcNow().AddSeconds(8), Slices = 4 };
        var started = await StartAsync(here, "twap", command);
        await Eventually.True(() => Task.FromResult(here.Venue.ReadLedger().Orders.Count > 0), what: "the first slice has left");

        await here.StopRoutingAsync();
        // More may have left before it was stopped. What is missed leaves as one order.
        var missed = started.StartAt + ((command.EndAt!.Value - started.StartAt) * (here.Venue.ReadLedger().Orders.Count + 1) / 4);
        await Eventually.True(() => Task.FromResult(TimeProvider.System.GetUtcNow() > missed), TimeSpan.FromSeconds(10), "two slices are missed");
        await here.StartRoutingAsync();
        var ended = await EndedAsync(here, started.ExecutionId);

        ended.Should().BeEquivalentTo(new { Code = "filled", Traded = 10m, AveragePrice = 190m, Slices = 4 });
        ended.Orders!.Should().HaveCountLessThan(4).And.OnlyContain(o => o.Status == "Filled");
        var ledger = here.Venue.ReadLedger();
        ledger.PositionOf("AAPL").Should().Be(10);
        ledger.Orders.Should().OnlyHaveUniqueItems(o => o.ClientOrderId).And.HaveCount(ended.Orders!.Count);
        (await StartAsync(here, "twap", command)).ExecutionId.Should().Be(started.ExecutionId, "the key names it for good");
        (await here.Routing.GetAsync<IReadOnlyList<ExecutionView>>($"/executions?account={Account}")).Should().ContainSingle();
    }

    [Fact]
    public async Task An_iceberg_shows_a_part_at_a_time_and_what_is_left_is_taken_back()
    {
        await using var here = await ProvenAsync();
        await here.Venue.SetPriceAsync("AAPL", 190m, available: 5);

        var started = await StartAsync(here, "iceberg", Twap with { Algorithm = "Iceberg", DisplayQuantity = 4 });
        var second = await OrdersAsync(here, started.ExecutionId, orders => orders is [{ Status: "Filled" }, { Status: "PartiallyFilled" }]);
        second.Select(o => (o.Quantity, o.Filled)).Should().Equal((4, 4), (4, 1));
        here.Venue.ReadLedger().Orders.Should().HaveCount(2);

        using var canceled = await here.Routing.Http.DeleteAsync($"/executions/{started.ExecutionId}");
        canceled.StatusCode.Should().Be(HttpStatusCode.Accepted);
        (await EndedAsync(here, started.ExecutionId)).Should().BeEquivalentTo(new { Code = "canceled", Traded = 5m });
        here.Venue.ReadLedger().Orders.Select(o => o.Status).Should().Equal("filled", "canceled");
    }

    [Fact]
    public async Task A_vwap_goes_by_its_profile_or_by_the_volume_that_ingestion_has_stored()
    {
        await using var here = await ProvenAsync();
        var end = TimeProvider.System.GetUtcNow().AddSeconds(4);

        var given = await StartAsync(here, "given", Twap with { Algorithm = "Vwap", EndAt = end, VolumeProfile = [3, 0, 1] });
        var ended = await EndedAsync(here, given.ExecutionId);
        ended.Orders!.Select(o => o.Filled).Should().Equal(7, 3);

        var broker = here.Routing.Services.GetRequiredService<AccountDesks>().Find(Account)!.Broker;
        var start = new DateTimeOffset(2024, 1, 16, 14, 30, 0, TimeSpan.Zero);
        await using var tape = await HttpPeer.StartAsync(routes => MapTape(routes, start));
        using var http = new HttpClient { BaseAddress = tape.Address };
        var stored = await new VolumeProfiles(new TapeClient(http)).ReadAsync(broker, new InstrumentId("AAPL.ALPACA"), start, start.AddMinutes(4), 2, CancellationToken.None);
        stored.Should().Equal([0.5m, 1m], "there was half as much before 14:32 as after, and what was at another time does not count");

        using var unknown = await PostAsync(here, "/executions", "unknown", Twap with { Algorithm = "Vwap", EndAt = end.AddHours(1), Slices = 4 });
        unknown.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        (await unknown.Content.ReadAsStringAsync()).Should().Contain("no_volume");
    }

    [Fact]
    public async Task What_makes_no_sense_is_no_execution()
    {
        await using var here = await ProvenAsync();
        var iceberg = Twap with { Algorithm = "Iceberg", DisplayQuantity = 2 };
        var end = TimeProvider.System.GetUtcNow().AddHours(1);
        foreach (var (command, code) in new[]
        {
            (Twap, "execution_invalid"),
            (Twap with { EndAt = end, Slices = 1_001 }, "execution_invalid"),
            (Twap with { EndAt = end, Slices = 4_000 }, "execution_invalid"),
            (Twap with { EndAt = end, Slices = 2, StartAt = end }, "execution_invalid"),
            (Twap with { EndAt = end, Slices = 2, VolumeProfile = [1, 2] }, "execution_invalid"),
            (Twap with { Algorithm = "Vwap", EndAt = end, VolumeProfile = [0, 0] }, "execution_invalid"),
            (Twap with { Algorithm = "7" }, "algorithm_invalid"),
            (iceberg with { LimitPrice = null }, "execution_invalid"),
            (iceberg with { DisplayQuantity = 11 }, "execution_invalid"),
            (iceberg with { LimitPrice = 190.001m }, "venue_rules"),
            (iceberg with { Quantity = 9.5m }, "quantity_off_lot"),
            (iceberg with { Instrument = "AAPL.SIM" }, "unknown_instrument"),
            (iceberg with { Account = "nobody" }, "account_not_found"),
        })
        {
            using var answer = await PostAsync(here, "/executions", $"{command.GetHashCode()}", command);
            (await answer.Content.ReadAsStringAsync()).Should().Contain($"\"{code}\"", "{0} is not taken", command);
        }

        (await here.Routing.GetAsync<IReadOnlyList<ExecutionView>>("/executions")).Should().BeEmpty();
    }

    [Fact]
    public async Task A_basket_is_sent_as_a_whole_or_not_at_all()
    {
        await using var here = await ProvenAsync();
        await here.Venue.SetPriceAsync("MSFT", 300m);
        var basket = new SubmitBasket([Buy(10, 191m), Buy(5, 301m, "MSFT")]);

        using var denied = await PostAsync(here, "/baskets", "denied", basket with { Orders = [.. basket.Orders, Buy(10_000, 191m)] });
        denied.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        (await denied.Content.ReadAsStringAsync()).Should().Contain("insufficient_cash").And.Contain("Order 2");
        using var taken = await PostAsync(here, "/baskets", "taken", basket);
        taken.StatusCode.Should().Be(HttpStatusCode.Created);
        var orders = (await taken.Content.ReadFromJsonAsync<OrdersSubmitted>())!.Orders;
        foreach (var order in orders) await here.WhenAsync(order.OrderId, o => o.Status == "Filled", "it is filled");

        orders.Select(o => o.Instrument).Should().Equal("AAPL.ALPACA", "MSFT.ALPACA");
        here.Venue.ReadLedger().Orders.Should().HaveCount(2, "of the basket that was denied none has left");
    }

    /// <summary>Bars of the two days before at 14:32, 14:33, 14:34 and 14:35, and of other things.</summary>
    private static void MapTape(IEndpointRouteBuilder routes, DateTimeOffset start)
    {
        (DateTimeOffset Close, double Volume)[] bars =
        [
            .. new[] { 2, 1 }.SelectMany(ago => new[] { (2, 10d), (3, 5), (4, 15), (5, 1_000) }.Select(b => (start.AddDays(-ago).AddMinutes(b.Item1), b.Item2 * ago))),
        ];
        routes.MapGet("/instruments", () => new[] { "AAPL.SIM", "MSFT.SIM" }.Select(id => new InstrumentTerms(id, 0.01m, 1, "USD")));
        routes.MapGet("/history", (string instrument) => Results.Stream(
            body => (instrument == "AAPL.SIM" ? Columns(bars) : BarColumns.Empty).WriteAsync(body), BarColumns.MediaType));
    }

    private static BarColumns Columns((DateTimeOffset Close, double Volume)[] bars)
    {
        double[] prices = [.. bars.Select(_ => 190d)];
        return new BarColumns(["AAPL.SIM"], [.. bars.Select(_ => 0)], [.. bars.Select(b => b.Close.ToUnixTimeMilliseconds())], prices, prices, prices, prices, [.. bars.Select(b => b.Volume)]);
    }

    private static async Task<ExecutionView> StartAsync(AccountSurroundings here, string key, SubmitExecution command)
    {
        using var response = await PostAsync(here, "/executions", key, command);
        if (response.StatusCode != HttpStatusCode.Created) throw new InvalidOperationException(await response.Content.ReadAsStringAsync());

        return (await response.Content.ReadFromJsonAsync<ExecutionView>())!;
    }

    private static async Task<HttpResponseMessage> PostAsync<T>(AccountSurroundings here, string path, string key, T body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", key);
        return await here.Routing.Http.SendAsync(request);
    }

    private static async Task<ExecutionView> EndedAsync(AccountSurroundings here, string id)
    {
        ExecutionView? view = null;
        await Eventually.True(
            async () =>
            {
                using var answer = await here.Routing.Http.GetAsync($"/executions/{id}");
                if (!answer.IsSuccessStatusCode) return false;

                view = await answer.Content.ReadFromJsonAsync<ExecutionView>();
                return view!.Status == "Ended" && view.Orders!.Sum(o => o.Filled) == view.Traded;
            },
            TimeSpan.FromSeconds(30),
            "the execution has ended");
        return view!;
    }

    private static async Task<IReadOnlyList<OrderView>> OrdersAsync(AccountSurroundings here, string id, Func<IReadOnlyList<OrderView>, bool> condition)
    {
        IReadOnlyList<OrderView> orders = [];
        await Eventually.True(
            async () =>
            {
                using var answer = await here.Routing.Http.GetAsync($"/executions/{id}");
                if (!answer.IsSuccessStatusCode) return false;

                orders = (await answer.Content.ReadFromJsonAsync<ExecutionView>())!.Orders!;
                return condition(orders);
            },
            TimeSpan.FromSeconds(30),
            "the slices stand as expected");
        return orders;
    }

    private async Task<AccountSurroundings> ProvenAsync()
    {
        var here = await AccountSurroundings.StartAsync(servers);
        await here.Venue.SetPriceAsync("AAPL", 190m);
        await here.ProvenAsync();
        return here;
    }
}

using System.Net;
using System.Net.Http.Json;
using System.Text;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.EventStore.Streams;
using AlgoStack.Testing;
using AlgoStack.Trading.Accounts;
using FluentAssertions;
using Xunit;
using static AlgoStack.BrokerRouting.Tests.Accounts.AccountSurroundings;

namespace AlgoStack.BrokerRouting.Tests.Accounts;

/// <summary>Limits from the configuration and by request, and what they count over a restart.</summary>
public sealed class LimitTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    private static readonly Uri Path = new($"/accounts/{Account}/limits", UriKind.Relative);

    [Fact]
    public async Task What_is_changed_holds_at_once_is_kept_with_its_reason_and_outlives_a_restart()
    {
        await using var here = await AccountSurroundings.StartAsync(servers, start: false);
        here.Settings["Limits:OrderQuantity"] = "10";
        await here.Venue.SetPriceAsync("AAPL", 190m);
        await here.StartRoutingAsync();
        await here.ProvenAsync();
        (await here.Routing.GetAsync<AccountLimits>(Path.ToString())).Should().Match<AccountLimits>(l => l.Limits.OrderQuantity == 10 && l.ChangedBy == "configuration");
        await ShouldBeDeniedAsync(here, "11", Buy(11, 191m), "order_quantity_limit");

        await PutAsync(here, Path, new ChangeLimits("a calmer day", new LimitFigures(OrderQuantity: 5)));
        await PutAsync(here, new Uri($"/accounts/{Account}/strategies/shy/limits", UriKind.Relative), new ChangeLimits("it is new", new LimitFigures(OrderValue: 200)));
        await ShouldBeDeniedAsync(here, "6", Buy(6, 191m), "order_quantity_limit");
        await here.StopRoutingAsync();
        await here.StartRoutingAsync();
        await here.ProvenAsync();

        await ShouldBeDeniedAsync(here, "6-again", Buy(6, 191m), "order_quantity_limit");
        await ShouldBeDeniedAsync(here, "of-the-shy-one", Buy(2, 191m) with { Strategy = "shy" }, "order_value_limit");
        await here.OrderAsync("5", Buy(5, 191m));

        here.Settings["Limits:OrderQuantity"] = "7";
        await here.StopRoutingAsync();
        await here.StartRoutingAsync();
        await here.ProvenAsync();
        var configured = await here.Routing.GetAsync<AccountLimits>(Path.ToString());
        (configured.Limits.OrderQuantity, configured.ChangedBy, configured.Strategies.Count).Should().Be((7m, "configuration", 0));

        var changes = (await here.Routing.Get<EventLog>().OpenSession().FetchStreamAsync($"account-{Account}")).Select(e => e.Data).OfType<RiskLimitsChanged>();
        changes.Select(c => (c.Source, c.Reason, c.Before?.Account.OrderQuantity, c.After.Account.OrderQuantity)).Should().Equal(
            ("configuration", "first configured", null, 10),
            ("request", "a calmer day", 10, 5),
            ("request", "it is new", 5, 5),
            ("configuration", "configured otherwise", 5, 7));
    }

    [Fact]
    public async Task What_a_day_has_seen_and_a_strategy_holds_counts_after_a_restart()
    {
        await using var here = await AccountSurroundings.StartAsync(servers, start: false);
        here.Settings["Limits:DailyTrades"] = "3";
        here.Settings["Strategies:a:Limits:PositionQuantity"] = "10";
        await here.Venue.SetPriceAsync("AAPL", 190m);
        await here.StartRoutingAsync();
        await here.ProvenAsync();
        foreach (var strategy in (string[])["a", "b"])
        {
            var order = await here.OrderAsync($"of-{strategy}", Buy(8, 191m) with { Strategy = strategy });
            await here.WhenAsync(order.OrderId, o => o.Status == "Filled", "it is filled");
        }

        await here.StopRoutingAsync();
        await here.StartRoutingAsync();
        await here.ProvenAsync();

        await ShouldBeDeniedAsync(here, "too-large", Buy(3, 191m) with { Strategy = "a" }, "position_limit");
        await here.OrderAsync("the-last", Buy(3, 191m) with { Strategy = "b" });
        await ShouldBeDeniedAsync(here, "too-many", Buy(1, 191m) with { Strategy = "b" }, "daily_trade_limit");
    }

    [Fact]
    public async Task Where_only_an_open_market_will_do_the_venue_says_whether_it_is()
    {
        await using var here = await AccountSurroundings.StartAsync(servers, start: false);
        here.Settings["Limits:OpenMarketOnly"] = "true";
        await here.Venue.SetPriceAsync("AAPL", 190m);
        await here.Venue.TellAsync("market", new { open = false, parts = 1 });
        await here.StartRoutingAsync();
        await here.ProvenAsync();
        await ShouldBeDeniedAsync(here, "closed", Buy(1, 191m), "market_closed");

        await here.Venue.TellAsync("market", new { open = true, parts = 1 });
        using (await here.Routing.Http.PostAsync(new Uri($"/accounts/{Account}/reconcile", UriKind.Relative), null)) { }
        var tries = 0;
        await Eventually.True(async () =>
        {
            using var answer = await here.PlaceAsync($"open-{++tries}", Buy(1, 191m));
            return answer.StatusCode == HttpStatusCode.Created;
        });
    }

    [Theory]
    [InlineData("""{"limits":{}}""", "reason_required")]
    [InlineData("""{"reason":"x"}""", "limits_invalid")]
    [InlineData("""{"reason":"x","limits":{"orderValue":-1}}""", "limits_invalid")]
    [InlineData("""{"reason":"x","limits":{"restricted":["AAPL"]}}""", "limits_invalid")]
    [InlineData("""{"reason":"x","limits":{},"riskPercent":0}""", "limits_invalid")]
    [InlineData("""{"reason":"x","limits":{"orderValu":1}}""", "bad_request")]
    public async Task What_cannot_hold_is_refused_by_name_and_changes_nothing(string body, string code)
    {
        await using var here = await AccountSurroundings.StartAsync(servers);

        using var answer = await here.Routing.Http.PutAsync(Path, new StringContent(body, Encoding.UTF8, "application/json"));

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).Should().Contain($"\"{code}\"");
    }

    private static async Task PutAsync(AccountSurroundings here, Uri path, ChangeLimits change)
    {
        using var answer = await here.Routing.Http.PutAsJsonAsync(path, change);
        answer.StatusCode.Should().Be(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
    }

    private static async Task ShouldBeDeniedAsync(AccountSurroundings here, string key, SubmitOrder order, string code)
    {
        using var denied = await here.PlaceAsync(key, order);
        denied.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity, await denied.Content.ReadAsStringAsync());
        (await denied.Content.ReadAsStringAsync()).Should().Contain($"\"{code}\"");
    }
}

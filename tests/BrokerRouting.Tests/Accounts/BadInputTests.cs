using System.Net;
using System.Text;
using System.Text.Json;
using AlgoStack.Contracts.Orders;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;
using static AlgoStack.BrokerRouting.Tests.Accounts.AccountSurroundings;

namespace AlgoStack.BrokerRouting.Tests.Accounts;

/// <summary>What nobody should say, from the venue or from a caller: each has an outcome that is told, and none a guess.</summary>
public sealed class BadInputTests(AccountLife life, ServerFixture servers) : IClassFixture<AccountLife>, IClassFixture<ServerFixture>
{
    private readonly AccountSurroundings _here = life.Here;

    [Theory]
    [InlineData("garbage")]
    [InlineData("accept_then_error")]
    [InlineData("accept_then_drop")]
    public async Task A_venue_that_answers_a_page_an_error_or_nothing_is_asked_what_became_of_the_order(string fault)
    {
        await _here.Venue.SetPriceAsync("AAPL", 190);
        await _here.Venue.SwitchFaultsAsync(new Dictionary<string, double>(StringComparer.Ordinal) { [fault] = 1, ["lost_event"] = 1 });

        var order = await _here.OrderAsync(fault, Buy(1, 191));
        await _here.WhenAsync(order.OrderId, o => o.Status == "Filled", "the order is filled");

        _here.Venue.ReadLedger().Find(order.OrderId).Should().ContainSingle();
        (await _here.KindsAsync(order.OrderId)).Should().ContainInOrder("order_submitted", "order_became_unknown", "order_reconciled", "order_filled");
        await _here.Venue.SwitchFaultsAsync(new { });
    }

    [Fact]
    public async Task A_venue_that_takes_no_more_requests_has_rejected_the_order_and_says_why()
    {
        await using var here = await AccountSurroundings.StartAsync(servers);
        await here.Venue.SetPriceAsync("AAPL", 190);
        await here.ProvenAsync();
        await here.OrderAsync("before", Buy(1, 180));
        await here.Venue.SwitchFaultsAsync(new { too_many_requests = 1 });

        var order = await here.OrderAsync("limited", Buy(1, 191));
        await here.WhenAsync(order.OrderId, o => o.Status == "Rejected", "the order is rejected");
        (await DataAsync(here, order.OrderId, "order_rejected")).Should().Contain("RateLimited");
        here.Venue.ReadLedger().Find(order.OrderId).Should().BeEmpty();

        // The minute that it was refused for has to end, which takes as long as it takes for whoever waits already.
        await here.Venue.SwitchFaultsAsync(new { clock_skew_ms = 58_000 });
        here.Clock.SetAhead(TimeSpan.FromSeconds(58));
        var next = await here.OrderAsync("next", Buy(1, 191));
        using var asked = await here.Routing.Http.PostAsync($"/accounts/{Account}/reconcile", null);
        await here.WhenAsync(next.OrderId, o => o.Status == "Filled", "the next is filled");
    }

    [Theory]
    [InlineData("""{"quantity":-1,"limitPrice":100}""", 400, "order_invalid")]
    [InlineData("""{"quantity":0,"limitPrice":100}""", 400, "order_invalid")]
    [InlineData("""{"quantity":1,"limitPrice":0}""", 400, "order_invalid")]
    [InlineData("""{"quantity":1,"limitPrice":-5}""", 400, "order_invalid")]
    [InlineData("""{"quantity":1.12345678901234567891,"limitPrice":100,"timeInForce":"Day"}""", 422, "venue_rules")]
    [InlineData("""{"quantity":1,"limitPrice":100.12345678901234567891}""", 422, "venue_rules")]
    [InlineData("""{"quantity":1e30,"limitPrice":100}""", 400, "bad_request")]
    [InlineData("""{"quantity":1e25,"limitPrice":1e5}""", 400, "order_invalid")]
    [InlineData("""{"quantity":1e18,"limitPrice":1e15}""", 400, "order_invalid")]
    [InlineData("""{"quantity":1e25,"type":"Market"}""", 400, "order_invalid")]
    [InlineData("""{"quantity":1e18,"limitPrice":1,"takeProfit":{"limitPrice":1e15}}""", 400, "order_invalid")]
    [InlineData("""{"quantity":1,"limitPrice":100,"side":"1"}""", 400, "side_invalid")]
    [InlineData("""{"quantity":1,"limitPrice":100,"side":"7"}""", 400, "side_invalid")]
    [InlineData("""{"quantity":1,"limitPrice":100,"side":"Buy,Sell"}""", 400, "side_invalid")]
    [InlineData("""{"quantity":1,"limitPrice":100,"side":" Buy"}""", 400, "side_invalid")]
    [InlineData("""{"quantity":1,"limitPrice":100,"type":"1"}""", 400, "type_invalid")]
    [InlineData("""{"quantity":1,"limitPrice":100,"timeInForce":"Day,Gtc"}""", 400, "time_in_force_invalid")]
    [InlineData("""{"quantity":1,"limitPrice":100,"account":null}""", 404, "account_not_found")]
    [InlineData("""{"quantity":1,"limitPrice":100,"instrument":"NOSUCH.ALPACA"}""", 422, "unknown_instrument")]
    [InlineData("""{"quantity":1,"limitPrice":100,"instrument":"AAPL.ELSEWHERE"}""", 422, "unknown_instrument")]
    [InlineData("""{"quantity":"many"}""", 400, "bad_request")]
    [InlineData("""<html>""", 400, "bad_request")]
    public async Task An_order_that_makes_no_sense_is_refused_with_a_code_and_never_sent(string body, int status, string code)
    {
        var before = _here.Venue.ReadLedger().Orders.Count;
        var (answered, problem) = await PostAsync(Whole(body));

        answered.Should().Be((HttpStatusCode)status, problem);
        JsonDocument.Parse(problem).RootElement.GetProperty("code").GetString().Should().Be(code);
        _here.Venue.ReadLedger().Orders.Should().HaveCount(before);
    }

    [Theory]
    [InlineData("""{"quantity":1e25}""", 400, "change_invalid")]
    [InlineData("""{"limitPrice":1e25}""", 400, "change_invalid")]
    [InlineData("""{"quantity":1e18,"limitPrice":1e14}""", 400, "change_invalid")]
    [InlineData("""{"quantity":1e18,"stopPrice":1e14}""", 400, "change_invalid")]
    public async Task A_change_that_makes_no_sense_is_refused_and_the_account_goes_on(string body, int status, string code)
    {
        await _here.Venue.SetPriceAsync("MSFT", 400);
        var order = await _here.OrderAsync($"to-change-{body.Length}", Buy(1, 300, "MSFT"));
        await _here.WhenAsync(order.OrderId, o => o.Status == "Accepted", "the order rests");

        using var answer = await _here.Routing.Http.PatchAsync($"/orders/{order.OrderId}", new StringContent(body, Encoding.UTF8, "application/json"));

        ((int)answer.StatusCode, (await answer.Content.ReadAsStringAsync()).Contains($"\"{code}\"", StringComparison.Ordinal)).Should().Be((status, true));
        await _here.ProvenAsync();
    }

    [Theory]
    [InlineData("""{"adopt":true,"reason":"x"}""", HttpStatusCode.BadRequest, "drift_required")]
    [InlineData("""{"driftId":"","adopt":true,"reason":"x"}""", HttpStatusCode.BadRequest, "drift_required")]
    [InlineData("""{"driftId":"none","adopt":true,"reason":"x"}""", HttpStatusCode.NotFound, "drift_not_found")]
    public async Task A_word_on_no_drift_is_refused_and_the_account_goes_on(string body, HttpStatusCode status, string code)
    {
        using var answer = await _here.Routing.Http.PostAsync($"/accounts/{Account}/drifts/resolve", new StringContent(body, Encoding.UTF8, "application/json"));

        answer.StatusCode.Should().Be(status);
        (await answer.Content.ReadAsStringAsync()).Should().Contain(code);
        await _here.ProvenAsync();
    }

    [Fact]
    public async Task A_body_of_ten_megabytes_is_not_read()
    {
        var (answered, problem) = await PostAsync(Whole($$"""{"quantity":1,"limitPrice":100,"strategy":"{{new string('x', 10 << 20)}}"}"""));

        answered.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        problem.Should().Contain("\"code\"");
    }

    [Fact]
    public async Task A_key_that_has_expired_closes_the_gate_with_its_reason_until_it_works_again()
    {
        await _here.Venue.SetPriceAsync("SPY", 500);
        await _here.OrderAsync("before-expiry", Buy(1, 490, "SPY"));
        await _here.Venue.SwitchFaultsAsync(new { key_expired = true });

        var refused = await _here.OrderAsync("expired", Buy(1, 501, "SPY"));
        await _here.WhenAsync(refused.OrderId, o => o.Status == "Rejected", "the order is rejected");
        (await DataAsync(_here, refused.OrderId, "order_rejected")).Should().Contain("AuthInvalid");
        await _here.WhenAsync(a => !a.IsProven && a.GatedBecause!.Contains("AuthInvalid", StringComparison.Ordinal), "the account says why nothing leaves");
        var waiting = await _here.OrderAsync("while-expired", Buy(1, 501, "SPY"));
        waiting.Status.Should().Be("Approved");

        await _here.Venue.SwitchFaultsAsync(new { });
        using var asked = await _here.Routing.Http.PostAsync($"/accounts/{Account}/reconcile", null);
        await _here.WhenAsync(waiting.OrderId, o => o.Status == "Filled", "what waited is filled");
        _here.Venue.ReadLedger().Find(refused.OrderId).Should().BeEmpty();
    }

    [Fact]
    public async Task With_a_wrong_key_the_account_says_so_and_nothing_leaves()
    {
        await using var here = await AccountSurroundings.StartAsync(servers, start: false);
        await here.StartRoutingAsync(secret: "not-the-secret");

        await here.WhenAsync(a => a.GatedBecause?.Contains("AuthInvalid", StringComparison.Ordinal) is true, "the account says why nothing leaves");
        using var refused = await here.PlaceAsync("first", Buy(1, 191));
        refused.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        var said = await refused.Content.ReadAsStringAsync();
        said.Should().Contain("AuthInvalid").And.NotContain("not-the-secret");
        here.Venue.ReadLedger().Orders.Should().BeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public async Task A_fill_at_a_price_that_cannot_be_is_not_booked_and_nothing_leaves_until_it_is_mended(int price)
    {
        await using var here = await AccountSurroundings.StartAsync(servers);
        await here.Venue.SetPriceAsync("AAPL", 190);
        await here.ProvenAsync();
        var order = await here.OrderAsync("resting", Buy(10, 150));
        await here.WhenAsync(order.OrderId, o => o.Status == "Accepted", "the order rests");

        await here.Venue.TellAsync($"orders/{order.OrderId}/fill", new { qty = 4, price });
        await here.WhenAsync(a => !a.IsProven && a.GatedBecause!.Contains($"found {price}", StringComparison.Ordinal), "the account says what cannot be read");

        (await here.OrderAsync("next", Buy(1, 191))).Status.Should().Be("Approved");
        (await here.KindsAsync(order.OrderId)).Should().NotContain("order_filled");
        here.Venue.ReadLedger().Orders.Should().ContainSingle();
    }

    private async Task<(HttpStatusCode Status, string Body)> PostAsync(string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/orders") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", $"bad-{Guid.NewGuid():N}");

        // The answer may come before the body is wanted.
        request.Headers.ExpectContinue = true;
        using var answer = await _here.Routing.Http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>An order with what the body says of it.</summary>
    private static string Whole(string body)
    {
        if (!body.StartsWith('{')) return body;

        using var said = JsonDocument.Parse(body);
        var members = said.RootElement.EnumerateObject().ToDictionary(m => m.Name, m => m.Value.GetRawText(), StringComparer.Ordinal);
        foreach (var (name, value) in ((string, string)[])
                 [("account", $"\"{Account}\""), ("instrument", "\"AAPL.ALPACA\""), ("side", "\"Buy\""), ("type", "\"Limit\"")])
        {
            members.TryAdd(name, value);
        }

        return $"{{{string.Join(',', members.Select(m => $"\"{m.Key}\":{m.Value}"))}}}";
    }

    private static async Task<string> DataAsync(AccountSurroundings here, string order, string kind) =>
        (await here.Routing.GetAsync<IReadOnlyList<OrderHistoryItem>>($"/orders/{order}/events")).Single(h => h.Kind == kind).Data;
}

using System.Net;
using System.Net.Http.Json;
using AlgoStack.Contracts.Orders;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;
using static AlgoStack.BrokerRouting.Tests.Accounts.AccountSurroundings;

namespace AlgoStack.BrokerRouting.Tests.Accounts;

/// <summary>The kill switches over HTTP, against a venue that keeps its own file.</summary>
public sealed class SwitchTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task Each_scope_has_a_switch_of_its_own_that_survives_a_restart()
    {
        await using var here = await AccountSurroundings.StartAsync(servers);
        await here.Venue.SetPriceAsync("AAPL", 190m);
        await here.ProvenAsync();

        await SwitchAsync(here, "/halt", new HaltTrading("it misbehaves", Account, "runaway"));
        await ShouldBeDeniedAsync(here, "of-runaway", Buy(1, 191m) with { Strategy = "runaway" }, "halted");
        var other = await here.OrderAsync("of-another", Buy(1, 191m) with { Strategy = "steady" });
        await here.WhenAsync(other.OrderId, o => o.Status == "Filled", "another strategy trades");

        await SwitchAsync(here, "/reduce", new ReduceTrading("enough", Account));
        await here.StopRoutingAsync();
        await here.StartRoutingAsync();
        await here.ProvenAsync();

        await ShouldBeDeniedAsync(here, "larger", Buy(2, 191m), "reduce_only");
        var smaller = await here.OrderAsync("smaller", Buy(1, 189m) with { Side = "Sell" });
        await here.WhenAsync(smaller.OrderId, o => o.Status == "Filled", "what makes a position smaller passes");

        var switches = await here.Routing.GetAsync<TradingSwitchView[]>("/trading");
        switches.Select(s => (s.Account, s.Strategy, s.State, s.Reason)).Should().Equal(
            (null, null, "Active", ""), (Account, null, "Reducing", "enough"), (Account, "runaway", "Halted", "it misbehaves"));
        await SwitchAsync(here, "/resume", new ResumeTrading("looked at it", Account));
        await SwitchAsync(here, "/resume", new ResumeTrading("mended", Account, "runaway"));
        await here.OrderAsync("again", Buy(1, 191m) with { Strategy = "runaway" });
    }

    [Theory]
    [InlineData("/halt", """{"reason":" "}""", "reason_required", 400)]
    [InlineData("/reduce", """{}""", "reason_required", 400)]
    [InlineData("/resume", """{"account":"main"}""", "reason_required", 400)]
    [InlineData("/halt", """{"reason":"x","strategy":"s"}""", "account_required", 400)]
    [InlineData("/halt", """{"reason":"x","account":"main","strategy":""}""", "strategy_invalid", 400)]
    [InlineData("/halt", """{"reason":"a\u0000b"}""", "value_unstorable", 400)]
    [InlineData("/halt", """{"reason":"x","account":"nobody"}""", "account_not_found", 404)]
    public async Task What_names_no_reason_or_nobody_is_refused(string path, string body, string code, int status)
    {
        await using var here = await AccountSurroundings.StartAsync(servers);

        using var answer = await here.Routing.Http.PostAsync(path, new StringContent(body, null, "application/json"));

        ((int)answer.StatusCode, (await answer.Content.ReadAsStringAsync()).Contains($"\"{code}\"", StringComparison.Ordinal)).Should().Be((status, true));
    }

    [Fact]
    public async Task A_flattening_takes_back_and_closes_all_and_goes_on_after_a_restart()
    {
        await using var here = await AccountSurroundings.StartAsync(servers);
        await here.Venue.SetPriceAsync("AAPL", 190m);
        await here.ProvenAsync();
        var entry = await here.OrderAsync("entry", Buy(10, 191m));
        await here.WhenAsync(entry.OrderId, o => o.Status == "Filled", "the entry is filled");
        var resting = await here.OrderAsync("resting", Buy(5, 150m));
        await here.WhenAsync(resting.OrderId, o => o.Status == "Accepted", "it rests");

        // The venue takes nothing: what is asked for stays to be done.
        await here.Venue.KillAsync();
        await here.WhenAsync(a => !a.IsProven, "the venue is gone");
        await SwitchAsync(here, "/halt", new HaltTrading("get out", Flatten: true));
        await here.StopRoutingAsync();
        await here.Venue.RestartAsync();
        here.Venue.ReadLedger().PositionOf("AAPL").Should().Be(10);
        await here.StartRoutingAsync();

        await Eventually.True(() => here.Venue.ReadLedger() is var ledger && ledger.PositionOf("AAPL") == 0 && ledger.Orders.All(o => o.Status != "open"));
        (await here.WhenAsync(resting.OrderId, o => o.Status == "Canceled", "what rested is taken back")).Filled.Should().Be(0);
        await ShouldBeDeniedAsync(here, "after", Buy(1, 191m), "halted");
        here.Venue.ReadLedger().Orders.Should().HaveCount(3);
    }

    private static async Task SwitchAsync<T>(AccountSurroundings here, string path, T command)
    {
        using var answer = await here.Routing.Http.PostAsJsonAsync(path, command);
        answer.StatusCode.Should().Be(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
    }

    private static async Task ShouldBeDeniedAsync(AccountSurroundings here, string key, SubmitOrder order, string code)
    {
        using var denied = await here.PlaceAsync(key, order);
        denied.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        (await denied.Content.ReadAsStringAsync()).Should().Contain($"\"{code}\"");
    }
}

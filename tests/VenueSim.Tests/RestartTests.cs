using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AlgoStack.Testing;
using AlgoStack.Testing.Venues;
using AlgoStack.VenueSim.Tests.Running;
using FluentAssertions;
using Xunit;

namespace AlgoStack.VenueSim.Tests;

public sealed class RestartTests
{
    [Fact]
    public async Task A_venue_killed_in_mid_flow_knows_all_that_it_answered_and_doubles_nothing()
    {
        await using var venue = await VenueProcess.StartAsync(10_000_000);
        await venue.SetPriceAsync("AAPL", 100);
        var answered = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        var sent = new ConcurrentDictionary<string, byte>(StringComparer.Ordinal);

        for (var round = 1; round <= 2; round++)
        {
            var writers = Enumerable.Range(0, 8).Select(writer => PlaceUntilCutAsync(venue, $"{round}-{writer}", sent, answered)).ToArray();
            var enough = round * 150;
            await Eventually.True(() => answered.Count >= enough);
            await venue.KillAsync();
            await Task.WhenAll(writers);
            await venue.RestartAsync();
        }

        var ledger = venue.ReadLedger();
        foreach (var (clientId, id) in answered)
        {
            ledger.Find(clientId).Should().ContainSingle("{0} was answered", clientId)
                .Which.Should().Match<VenueOrder>(o => o.Id == id && o.Status == "filled");
            var order = await venue.Http.GetFromJsonAsync<JsonElement>($"/v2/orders:by_client_order_id?client_order_id={clientId}");
            order.GetProperty("id").GetString().Should().Be(id);
            order.GetProperty("status").GetString().Should().Be("filled");
        }

        ledger.Orders.Select(o => o.ClientOrderId).Should().OnlyHaveUniqueItems().And.BeSubsetOf(sent.Keys);
        ledger.Fills.Should().HaveCount(ledger.Orders.Count);
        var position = await venue.Http.GetFromJsonAsync<JsonElement>("/v2/positions/AAPL");
        decimal.Parse(position.GetProperty("qty").GetString()!, CultureInfo.InvariantCulture).Should().Be(ledger.Orders.Count);
        ledger.PositionOf("AAPL").Should().Be(ledger.Orders.Count);
    }

    [Fact]
    public async Task A_torn_last_line_is_dropped()
    {
        await using var venue = await VenueProcess.StartAsync();
        await venue.SetPriceAsync("AAPL", 100);
        await venue.KillAsync();
        var whole = await File.ReadAllTextAsync(venue.File);
        await File.AppendAllTextAsync(venue.File, """{"kind":"cash","n":3,"at":"2026-01-02T03:04:05Z","amount":"5","reason":"torn"}""");

        await venue.RestartAsync();

        (await File.ReadAllTextAsync(venue.File)).Should().Be(whole);
        venue.ReadLedger().Cash.Should().Be(100_000);
        await venue.TellAsync("cash", new { amount = 7 });
        venue.ReadLedger().Cash.Should().Be(100_007);
    }

    [Fact]
    public async Task A_file_with_a_line_missing_is_refused()
    {
        await using var venue = await VenueProcess.StartAsync();
        await venue.SetPriceAsync("AAPL", 100);
        await venue.SetPriceAsync("AAPL", 101);
        await venue.KillAsync();
        var lines = await File.ReadAllLinesAsync(venue.File);
        await File.WriteAllLinesAsync(venue.File, [lines[0], lines[2]]);

        await venue.Invoking(v => v.RestartAsync()).Should().ThrowAsync<InvalidOperationException>().WithMessage("*Line 2 says that it is 3*");
    }

    [Fact]
    public async Task What_a_kill_kept_from_happening_happens_at_the_next_start()
    {
        await using var venue = await VenueProcess.StartAsync();
        await venue.SetPriceAsync("AAPL", 100);
        await PlaceAsync(venue, "c-1");
        await venue.KillAsync();
        // As if the kill had come between the order's line and that of its fill.
        var lines = await File.ReadAllLinesAsync(venue.File);
        lines[^1].Should().StartWith("""{"kind":"filled""");
        await File.WriteAllTextAsync(venue.File, string.Concat(lines[..^1].Select(line => line + "\n")));

        await venue.RestartAsync();

        venue.ReadLedger().Find("c-1").Should().ContainSingle().Which.Status.Should().Be("filled");
        venue.ReadLedger().Fills.Should().ContainSingle();
    }

    [Fact]
    public async Task Faults_survive_and_after_an_id_rollback_ids_are_used_again()
    {
        await using var venue = await VenueProcess.StartAsync();
        await venue.SetPriceAsync("AAPL", 100);
        await venue.SetPriceAsync("MSFT", 100);
        var first = await PlaceAsync(venue, "c-1");
        await venue.SwitchFaultsAsync(new { id_rollback = true });
        (await PlaceAsync(venue, "c-2")).Should().NotBe(first);

        await venue.KillAsync();
        await venue.RestartAsync();

        (await PlaceAsync(venue, "c-3", symbol: "MSFT")).Should().Be(first);
        var order = await venue.Http.GetFromJsonAsync<JsonElement>($"/v2/orders/{first}");
        order.GetProperty("client_order_id").GetString().Should().Be("c-3", "the venue has forgotten whose id it was");
        (await PlaceAsync(venue, "c-4")).Should().NotBe(first, "two orders of one symbol and side nobody could tell apart");
        venue.ReadLedger().Orders.Select(o => o.Number).Should().Equal(1, 2, 3, 4);
    }

    private static async Task<string> PlaceAsync(VenueProcess venue, string clientId, string symbol = "AAPL")
    {
        using var answer = await venue.Http.PostAsJsonAsync(
            "/v2/orders", new { symbol, qty = "1", side = "buy", type = "market", time_in_force = "day", client_order_id = clientId });
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        return (await VenueFixture.ReadAsync(answer))["id"]!;
    }

    private static async Task PlaceUntilCutAsync(
        VenueProcess venue, string writer, ConcurrentDictionary<string, byte> sent, ConcurrentDictionary<string, string> answered)
    {
        try
        {
            for (var i = 0; ; i++)
            {
                var id = string.Create(CultureInfo.InvariantCulture, $"{writer}-{i}");
                sent.TryAdd(id, 0);
                answered.TryAdd(id, await PlaceAsync(venue, id));
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // Killed; whether the last one got through is the venue's to know.
        }
    }
}

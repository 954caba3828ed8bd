using System.Globalization;
using AlgoStack.Testing.Venues;
using AlgoStack.VenueSim.Tests.Running;
using FluentAssertions;
using Xunit;

namespace AlgoStack.VenueSim.Tests;

/// <summary>Positions and cash against a table worked out by hand, from the file as from the venue.</summary>
public sealed class LedgerTests(VenueFixture here) : IClassFixture<VenueFixture>
{
    // side, quantity, price → position, average price, cash of an account that begins with 1,000,000
    private const string Table =
        """
        buy   10  100.00    10  100.00   999000.00
        buy   30  104.00    40  103.00   995880.00
        sell  15  110.00    25  103.00   997530.00
        sell  25   90.00     0    0.00   999780.00
        sell   8  200.00    -8  200.00  1001380.00
        sell   2  190.00   -10  198.00  1001760.00
        buy    4  210.00    -6  198.00  1000920.00
        buy    6  150.00     0    0.00  1000020.00
        buy    3   33.33     3   33.33   999920.01
        """;

    [Fact]
    public async Task Positions_and_cash_are_those_of_a_table_worked_out_by_hand()
    {
        var alone = new VenueFixture();
        await alone.InitializeAsync();
        await using var venue = alone.Venue;
        var symbol = await alone.ListAsync(1);
        foreach (var row in Table.Split('\n', StringSplitOptions.TrimEntries).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            decimal[] numbers = [.. row[1..].Select(cell => decimal.Parse(cell, CultureInfo.InvariantCulture))];
            var (qty, price, position, average, cash) = (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
            await venue.SetPriceAsync(symbol, price);
            await alone.PlaceAsync(new { symbol, qty, side = row[0], type = "market", time_in_force = "day" });

            var ledger = venue.ReadLedger();
            ledger.PositionOf(symbol).Should().Be(position);
            ledger.Cash.Should().Be(cash);
            (await alone.GetAsync("/v2/account")).Number("cash").Should().Be(cash);
            var answer = await alone.GetAsync($"/v2/positions/{symbol}");
            if (position == 0) answer.Code.Should().Be(40410000);
            else (answer.Number("qty"), answer.Number("avg_entry_price")).Should().Be((position, average));
        }

        await venue.TellAsync("cash", new { amount = -12.5, reason = "fee" });
        venue.ReadLedger().Cash.Should().Be(999_907.51m);
        var account = await alone.GetAsync("/v2/account");
        (account.Number("cash"), account.Number("equity")).Should().Be((999_907.51m, 1_000_007.50m), "three units at 33.33 are held");
    }

    [Fact]
    public async Task Units_that_come_without_a_trade_are_held_and_cost_no_cash()
    {
        var symbol = await here.ListAsync(100);
        var cash = here.Venue.ReadLedger().Cash;

        await here.Venue.TellAsync("positions", new { symbol, qty = 7, reason = "a transfer" });
        await here.Venue.TellAsync("positions", new { symbol, qty = -2 });

        (here.Venue.ReadLedger().PositionOf(symbol), here.Venue.ReadLedger().Cash).Should().Be((5m, cash));
        (await here.GetAsync($"/v2/positions/{symbol}")).Number("qty").Should().Be(5);
    }

    [Fact]
    public async Task Activities_page_through_every_fill_of_the_file_in_both_directions()
    {
        var symbol = await here.ListAsync(100);
        await here.Venue.TellAsync("market", new { parts = 4 });
        for (var i = 0; i < 3; i++) await here.PlaceAsync(new { symbol, qty = 4, side = "buy", type = "market", time_in_force = "day" });

        string[] fills = [.. here.Venue.ReadLedger().Fills.Select(f => f.ExecutionId)];
        (await PagesAsync("asc")).Should().Equal(fills);
        (await PagesAsync("desc")).Should().Equal(fills.Reverse());
    }

    [Fact]
    public async Task Orders_page_by_the_time_of_the_last_one_got()
    {
        var symbol = await here.ListAsync(100);
        string[] ids = [.. Enumerable.Range(0, 7).Select(i => string.Create(CultureInfo.InvariantCulture, $"page-{i}"))];
        foreach (var id in ids)
            await here.PlaceAsync(new { symbol, qty = 1, side = "buy", type = "limit", limit_price = 90, time_in_force = "gtc", client_order_id = id });

        var found = new List<string>();
        for (var after = "2020-01-01T00:00:00Z"; after is not null;)
        {
            var answer = await here.GetAsync($"/v2/orders?status=open&symbols={symbol}&limit=3&direction=asc&after={after}");
            var page = answer.Json.EnumerateArray().Select(o => (Id: o.GetProperty("client_order_id"), At: o.GetProperty("submitted_at"))).ToArray();
            found.AddRange(page.Select(o => o.Id.GetString()!));
            after = page.Length > 0 ? page[^1].At.GetString() : null;
        }

        found.Should().Equal(ids);
    }

    [Fact]
    public async Task A_ledger_counts_only_lines_that_ended()
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            path,
            """
            {"kind":"cash","n":1,"at":"2026-01-02T15:00:00Z","amount":"1000","reason":"opening balance"}
            {"kind":"accepted","n":2,"at":"2026-01-02T15:00:01Z","order":{"order":1,"id":"v-1","client_order_id":"c-1","symbol":"AAPL","side":"buy","qty":"3"},"legs":[]}
            {"kind":"filled","n":3,"at":"2026-01-02T15:00:02Z","order":1,"execution":"e-1","client_order_id":"c-1","symbol":"AAPL","side":"buy","qty":"2","price":"10.5"}
            {"kind":"closed","n":4,"at":"2026-01-02T15:00:03Z","order":1,"status":"canceled","reason":"asked"}
            {"kind":"filled","n":5,"at":"2026-01-02T15:00:04Z","order":1,"execution":"e-2","client_or
            """);

        var ledger = VenueLedger.Read(path);

        ledger.Lines.Should().Be(4);
        ledger.Cash.Should().Be(979);
        ledger.Positions.Should().Equal(new Dictionary<string, decimal>(StringComparer.Ordinal) { ["AAPL"] = 2 });
        ledger.Orders.Should().Equal(new VenueOrder(1, "v-1", "c-1", "AAPL", "buy", 3, "canceled", 2, 21)
        {
            AcceptedAt = new DateTimeOffset(2026, 1, 2, 15, 0, 1, TimeSpan.Zero),
        });
        File.Delete(path);
    }

    private async Task<List<string>> PagesAsync(string direction)
    {
        var found = new List<string>();
        for (var token = ""; token is not null;)
        {
            var answer = await here.GetAsync($"/v2/account/activities/FILL?page_size=5&direction={direction}&page_token={token}");
            string[] page = [.. answer.Json.EnumerateArray().Select(a => a.GetProperty("id").GetString()!)];
            found.AddRange(page.Select(id => id.Split("::")[1]));
            token = page.LastOrDefault();
        }

        return found;
    }
}

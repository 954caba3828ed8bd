using System.Net;
using System.Net.Http.Json;
using AlgoStack.BrokerRouting.Brokers.Paper;
using AlgoStack.BrokerRouting.Tests.Brokers.Paper;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.EventStore.Streams;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using AlgoStack.Testing.Trading;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Positions;
using FluentAssertions;
using Npgsql;
using Xunit;

namespace AlgoStack.BrokerRouting.Tests.Accounts;

/// <summary>An account on paper in the whole service: from a request over HTTP to a fill by a bar on the bus, and into our books.</summary>
public sealed class PaperAccountTests(ServerFixture servers) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private const string Account = "desk";
    private const string Instrument = "SP500-2000.PAPER";

    private readonly RecordedSession _session = RecordedSession.Of("none", [1]);
    private RoutingSurroundings _around = null!;
    private ServiceUnderTest _routing = null!;
    private long _sequence;

    public async Task InitializeAsync()
    {
        _around = await RoutingSurroundings.StartAsync(servers, _session);
        await StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _routing.DisposeAsync();
        await _around.DisposeAsync();
        _session.Dispose();
    }

    [Fact]
    public async Task An_order_goes_from_the_wish_to_the_venues_book_and_a_bar_trades_it()
    {
        var order = await PlaceAsync("first", "Buy", "Limit", limit: 1500);
        await WhenAsync(order, "Accepted");

        await TellBarAsync(1400);

        await WhenAsync(order, "Filled");
        var venue = await StreamAsync<PaperEvent>($"venue-{Account}");
        var fill = venue.OfType<PaperOrderFilled>().Should().ContainSingle().Which;
        fill.Should().BeEquivalentTo(new { Quantity = 10m, Price = 1400m, Commission = 7m });
        await ShouldAgreeAsync(cash: 100_000 - 14_000 - 7, held: 10);
    }

    [Fact]
    public async Task A_split_of_what_paper_would_not_split_is_refused()
    {
        using var answer = await _routing.Http.PostAsJsonAsync(
            "/corporate-actions", new Contracts.Portfolio.TellCorporateAction("AAPL.PAPER", "split", TimeProvider.System.GetUtcNow(), New: 4));

        answer.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        (await answer.Content.ReadAsStringAsync()).Should().Contain("\"no_corporate_actions\"");
    }

    [Fact]
    public async Task The_first_order_of_an_instrument_has_the_price_that_was_told_before_it()
    {
        // One that is over: no order can trade in it any more.
        await TellBarAsync(1400, closed: TimeProvider.System.GetUtcNow().AddMinutes(-1));

        // Denied, an order to the market is for want of a price, until the account has heard of the bars.
        var order = "";
        await Eventually.True(
            async () =>
            {
                using var response = await PostAsync($"market-{order.Length}", "Buy", "Market");
                order = response.StatusCode == HttpStatusCode.Created ? (await response.Content.ReadFromJsonAsync<OrderState>())!.OrderId : $"{order}.";
                return response.StatusCode == HttpStatusCode.Created;
            },
            TimeSpan.FromSeconds(30),
            "an order to the market is taken");

        await WhenAsync(order, "Accepted");
        await TellBarAsync(1402);
        await WhenAsync(order, "Filled");
        await ShouldAgreeAsync(cash: 100_000 - 14_020 - 7.01m, held: 10);
    }

    [Fact]
    public async Task Of_stop_and_target_in_one_bar_the_stop_trades_and_the_target_closes_nothing_more()
    {
        var entry = await PlaceAsync("entry", "Buy", "Limit", limit: 1500);
        await WhenAsync(entry, "Accepted");
        await TellBarAsync(1400);
        await WhenAsync(entry, "Filled");
        var target = await PlaceAsync("target", "Sell", "Limit", limit: 1450, reduceOnly: true, stopLoss: 1350);
        await RestsAsync(1);

        await TellBarAsync(1400, high: 1460, low: 1340);

        await WhenAsync(target, "Canceled");
        await ShouldAgreeAsync(cash: 100_000 - 14_000 - 7 + 13_500 - 6.75m, held: 0);
    }

    [Fact]
    public async Task Of_two_that_hold_one_instrument_the_exits_of_one_close_nothing_of_the_other()
    {
        var first = await PlaceAsync("first", "Buy", "Limit", limit: 1420, quantity: 5, takeProfit: 1450, stopLoss: 1350);
        var second = await PlaceAsync("second", "Buy", "Limit", limit: 1420, quantity: 5, takeProfit: 1600, stopLoss: 1300);
        await WhenAsync(first, "Accepted");
        await WhenAsync(second, "Accepted");
        await TellBarAsync(1400);
        await WhenAsync(first, "Filled");
        await WhenAsync(second, "Filled");
        await RestsAsync(2);

        await TellBarAsync(1400, high: 1460, low: 1340);

        await Eventually.True(
            async () => (await StreamAsync<PaperEvent>($"venue-{Account}")).OfType<PaperOrderFilled>().Count() >= 3, TimeSpan.FromSeconds(30), "a stop traded");
        await ShouldAgreeAsync(held: 5);
    }

    [Fact]
    public async Task What_the_market_did_while_we_were_down_trades_what_rests_once_we_are_back()
    {
        var order = await PlaceAsync("resting", "Buy", "Limit", limit: 1300);
        await WhenAsync(order, "Accepted");
        await TellBarAsync(1400);

        await _routing.DisposeAsync();
        await TellBarAsync(1290);
        await StartAsync();

        await WhenAsync(order, "Filled");
        await ShouldAgreeAsync(cash: 100_000 - 12_900 - 6.45m, held: 10);
    }

    [Fact]
    public async Task What_the_venue_committed_and_we_never_heard_is_found_by_its_id_and_is_there_once()
    {
        // From here on our books cannot be told that the venue has an order: as a death between its commit and its answer.
        await ExecuteAsync(
            """
            create function broker_routing.die() returns trigger language plpgsql as $$ begin raise 'dead'; end $$;
            create trigger die before insert on broker_routing.mt_events for each row when (new.type = 'order_accepted') execute function broker_routing.die();
            """);
        var order = await PlaceAsync("lost", "Buy", "Limit", limit: 1500);
        await Eventually.True(
            async () => (await StreamAsync<PaperEvent>($"venue-{Account}")).OfType<PaperOrderAccepted>().Any(), TimeSpan.FromSeconds(30), "the venue has it");
        await _routing.DisposeAsync();
        (await ReadTypesAsync(order)).Should().NotContain("order_accepted");

        await ExecuteAsync("drop trigger die on broker_routing.mt_events");
        await StartAsync();
        await WhenAsync(order, "Accepted");
        await TellBarAsync(1400);
        await WhenAsync(order, "Filled");

        (await ReadTypesAsync(order)).Should().ContainInOrder("order_submitted", "order_became_unknown", "order_reconciled", "order_accepted", "order_filled");
        (await StreamAsync<PaperEvent>($"venue-{Account}")).OfType<PaperOrderAccepted>().Should().ContainSingle();
        await ShouldAgreeAsync(cash: 100_000 - 14_000 - 7, held: 10);
    }

    [Fact]
    public async Task Every_trade_of_the_venue_is_in_our_orders_once_over_a_restart()
    {
        (string Side, string Type, decimal? Limit, decimal? Stop)[] wishes =
        [
            ("Buy", "Market", null, null), ("Buy", "Limit", 1395, null), ("Sell", "Limit", 1405, null),
            ("Sell", "Stop", null, 1392), ("Buy", "Stop", null, 1408), ("Buy", "StopLimit", 1409, 1407),
        ];
        List<string> orders = [await PlaceAsync("first", "Buy", "Limit", limit: 1500, quantity: 1)];
        await WhenAsync(orders[0], "Accepted");
        await TellBarAsync(1400);
        await WhenAsync(orders[0], "Filled");
        for (var round = 0; round < 4; round++)
        {
            foreach (var (side, type, limit, stop) in wishes)
                orders.Add(await PlaceAsync($"{orders.Count}", side, type, limit, stop, quantity: 1));
            if (round == 2)
            {
                await _routing.DisposeAsync();
                await StartAsync();
            }

            foreach (var order in orders.TakeLast(wishes.Length)) await WhenAsync(order, "Accepted");
            await TellBarAsync(1400, high: 1404, low: 1394);
            await TellBarAsync(1402, high: 1410, low: 1396);
            await TellBarAsync(1398, high: 1399, low: 1390);
            foreach (var order in orders) await WhenAsync(order, "Filled");
        }

        var venue = (await StreamAsync<PaperEvent>($"venue-{Account}")).OfType<PaperOrderFilled>()
            .Select(f => (f.TradeId, f.Quantity, f.Price, f.Commission)).ToList();
        var ours = new List<(string, decimal, decimal, decimal)>();
        foreach (var order in orders)
        {
            var fills = (await StreamAsync<OrderEvent>($"order-{order}")).OfType<Trading.Orders.OrderFilled>();
            ours.AddRange(fills.Select(f => (f.TradeId, f.Quantity, f.Price, f.Commission)));
        }

        ours.Should().BeEquivalentTo(venue).And.HaveCount(orders.Count);
        await ShouldAgreeAsync();
    }

    private async Task StartAsync()
    {
        var began = TimeProvider.System.GetUtcNow();
        _routing = await _around.StartRoutingAsync([new($"Accounts:{Account}:Broker", "paper"), new($"Accounts:{Account}:Limits", "none")]);
        await WhenAsync(a => a.IsProven && a.ReconciledAt > began, "the account is proven");
    }

    /// <summary>The venue's book, our books, and the streams of both say the same, and each by itself.</summary>
    /// <param name="cash">Null: what the venue's stream comes to.</param>
    /// <param name="held"><inheritdoc cref="ShouldAgreeAsync" path="/param[@name='cash']"/></param>
    private async Task ShouldAgreeAsync(decimal? cash = null, decimal? held = null)
    {
        var venue = await StreamAsync<PaperEvent>($"venue-{Account}");
        var sides = venue.OfType<PaperOrderAccepted>().ToDictionary(o => o.VenueOrderId, o => o.Side == OrderSide.Buy ? 1 : -1, StringComparer.Ordinal);
        var fills = venue.OfType<PaperOrderFilled>().ToList();
        var (itsHeld, itsCash) = (
            fills.Sum(f => sides[f.VenueOrderId] * f.Quantity), 100_000 - fills.Sum(f => (sides[f.VenueOrderId] * f.Quantity * f.Price) + f.Commission));
        (itsHeld, itsCash).Should().Be((held ?? itsHeld, cash ?? itsCash));

        var account = await WhenAsync(a => a.Cash.Single(c => c.Asset == "USD").Balance == itsCash, "our cash is the venue's");
        var positions = await StreamAsync<PositionEvent>($"position-{Account}-{Instrument}");
        positions[^1].Quantity.Should().Be(itsHeld);

        using var asked = await _routing.Http.PostAsync($"/accounts/{Account}/reconcile", null);
        asked.StatusCode.Should().Be(HttpStatusCode.Accepted);
        (await WhenAsync(a => a.IsProven, "the account is proven")).Drifts.Should().BeEmpty();
        account.Venue.Should().Be("PAPER");
        account.IsLive.Should().BeFalse();
    }

    /// <param name="closed">Null: each a minute after the one before, and after every order that is there.</param>
    private Task TellBarAsync(double open, double? high = null, double? low = null, DateTimeOffset? closed = null)
    {
        _sequence++;
        var close = closed ?? TimeProvider.System.GetUtcNow().AddMinutes(1 + _sequence);
        return _around.Bus.PublishAsync(PaperMarket.Minute(_sequence, close, "SP500-2000.SIM", open, high ?? open, low ?? open, open));
    }

    /// <summary>So many stops rest at the venue.</summary>
    private Task RestsAsync(int stops) => Eventually.True(
        async () => (await StreamAsync<PaperEvent>($"venue-{Account}")).OfType<PaperOrderAccepted>().Count(o => o.Type == OrderType.Stop) == stops,
        TimeSpan.FromSeconds(30),
        $"{stops} stops rest");

    private async Task<string> PlaceAsync(
        string key,
        string side,
        string type,
        decimal? limit = null,
        decimal? stop = null,
        bool reduceOnly = false,
        decimal quantity = 10,
        decimal? takeProfit = null,
        decimal? stopLoss = null)
    {
        using var response = await PostAsync(key, side, type, limit, stop, reduceOnly, quantity, takeProfit, stopLoss);
        if (response.StatusCode != HttpStatusCode.Created) throw new InvalidOperationException(await response.Content.ReadAsStringAsync());

        return (await response.Content.ReadFromJsonAsync<OrderState>())!.OrderId;
    }

    private async Task<HttpResponseMessage> PostAsync(
        string key,
        string side,
        string type,
        decimal? limit = null,
        decimal? stop = null,
        bool reduceOnly = false,
        decimal quantity = 10,
        decimal? takeProfit = null,
        decimal? stopLoss = null)
    {
        var order = new SubmitOrder(
            Account, Instrument, side, type, quantity, limit, stop, TimeInForce: "Gtc", ReduceOnly: reduceOnly,
            TakeProfit: takeProfit is { } target ? new TakeProfit(target) : null, StopLoss: stopLoss is { } loss ? new StopLoss(loss) : null);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/orders") { Content = JsonContent.Create(order) };
        request.Headers.Add("Idempotency-Key", key);
        return await _routing.Http.SendAsync(request);
    }

    private Task WhenAsync(string order, string status) => Eventually.True(
        async () => (await _routing.GetAsync<OrderState>($"/orders/{order}")).Status == status, TimeSpan.FromSeconds(30), $"order {order} is {status}");

    private async Task<AccountView> WhenAsync(Func<AccountView, bool> condition, string what)
    {
        AccountView? account = null;
        await Eventually.True(
            async () =>
            {
                using var response = await _routing.Http.GetAsync($"/accounts/{Account}");
                if (!response.IsSuccessStatusCode) return false;

                account = await response.Content.ReadFromJsonAsync<AccountView>();
                return condition(account!);
            },
            TimeSpan.FromSeconds(30),
            what);
        return account!;
    }

    private async Task<IReadOnlyList<T>> StreamAsync<T>(string stream) =>
        [.. (await _routing.Get<EventLog>().OpenSession().FetchStreamAsync(stream)).Select(e => e.Data).Cast<T>()];

    private async Task<IReadOnlyList<string>> ReadTypesAsync(string order)
    {
        await using var source = NpgsqlDataSource.Create(_around.Database);
        await using var command = source.CreateCommand("select type from broker_routing.mt_events where stream_id = $1 order by version");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"order-{order}" });
        await using var reader = await command.ExecuteReaderAsync();
        var types = new List<string>();
        while (await reader.ReadAsync()) types.Add(reader.GetString(0));
        return types;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_around.Database);
#pragma warning disable CA2100 // The test's own statements.
        await using var command = source.CreateCommand(sql);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}

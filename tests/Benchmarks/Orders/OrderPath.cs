using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using AlgoStack.Testing.Venues;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;

namespace AlgoStack.Benchmarks.Orders;

/// <summary>
/// broker-routing as a process with an account at the simulated venue, which is another, and the servers it needs. Times are from
/// just before a request is sent to when the venue's own file says that the order was taken: both read this machine's clock.
/// </summary>
internal sealed class OrderPath : IAsyncDisposable
{
    private const string Account = "bench";
    private const string Symbol = "AAPL";
    private const int SignalSymbols = 50;
    private const decimal Price = 100;
    private const decimal Cash = 1_000_000_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ServerFixture _servers;
    private readonly VenueProcess _venue;
    private readonly HttpPeer _peer;
    private readonly LiveFeed _feed;
    private readonly BusPeer _bus;
    private readonly ServiceProcess _routing;
    private readonly BarePath _bare;
    private int _batches;
    private int _signals;

    private OrderPath(ServerFixture servers, VenueProcess venue, HttpPeer peer, LiveFeed feed, BusPeer bus, ServiceProcess routing, BarePath bare) =>
        (_servers, _venue, _peer, _feed, _bus, _routing, _bare) = (servers, venue, peer, feed, bus, routing, bare);

    public static async Task<OrderPath> StartAsync()
    {
        var servers = new ServerFixture();
        var venue = await StartVenueAsync();
        var feed = new LiveFeed();
        var peer = await HttpPeer.StartAsync(routes =>
        {
            feed.MapTape(routes);
            feed.MapEvaluations(routes);
        });
        var broker = await servers.CreateVirtualHostAsync();
        var routing = await ServiceProcess.StartAsync(
            "AlgoStack.BrokerRouting",
            await servers.CreateSchemaDatabaseAsync(),
            broker,
            [
                new($"Accounts:{Account}:Broker", "alpaca"),
                new($"Accounts:{Account}:Alpaca:KeyId", VenueProcess.Key),
                new($"Accounts:{Account}:Alpaca:Secret", VenueProcess.Secret),
                new($"Accounts:{Account}:Alpaca:Url", venue.Address.ToString()),
                new($"Accounts:{Account}:Alpaca:StreamUrl", venue.StreamAddress.ToString()),
                // There is no feed, and orders that are alike come as fast as they can.
                new($"Accounts:{Account}:Limits", "none"),
                // All symbols' positions together are a small part of the cash.
                new($"Accounts:{Account}:Limits:RiskPercent", "0.001"),
                new($"Accounts:{Account}:Strategies:{LiveFeed.Strategy}", ""),
            ],
            ("ingestion", peer.Address),
            ("signal", peer.Address));
        await routing.ReadyAsync();
        var path = new OrderPath(servers, venue, peer, feed, await BusPeer.StartAsync(broker, (_, _) => { }), routing, await BarePath.StartAsync(await servers.CreateSchemaDatabaseAsync()));
        await Eventually.True(path.IsProvenAsync, Patience, "the account is proven");
        // An account begins with the batch that it hears of first; from then on none is left out, in whatever order they come.
        await feed.AnnounceAsync(path._bus, feed.Next((double)Price));
        return path;
    }

    /// <summary>A venue at which everything can be bought at once, and which allows more requests than are measured here.</summary>
    public static async Task<VenueProcess> StartVenueAsync()
    {
        var venue = await VenueProcess.StartAsync(Cash);
        foreach (var symbol in Symbols) await venue.SetPriceAsync(symbol, Price);
        await venue.SwitchFaultsAsync(new { requests_per_minute = 1_000_000 });
        return venue;
    }

    /// <summary>Orders over HTTP, each with a key of its own, at a steady rate whether those before are answered or not.</summary>
    public Task<OrderRun> PlaceAsync(int orders, int perSecond) => RunAsync(
        _venue,
        orders,
        perSecond,
        async key =>
        {
            var order = new SubmitOrder(Account, $"{Symbol}.ALPACA", "Buy", "Limit", 1, LimitPrice: Price, TimeInForce: "Day");
            using var request = new HttpRequestMessage(HttpMethod.Post, "/orders") { Content = JsonContent.Create(order) };
            request.Headers.Add("Idempotency-Key", key);
            var at = TimeProvider.System.GetUtcNow();
            using var answer = await _routing.Http.SendAsync(request);
            answer.EnsureSuccessStatusCode();
            return ((await answer.Content.ReadFromJsonAsync<OrderState>())!.OrderId, at);
        });

    /// <summary>
    /// Signals of the live session on the bus, of one symbol after the other: each opens its position, or closes what the one before
    /// has opened. The time counts from just before what was evaluated is on the bus.
    /// </summary>
    public Task<OrderRun> SignalAsync(int signals, int perSecond) => RunAsync(
        _venue,
        signals,
        perSecond,
        async _ =>
        {
            var signal = _signals++;
            var symbol = SignalSymbol(signal % SignalSymbols);
            var evaluated = _feed.Next((double)Price, signal / SignalSymbols % 2 == 0 ? "Long" : "Flat", instrument: $"{symbol}.SIM");
            await _feed.AnnounceBarsAsync(_bus, evaluated);
            var at = TimeProvider.System.GetUtcNow();
            await _bus.PublishAsync(evaluated);
            return (ClientOrderId.For(Account, LiveFeed.Strategy, new InstrumentId($"{symbol}.ALPACA"), evaluated.ThroughMs, 0).Value, at);
        });

    /// <summary>Until our books have every share that the venue has sold us.</summary>
    public Task BookedAsync()
    {
        var bought = _venue.ReadLedger().PositionOf(Symbol);
        return Eventually.True(async () => (await PositionsAsync()).Any(p => p.Quantity == bought), Patience, $"{bought} are booked");
    }

    /// <summary>The least that an order can take: a request in, two commits, a request to the venue.</summary>
    public Task<OrderRun> PlaceBareAsync(int orders, int perSecond) => RunAsync(_bare.Venue, orders, perSecond, _bare.PlaceAsync);

    public async ValueTask DisposeAsync()
    {
        await _bare.DisposeAsync();
        await _routing.KillAsync();
        await _routing.DisposeAsync();
        await _bus.DisposeAsync();
        await _peer.DisposeAsync();
        await _venue.DisposeAsync();
        await _servers.DisposeAsync();
    }

    private static IEnumerable<string> Symbols => [Symbol, .. Enumerable.Range(0, SignalSymbols).Select(SignalSymbol)];

    private static string SignalSymbol(int number) => string.Create(CultureInfo.InvariantCulture, $"BENCH{number}");

    private async Task<IReadOnlyList<PositionView>> PositionsAsync() =>
        await _routing.Http.GetFromJsonAsync<IReadOnlyList<PositionView>>($"/positions?account={Account}") ?? [];

    private async Task<bool> IsProvenAsync()
    {
        using var answer = await _routing.Http.GetAsync($"/accounts/{Account}");
        return answer.IsSuccessStatusCode && (await answer.Content.ReadFromJsonAsync<AccountView>())!.IsProven;
    }

    /// <param name="place">Takes a name that no other order has, and returns the id that the venue is sent, and when it began.</param>
    private async Task<OrderRun> RunAsync(VenueProcess venue, int orders, int perSecond, Func<string, Task<(string Id, DateTimeOffset At)>> place)
    {
        var batch = ++_batches;
        var sentAt = new ConcurrentDictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        var clock = TimeProvider.System;
        var began = clock.GetTimestamp();
        var sending = new List<Task>(orders);
        for (var number = 0; number < orders; number++)
        {
            var due = TimeSpan.FromSeconds((double)number / perSecond) - clock.GetElapsedTime(began);
            if (due > TimeSpan.Zero) await Task.Delay(due, clock);
            sending.Add(SendAsync(string.Create(CultureInfo.InvariantCulture, $"bench-{batch}-{number}")));
        }

        await Task.WhenAll(sending);
        await Eventually.True(() => Task.FromResult(Taken().Count == orders), Patience, $"the venue has all {orders} orders");
        var taken = Taken();
        var last = taken.Max(t => t.AcceptedAt) - sentAt.Values.Min();
        return new OrderRun([.. taken.Select(t => (t.AcceptedAt - sentAt[t.ClientOrderId]).TotalSeconds).Order()], last.TotalSeconds);

        async Task SendAsync(string name)
        {
            var (id, at) = await place(name);
            sentAt[id] = at;
        }

        List<VenueOrder> Taken() => [.. venue.ReadLedger().Orders.Where(o => sentAt.ContainsKey(o.ClientOrderId))];
    }
}

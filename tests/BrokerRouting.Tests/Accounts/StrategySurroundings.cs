using System.Net.Http.Json;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.Contracts.Signals;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using AlgoStack.Testing.Venues;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;

namespace AlgoStack.BrokerRouting.Tests.Accounts;

/// <summary>An account at a venue that a strategy trades on, the live session that the strategy sees, and broker-routing as a process of its own.</summary>
internal sealed class StrategySurroundings : IAsyncDisposable
{
    private const string Account = "main";

    private readonly string _database;
    private readonly string _broker;
    private readonly HttpPeer _tape;
    private readonly HttpPeer _signal;
    private readonly BusPeer _bus;
    private ServiceProcess? _routing;
    private bool _isOtherAway;

    private StrategySurroundings(string database, string broker, LiveFeed feed, HttpPeer tape, HttpPeer signal, BusPeer bus, VenueProcess venue) =>
        (_database, _broker, Feed, _tape, _signal, _bus, Venue) = (database, broker, feed, tape, signal, bus, venue);

    public LiveFeed Feed { get; }

    public VenueProcess Venue { get; }

    /// <param name="isOtherAway">The strategy trades on another account too, whose venue is not there.</param>
    public static async Task<StrategySurroundings> StartAsync(ServerFixture servers, bool isOtherAway = false)
    {
        var (feed, broker) = (new LiveFeed(), await servers.CreateVirtualHostAsync());
        var here = new StrategySurroundings(
            await servers.CreateSchemaDatabaseAsync(),
            broker,
            feed,
            await HttpPeer.StartAsync(feed.MapTape),
            await HttpPeer.StartAsync(feed.MapEvaluations),
            await BusPeer.StartAsync(broker, (_, _) => { }),
            await VenueProcess.StartAsync())
        {
            _isOtherAway = isOtherAway,
        };
        await here.Venue.SetPriceAsync("AAPL", 190m);
        await here.StartRoutingAsync();
        await Eventually.True(here.IsProvenAsync, TimeSpan.FromSeconds(60), "the account is proven");
        return here;
    }

    public async Task StartRoutingAsync()
    {
        _routing = await ServiceProcess.StartAsync(
            "AlgoStack.BrokerRouting",
            _database,
            _broker,
            [
                new($"Accounts:{Account}:Broker", "alpaca"),
                new($"Accounts:{Account}:Alpaca:KeyId", VenueProcess.Key),
                new($"Accounts:{Account}:Alpaca:Secret", VenueProcess.Secret),
                new($"Accounts:{Account}:Alpaca:Url", Venue.Address.ToString()),
                new($"Accounts:{Account}:Alpaca:StreamUrl", Venue.StreamAddress.ToString()),
                // There is no feed, and orders that are alike come as fast as they can.
                new($"Accounts:{Account}:Limits", "none"),
                new($"Accounts:{Account}:Strategies:{LiveFeed.Strategy}", ""),
                .. _isOtherAway ? Away() : [],
            ],
            ("ingestion", _tape.Address),
            ("signal", _signal.Address));
        await _routing.ReadyAsync();
    }

    /// <summary>An account at a port that nobody listens at.</summary>
    private static IEnumerable<KeyValuePair<string, string?>> Away() =>
    [
        new("Accounts:away:Broker", "alpaca"),
        new("Accounts:away:Alpaca:KeyId", VenueProcess.Key),
        new("Accounts:away:Alpaca:Secret", VenueProcess.Secret),
        new("Accounts:away:Alpaca:Url", "http://127.0.0.1:1"),
        new("Accounts:away:Alpaca:StreamUrl", "ws://127.0.0.1:1/stream"),
        new($"Accounts:away:Strategies:{LiveFeed.Strategy}", ""),
    ];

    /// <summary>As <c>kill -9</c> does.</summary>
    public async Task KillRoutingAsync()
    {
        await _routing!.KillAsync();
        await _routing.DisposeAsync();
        _routing = null;
    }

    public Task AnnounceAsync(BarsEvaluated evaluated) => Feed.AnnounceAsync(_bus, evaluated);

    /// <summary>What the strategy's order of a bar is called.</summary>
    public static string OrderOf(BarsEvaluated evaluated, int leg = 0) =>
        ClientOrderId.For(Account, LiveFeed.Strategy, new InstrumentId("AAPL.ALPACA"), evaluated.ThroughMs, leg).Value;

    public Task HoldsAsync(decimal quantity) => Eventually.True(
        async () => Venue.ReadLedger().PositionOf("AAPL") == quantity && (await GetAsync<PositionView[]>($"/positions?account={Account}")).Sum(p => p.Quantity) == quantity,
        TimeSpan.FromSeconds(60),
        $"the venue and our books hold {quantity}");

    /// <summary>The venue has an order of this kind of the strategy's, and it works.</summary>
    public Task WorksAsync(string order) => Eventually.True(
        () => Task.FromResult(Venue.ReadLedger().Find(order) is [{ Status: "open" }]), TimeSpan.FromSeconds(60), $"order {order} works at the venue");

    public Task<OrderView[]> OrdersAsync() => GetAsync<OrderView[]>($"/orders?account={Account}&limit=1000");

    public Task<OrderState> OrderAsync(string order) => GetAsync<OrderState>($"/orders/{order}");

    public async ValueTask DisposeAsync()
    {
        if (_routing is not null) await KillRoutingAsync();
        await Venue.DisposeAsync();
        await _bus.DisposeAsync();
        await _signal.DisposeAsync();
        await _tape.DisposeAsync();
    }

    public Task<AccountView> AccountAsync() => GetAsync<AccountView>($"/accounts/{Account}");

    public async Task PauseAsync()
    {
        using var answer = await _routing!.Http.PostAsJsonAsync("/halt", new { account = Account, strategy = LiveFeed.Strategy, reason = "Not before Monday" });
        answer.EnsureSuccessStatusCode();
    }

    private async Task<bool> IsProvenAsync()
    {
        using var response = await _routing!.Http.GetAsync($"/accounts/{Account}");
        return response.IsSuccessStatusCode && (await response.Content.ReadFromJsonAsync<AccountView>())!.IsProven;
    }

    private async Task<T> GetAsync<T>(string path) => (await _routing!.Http.GetFromJsonAsync<T>(path))!;
}

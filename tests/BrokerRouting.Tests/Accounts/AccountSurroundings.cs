using System.Net;
using System.Net.Http.Json;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using AlgoStack.Testing.Trading;
using AlgoStack.Testing.Venues;

namespace AlgoStack.BrokerRouting.Tests.Accounts;

/// <summary>An account at a venue: the venue a process of its own, broker-routing in this one, which may be ended and started again.</summary>
internal sealed class AccountSurroundings : IAsyncDisposable
{
    public const string Account = "main";

    private readonly RoutingSurroundings _around;

    private AccountSurroundings(RoutingSurroundings around, VenueProcess venue) => (_around, Venue) = (around, venue);

    /// <summary>Of the account, by their names below it. No limits, for there is no feed, and tests order what is alike as fast as they can.</summary>
    public Dictionary<string, string?> Settings { get; } = new(StringComparer.Ordinal) { ["Limits"] = "none" };

    public VenueProcess Venue { get; }

    /// <summary>The account's name, where it is not <see cref="Account"/>: metrics of one process know accounts by their names alone.</summary>
    public string Name { get; private init; } = Account;

    /// <summary>What the bus was told of orders.</summary>
    public IReadOnlyList<OrdersChanged> Told => _around.Told;

    /// <summary>The service's clock.</summary>
    public SettableClock Clock { get; } = new();

    public ServiceUnderTest Routing { get; private set; } = null!;

    /// <param name="start">Whether broker-routing is started too.</param>
    public static async Task<AccountSurroundings> StartAsync(ServerFixture servers, decimal cash = 100_000, bool start = true, string name = Account)
    {
        var around = await RoutingSurroundings.StartAsync(servers, RecordedSession.Of("none", [1]));
        var here = new AccountSurroundings(around, await VenueProcess.StartAsync(cash)) { Name = name };
        if (start) await here.StartRoutingAsync();
        return here;
    }

    public async Task StartRoutingAsync(string secret = VenueProcess.Secret) => Routing = await _around.StartRoutingAsync(Clock,
    [
        new($"Accounts:{Name}:Broker", "alpaca"),
        new($"Accounts:{Name}:Alpaca:KeyId", VenueProcess.Key),
        new($"Accounts:{Name}:Alpaca:Secret", secret),
        new($"Accounts:{Name}:Alpaca:Url", Venue.Address.ToString()),
        new($"Accounts:{Name}:Alpaca:StreamUrl", Venue.StreamAddress.ToString()),
        .. Settings.Select(s => KeyValuePair.Create($"Accounts:{Name}:{s.Key}", s.Value)),
    ]);

    public async Task StopRoutingAsync() => await Routing.DisposeAsync();

    /// <summary>The account once orders may leave.</summary>
    public Task<AccountView> ProvenAsync() => WhenAsync(a => a.IsProven, "the account is proven");

    public async Task<AccountView> WhenAsync(Func<AccountView, bool> condition, string what)
    {
        AccountView? account = null;
        await Eventually.True(
            async () =>
            {
                using var response = await Routing.Http.GetAsync($"/accounts/{Name}");
                if (!response.IsSuccessStatusCode) return false;

                account = await response.Content.ReadFromJsonAsync<AccountView>();
                return condition(account!);
            },
            TimeSpan.FromSeconds(60),
            what);
        return account!;
    }

    public async Task<HttpResponseMessage> PlaceAsync(string key, SubmitOrder order)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/orders") { Content = JsonContent.Create(order) };
        request.Headers.Add("Idempotency-Key", key);
        return await Routing.Http.SendAsync(request);
    }

    /// <summary>Places an order that is to be taken.</summary>
    public async Task<OrderState> OrderAsync(string key, SubmitOrder order)
    {
        using var response = await PlaceAsync(key, order);
        if (response.StatusCode != HttpStatusCode.Created) throw new InvalidOperationException(await response.Content.ReadAsStringAsync());

        return (await response.Content.ReadFromJsonAsync<OrderState>())!;
    }

    /// <summary>The order once it stands as expected.</summary>
    public async Task<OrderState> WhenAsync(string order, Func<OrderState, bool> condition, string what)
    {
        OrderState? state = null;
        try
        {
            await Eventually.True(
                async () =>
                {
                    state = await Routing.GetAsync<OrderState>($"/orders/{order}");
                    return condition(state);
                },
                TimeSpan.FromSeconds(60),
                what);
        }
        catch (Exception e)
        {
            // What is there says more than what is not.
            throw new InvalidOperationException(
                $"{e.Message} The order is {state}, after {string.Join(", ", await KindsAsync(order))}; the account is {await Routing.Http.GetStringAsync($"/accounts/{Name}")}.", e);
        }

        return state!;
    }

    /// <summary>What happened to the order, by the stored events' names.</summary>
    public async Task<IReadOnlyList<string>> KindsAsync(string order) =>
        [.. (await Routing.GetAsync<IReadOnlyList<OrderHistoryItem>>($"/orders/{order}/events")).Select(h => h.Kind)];

    public static SubmitOrder Buy(decimal quantity, decimal limit, string symbol = "AAPL") =>
        new(Account, $"{symbol}.ALPACA", "Buy", "Limit", quantity, LimitPrice: limit, TimeInForce: "Gtc");

    public async ValueTask DisposeAsync()
    {
        if (Routing is not null) await Routing.DisposeAsync();
        await Venue.DisposeAsync();
        await _around.DisposeAsync();
    }
}

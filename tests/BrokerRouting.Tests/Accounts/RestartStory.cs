using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.Testing;
using AlgoStack.Testing.Venues;
using Npgsql;
using Xunit;
using static AlgoStack.BrokerRouting.Tests.Accounts.AccountSurroundings;

namespace AlgoStack.BrokerRouting.Tests.Accounts;

/// <summary>
/// An account that works at its venue, is left alone while all sorts of things happen there, and is looked after again: a symbol
/// for each of them, told once for all tests of it.
/// </summary>
public sealed class RestartStory : IAsyncLifetime
{
    public const string Filled = "FILL", Partial = "PART", Canceled = "CANC", Expired = "EXPR", Changed = "CHNG", Twice = "TWIC", Late = "LATE";
    public const string NeverArrived = "LOST", Unanswered = "MUTE", Waiting = "WAIT", Orphan = "ORPH", Alien = "ALIE", Moved = "MOVD";

    private static readonly string[] Symbols =
        [Filled, Partial, Canceled, Expired, Changed, Twice, Late, NeverArrived, Unanswered, Waiting, Orphan, Alien, Moved];

    private readonly ServerFixture _servers = new();
    private readonly Dictionary<string, string> _orders = new(StringComparer.Ordinal);
    private AccountSurroundings _here = null!;

    /// <summary>The answer to an order while the service had started and the venue was not there.</summary>
    internal (HttpStatusCode Status, string Body) WhileVenueIsAway { get; private set; }

    /// <summary>The account once it was proven anew and all that differs was found.</summary>
    internal AccountView Proven { get; private set; } = null!;

    /// <summary>Orders by their name, at that time.</summary>
    internal Dictionary<string, OrderState> ThenOrders { get; } = new(StringComparer.Ordinal);

    /// <summary>The venue's file at that time.</summary>
    internal VenueLedger ThenVenue { get; private set; } = null!;

    /// <summary>When orders could leave, and when not, until then.</summary>
    internal IReadOnlyList<(bool IsProven, bool IsStart, DateTimeOffset At)> Gate { get; private set; } = [];

    /// <summary>The account once no order was unknown any more.</summary>
    internal AccountView Settled { get; private set; } = null!;

    /// <summary>The account when a person had decided what to do with the differences.</summary>
    internal AccountView End { get; private set; } = null!;

    internal Dictionary<string, OrderState> EndOrders { get; } = new(StringComparer.Ordinal);

    internal VenueLedger EndVenue { get; private set; } = null!;

    internal IReadOnlyList<PositionView> EndPositions { get; private set; } = [];

    /// <summary>What happened to each order.</summary>
    internal Dictionary<string, IReadOnlyList<OrderHistoryItem>> Histories { get; } = new(StringComparer.Ordinal);

    /// <summary>When the account was read from the log for its second life.</summary>
    internal DateTimeOffset RestartedAt { get; private set; }

    public async Task InitializeAsync()
    {
        await _servers.InitializeAsync();
        _here = await AccountSurroundings.StartAsync(_servers);
        foreach (var symbol in Symbols) await _here.Venue.SetPriceAsync(symbol, 100);
        var before = await _here.ProvenAsync();
        await WorkAsync();
        await _here.StopRoutingAsync();

        await _here.Venue.RestartAsync();
        await HappenAsync();
        await _here.Venue.KillAsync();

        await _here.StartRoutingAsync();
        WhileVenueIsAway = await RefusedAsync();
        await _here.Venue.RestartAsync();
        await PlaceAsync("early", Buy(3, 90, Filled));
        Proven = await _here.WhenAsync(
            a => a.IsProven && a.ReconciledAt > before.ReconciledAt && a.Drifts.Count >= 4, "the account is proven anew, and what differs is found");
        await StandAsync("early", o => o.Status == "Accepted");
        await _here.Venue.SwitchFaultsAsync(new { });
        await LookAsync(ThenOrders);
        (ThenVenue, Gate) = (_here.Venue.ReadLedger(), await GateAsync());
        RestartedAt = Gate.Last(g => g.IsStart).At;

        await DecideAsync();
        await LookAsync(EndOrders);
        EndVenue = _here.Venue.ReadLedger();
        await Eventually.Equal(EndVenue.Positions.Count, async () =>
        {
            EndPositions = [.. (await _here.Routing.GetAsync<IReadOnlyList<PositionView>>($"/positions?account={Account}")).Where(p => p.Quantity != 0)];
            return EndPositions.Count;
        });
        foreach (var (name, order) in _orders) Histories.Add(name, await _here.Routing.GetAsync<IReadOnlyList<OrderHistoryItem>>($"/orders/{order}/events"));
    }

    public async Task DisposeAsync()
    {
        if (_here is not null) await _here.DisposeAsync();
        await _servers.DisposeAsync();
    }

    /// <summary>Our id of an order.</summary>
    internal string IdOf(string name) => _orders[name];

    /// <summary>The venue's orders of our id, and what took their place there.</summary>
    internal static IReadOnlyList<VenueOrder> AtVenue(VenueLedger ledger, OrderState order) =>
        [.. ledger.Orders.Where(o => o.ClientOrderId == order.OrderId || o.Id == order.VenueOrderId)];

    /// <summary>The first life: orders in all sorts of states.</summary>
    private async Task WorkAsync()
    {
        foreach (var symbol in (string[])[Filled, Partial, Canceled, Changed, Late]) await PlaceAsync(symbol, Buy(10, 90, symbol));
        await PlaceAsync(Expired, Buy(10, 90, Expired) with { TimeInForce = "Day" });
        foreach (var symbol in (string[])[Filled, Partial, Canceled, Changed, Late, Expired]) await StandAsync(symbol, o => o.Status == "Accepted");
        using (var cancel = await _here.Routing.Http.DeleteAsync($"/orders/{IdOf(Late)}")) cancel.EnsureSuccessStatusCode();
        await StandAsync(Late, o => o.Status == "Canceled");
        await PlaceAsync("listed", Buy(1, 80, Unanswered));
        await PlaceAsync("held", Buy(1, 101, Waiting));
        await StandAsync("held", o => o.Status == "Filled");

        await _here.Venue.TellAsync("market", new { parts = 3 });
        await _here.Venue.SwitchFaultsAsync(new { duplicate_event = 1 });
        await PlaceAsync(Twice, Buy(9, 101, Twice));
        await StandAsync(Twice, o => o.Status == "Filled");

        await _here.Venue.SwitchFaultsAsync(new { drop_before_accepting = 1, lost_event = 1 });
        await PlaceAsync(NeverArrived, Buy(10, 90, NeverArrived));
        await StandAsync(NeverArrived, o => o.Status == "Unknown");
        await PlaceAsync("behind", Buy(2, 90, NeverArrived));

        await _here.Venue.SwitchFaultsAsync(new { slow_answer = 1, slow_ms = 60_000, lost_event = 1 });
        await PlaceAsync(Unanswered, Buy(10, 90, Unanswered));
        await Eventually.True(() => _here.Venue.ReadLedger().Find(IdOf(Unanswered)).Count == 1, what: "the order is at the venue");

        await _here.Venue.KillAsync();
        await _here.WhenAsync(a => !a.IsProven, "the account is not proven any more");
        await PlaceAsync(Waiting, Buy(4, 90, Waiting));
    }

    /// <summary>What happens at the venue while nobody looks.</summary>
    private async Task HappenAsync()
    {
        var venue = _here.Venue;
        await venue.TellAsync($"orders/{IdOf(Filled)}/fill", new { });
        await venue.TellAsync($"orders/{IdOf(Partial)}/fill", new { qty = 4 });
        await venue.TellAsync($"orders/{IdOf(Canceled)}/cancel", new { reason = "a person said so" });
        await venue.TellAsync($"orders/{IdOf(Expired)}/expire", new { });
        await venue.TellAsync($"orders/{IdOf(Late)}/fill", new { qty = 4 });
        await venue.TellAsync("orphans", new { symbol = Orphan, side = "buy", qty = 5, price = 90, filled = false, client_order_id = "a-persons" });
        await venue.TellAsync("orphans", new { symbol = Alien, side = "buy", qty = 5, price = 100 });
        await venue.TellAsync("positions", new { symbol = Moved, qty = 7, reason = "a transfer" });
        await venue.TellAsync("cash", new { amount = -12.5, reason = "fee" });

        await venue.SwitchFaultsAsync(new { });
        var changed = venue.ReadLedger().Find(IdOf(Changed)).Single();
        using var change = await venue.Http.PatchAsJsonAsync($"/v2/orders/{changed.Id}", new { limit_price = "91" });
        change.EnsureSuccessStatusCode();
        var by = (await change.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("client_order_id").GetString();
        await venue.TellAsync($"orders/{by}/fill", new { qty = 3 });

        // Slow enough for orders to come before the proof does.
        await venue.SwitchFaultsAsync(new { slow_answer = 1, slow_ms = 100, on_reads = true });
    }

    /// <summary>Time settles what is unknown, and a person the differences.</summary>
    private async Task DecideAsync()
    {
        var ahead = TimeSpan.FromSeconds(16);
        await _here.Venue.SwitchFaultsAsync(new { clock_skew_ms = (int)ahead.TotalMilliseconds });
        _here.Clock.SetAhead(ahead);
        await ReconcileAsync();
        await StandAsync("behind", o => o.Status == "Accepted");
        await ReconcileAsync();
        Settled = await _here.WhenAsync(a => a.Drifts.Any(d => d.Kind == "Cash"), "what differs of the cash is found");

        await _here.Venue.TellAsync("orders/a-persons/cancel", new { });
        foreach (var drift in Settled.Drifts.Where(d => d.Kind is "Position" or "Cash"))
        {
            using var resolved = await _here.Routing.Http.PostAsJsonAsync($"/accounts/{Account}/drifts/resolve", new ResolveDrift(drift.DriftId, Adopt: true, "looked at"));
            resolved.EnsureSuccessStatusCode();
        }

        await ReconcileAsync();
        End = await _here.WhenAsync(a => a.IsProven && a.Drifts.Count == 0, "nothing differs any more");
    }

    private async Task ReconcileAsync()
    {
        using var asked = await _here.Routing.Http.PostAsync($"/accounts/{Account}/reconcile", null);
        asked.EnsureSuccessStatusCode();
    }

    private async Task PlaceAsync(string name, SubmitOrder order)
    {
        await Eventually.True(
            async () =>
            {
                using var answer = await _here.PlaceAsync(name, order);
                if (answer.StatusCode == HttpStatusCode.ServiceUnavailable) return false;

                answer.EnsureSuccessStatusCode();
                _orders[name] = (await answer.Content.ReadFromJsonAsync<OrderState>())!.OrderId;
                return true;
            },
            what: $"order {name} is taken");
    }

    private Task<OrderState> StandAsync(string name, Func<OrderState, bool> condition) => _here.WhenAsync(IdOf(name), condition, $"order {name} stands as it should");

    private async Task LookAsync(Dictionary<string, OrderState> orders)
    {
        foreach (var (name, order) in _orders) orders[name] = await _here.Routing.GetAsync<OrderState>($"/orders/{order}");
    }

    private async Task<(HttpStatusCode, string)> RefusedAsync()
    {
        using var answer = await _here.PlaceAsync("early", Buy(3, 90, Filled));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private async Task<IReadOnlyList<(bool, bool, DateTimeOffset)>> GateAsync()
    {
        await using var command = _here.Routing.Get<NpgsqlDataSource>().CreateCommand(
            """
            select type = 'account_reconciled', coalesce(data ->> 'Reason', '') = 'the service has started', timestamp from mt_events
            where type in ('account_gated', 'account_reconciled')
            order by seq_id
            """);
        await using var reader = await command.ExecuteReaderAsync();
        var gate = new List<(bool, bool, DateTimeOffset)>();
        while (await reader.ReadAsync()) gate.Add((reader.GetBoolean(0), reader.GetBoolean(1), reader.GetFieldValue<DateTimeOffset>(2)));
        return gate;
    }
}

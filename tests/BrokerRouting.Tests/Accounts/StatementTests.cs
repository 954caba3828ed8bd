using AlgoStack.BrokerRouting.Accounts;
using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.BrokerRouting.Risk;
using AlgoStack.BrokerRouting.Tests.Brokers.Paper;
using AlgoStack.Postgres;
using AlgoStack.Testing;
using AlgoStack.Trading.Accounts;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using AlgoStack.Trading.Venues;
using FluentAssertions;
using Microsoft.Extensions.Logging;
using Xunit;

namespace AlgoStack.BrokerRouting.Tests.Accounts;

/// <summary>What happens while a venue's statement, or a change of an order, is on its way.</summary>
public sealed class StatementTests(PaperFixture paper) : IClassFixture<PaperFixture>
{
    private static readonly InstrumentId Apple = new("AAPL.PAPER");

    [Fact]
    public async Task An_order_that_is_done_while_a_statement_is_on_its_way_is_booked_once()
    {
        var venue = paper.NewVenue(out var account);
        await using var broker = new HeldBroker(venue.Connect(TimeProvider.System));
        var desk = DeskOf(account, broker);
        using var stop = new CancellationTokenSource();
        var running = desk.RunAsync(stop.Token);
        await Eventually.True(() => desk.DownBecause is null);
        await desk.ListAsync([Apple], default);
        var held = await RestingAsync(desk, account, "held");
        await venue.FillAsync("", 10);
        await HappenedAsync(held, "order_filled");

        var done = await RestingAsync(desk, account, "done");
        broker.Hold();
        await ReconcileAsync(desk);
        await broker.Holding;
        await venue.FillAsync("", 10);
        await HappenedAsync(done, "order_filled");
        broker.LetGo();

        // The one that was on its way, and one that follows.
        for (var i = 0; i < 2; i++)
        {
            var before = await ComparedAsync(desk);
            await ReconcileAsync(desk);
            await Eventually.True(async () => await ComparedAsync(desk) > before, TimeSpan.FromSeconds(30), "the account was compared");
        }

        (await KindsAsync(done)).Count(kind => kind == "order_filled").Should().Be(1);
        (await desk.AskAsync((engine, _) => engine.Drifts.Count, null, default)).Should().Be(0);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Of_what_a_statement_says_has_traded_only_what_is_not_booked_is_looked_into()
    {
        var venue = paper.NewVenue(out var account);
        await using var broker = venue.Connect(TimeProvider.System);
        var desk = DeskOf(account, broker);
        using var stop = new CancellationTokenSource();
        var running = desk.RunAsync(stop.Token);
        await Eventually.True(() => desk.DownBecause is null);
        await desk.ListAsync([Apple], default);
        var order = await RestingAsync(desk, account, "booked");
        await venue.FillAsync("", 10);
        await HappenedAsync(order, "order_filled");

        var booked = (await broker.GetExecutionsAsync(["AAPL"], DateTimeOffset.UnixEpoch, default)).Should().ContainSingle().Which;
        Execution[] told =
        [
            booked, booked with { ClientOrderId = null }, booked with { TradeId = "another" }, booked with { Quantity = booked.Quantity + 1 },
            booked with { Price = booked.Price + 1 }, booked with { Symbol = "MSFT" }, booked with { Side = OrderSide.Sell },
            booked with { ClientOrderId = "another", VenueOrderId = "another" },
        ];
        var unbooked = await paper.Get<AccountLoader>().UnbookedAsync(account, told, symbol => new InstrumentId($"{symbol}.PAPER"), default);

        unbooked.Should().Equal(told[2..]);
        (await paper.Get<AccountLoader>().UnbookedAsync("another", told, symbol => new InstrumentId($"{symbol}.PAPER"), default)).Should().Equal(told);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_change_that_has_not_left_when_a_switch_is_thrown_never_does()
    {
        var venue = paper.NewVenue(out var account);
        await using var broker = new HeldBroker(venue.Connect(TimeProvider.System));
        var desk = DeskOf(account, broker);
        var trading = paper.Get<TradingSwitch>();
        void OnSwitched(object? sender, EventArgs e) => desk.OnSwitched();
        trading.Switched += OnSwitched;
        using var stop = new CancellationTokenSource();
        var running = desk.RunAsync(stop.Token);
        await Eventually.True(() => desk.DownBecause is null);
        await desk.ListAsync([Apple], default);
        var order = await RestingAsync(desk, account, "changed");

        broker.HoldChanges();
        (await desk.AskAsync((engine, now) => engine.Replace(order, null, 101, null, now), order, default)).Should().BeNull();
        await broker.Holding;
        await trading.SwitchAsync(TradingState.Halted, "a drill", account);
        broker.LetGo();

        await HappenedAsync(order, "order_replace_refused");
        (await desk.AskAsync((engine, _) => engine.Find(order)!, order, default)).Should().BeEquivalentTo(new { LimitPrice = 100m, Status = OrderStatus.Accepted });
        (await KindsAsync(order)).Should().NotContain("order_replaced");
        await trading.SwitchAsync(TradingState.Active, "the drill is over", account);
        trading.Switched -= OnSwitched;
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Another_venue_than_the_one_where_an_account_was_opened_is_not_asked_about_it()
    {
        await using var broker = paper.NewVenue(out var account).Connect(TimeProvider.System);
        var session = paper.Log.OpenSession();
        session.Append($"account-{account}", new AccountOpened(account, "ALPACA", [new VenueBalance("USD", 100_000, 100_000)], [], TimeProvider.System.GetUtcNow()));
        await session.SaveChangesAsync();
        var desk = DeskOf(account, broker);
        using var stop = new CancellationTokenSource();

        var running = desk.RunAsync(stop.Token);

        await Eventually.True(() => desk.DownBecause?.Contains("expected ALPACA, where it was opened, found PAPER configured", StringComparison.Ordinal) is true);
        await stop.CancelAsync();
        await running;
    }

    private AccountDesk DeskOf(string account, IBroker broker) => new(
        account,
        broker,
        RiskLimits.Default,
        paper.Get<AccountLoader>(),
        paper.Get<TradingSwitch>(),
        paper.Log,
        paper.Get<ServiceDatabase>(),
        TimeProvider.System,
        paper.Get<ILogger<AccountDesk>>());

    private async Task<ClientOrderId> RestingAsync(AccountDesk desk, string account, string key)
    {
        var id = ClientOrderId.ForRequest(account, key);
        await desk.AskAsync(
            (engine, now) =>
            {
                engine.Place(new OrderIntent(id, account, "manual", Apple, OrderSide.Buy, 10, OrderType.Limit, 100, null, now) { LimitPrice = 100 }, now);
                return true;
            },
            id,
            default);
        await HappenedAsync(id, "order_accepted");
        return id;
    }

    private static Task<bool> ReconcileAsync(AccountDesk desk) => desk.AskAsync(
        (engine, now) =>
        {
            engine.Reconcile(now);
            return true;
        },
        null,
        default);

    private static Task<DateTimeOffset?> ComparedAsync(AccountDesk desk) => desk.AskAsync((engine, _) => engine.ComparedAt, null, default);

    private Task HappenedAsync(ClientOrderId order, string kind) =>
        Eventually.True(async () => (await KindsAsync(order)).Any(k => k == kind), TimeSpan.FromSeconds(30), $"{kind} of {order}");

    private async Task<IReadOnlyList<string>> KindsAsync(ClientOrderId order) =>
        [.. (await paper.Log.OpenSession().FetchStreamAsync($"order-{order}")).Select(e => paper.Log.Types.All.Single(t => t.Value == e.Data.GetType()).Key)];
}

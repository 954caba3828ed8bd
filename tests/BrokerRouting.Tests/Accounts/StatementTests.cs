using AlgoStack.BrokerRouting.Accounts;
using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.BrokerRouting.Risk;
using AlgoStack.BrokerRouting.Tests.Brokers.Paper;
using AlgoStack.Postgres;
using AlgoStack.Testing;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using AlgoStack.Trading.Venues;
using FluentAssertions;
using Microsoft.Extensions.Logging;
using Xunit;

namespace AlgoStack.BrokerRouting.Tests.Accounts;

/// <summary>What happens while a venue's statement is on its way.</summary>
public sealed class StatementTests(PaperFixture paper) : IClassFixture<PaperFixture>
{
    private static readonly InstrumentId Apple = new("AAPL.PAPER");

    [Fact]
    public async Task An_order_that_is_done_while_a_statement_is_on_its_way_is_booked_once()
    {
        var venue = paper.NewVenue(out var account);
        await using var broker = new HeldBroker(venue.Connect(TimeProvider.System));
        var desk = new AccountDesk(
            account,
            broker,
            RiskLimits.Default,
            paper.Get<AccountLoader>(),
            paper.Get<TradingSwitch>(),
            paper.Log,
            paper.Get<ServiceDatabase>(),
            TimeProvider.System,
            paper.Get<ILogger<AccountDesk>>());
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

    /// <summary>A broker that can be made to wait before it says what an instrument trades in, which a statement asks last.</summary>
    private sealed class HeldBroker(IBroker broker) : IBroker
    {
        private readonly TaskCompletionSource _holding = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _holds;

        public Task Holding => _holding.Task;

        public string Venue => broker.Venue;

        public BrokerCapabilities Capabilities => broker.Capabilities;

        public TimeSpan? ClockSkew => broker.ClockSkew;

        public void Hold() => _holds = true;

        public void LetGo() => _letGo.SetResult();

        public async Task<IReadOnlyList<VenueInstrument>> GetInstrumentsAsync(IReadOnlyCollection<string> symbols, CancellationToken cancellationToken)
        {
            if (_holds)
            {
                _holding.TrySetResult();
                await _letGo.Task.WaitAsync(cancellationToken);
            }

            return await broker.GetInstrumentsAsync(symbols, cancellationToken);
        }

        public string SymbolOf(InstrumentId instrument) => broker.SymbolOf(instrument);

        public Task<PlaceResult> PlaceAsync(VenueOrder order, CancellationToken cancellationToken) => broker.PlaceAsync(order, cancellationToken);

        public Task<ChangeResult> CancelAsync(VenueOrderRef order, CancellationToken cancellationToken) => broker.CancelAsync(order, cancellationToken);

        public Task<ChangeResult> ReplaceAsync(VenueOrderRef order, VenueOrderChange change, CancellationToken cancellationToken) =>
            broker.ReplaceAsync(order, change, cancellationToken);

        public Task<OrderLookup> GetOrderAsync(VenueOrderRef order, CancellationToken cancellationToken) => broker.GetOrderAsync(order, cancellationToken);

        public Task<(IReadOnlyList<OrderSnapshot> Orders, bool AreComplete)> GetOpenOrdersAsync(
            IReadOnlyCollection<string> symbols, CancellationToken cancellationToken) => broker.GetOpenOrdersAsync(symbols, cancellationToken);

        public Task<IReadOnlyList<Execution>> GetExecutionsAsync(
            IReadOnlyCollection<string> symbols, DateTimeOffset since, CancellationToken cancellationToken) =>
            broker.GetExecutionsAsync(symbols, since, cancellationToken);

        public Task<MarketHours> GetMarketAsync(CancellationToken cancellationToken) => Task.FromResult(MarketHours.Unknown);

        public Task<IReadOnlyList<VenuePosition>> GetPositionsAsync(CancellationToken cancellationToken) => broker.GetPositionsAsync(cancellationToken);

        public Task<IReadOnlyList<VenueBalance>> GetBalancesAsync(CancellationToken cancellationToken) => broker.GetBalancesAsync(cancellationToken);

        public IAsyncEnumerable<BrokerEvent> ListenAsync(CancellationToken cancellationToken) => broker.ListenAsync(cancellationToken);

        public ValueTask DisposeAsync() => broker.DisposeAsync();
    }
}

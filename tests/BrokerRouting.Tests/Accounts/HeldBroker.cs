using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Venues;

namespace AlgoStack.BrokerRouting.Tests.Accounts;

/// <summary>
/// A broker that can be made to wait: before it says what an instrument trades in, which a statement asks last, and before a change
/// is on its way, as for want of requests.
/// </summary>
internal sealed class HeldBroker(IBroker broker) : IBroker
{
    private readonly TaskCompletionSource _holding = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _holds;
    private volatile bool _holdsChanges;

    public Task Holding => _holding.Task;

    public string Venue => broker.Venue;

    public bool? IsLive => broker.IsLive;

    public BrokerCapabilities Capabilities => broker.Capabilities;

    public TimeSpan? ClockSkew => broker.ClockSkew;

    public void Hold() => _holds = true;

    public void HoldChanges() => _holdsChanges = true;

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

    public async Task<ChangeResult> ReplaceAsync(VenueOrderRef order, VenueOrderChange change, CancellationToken cancellationToken)
    {
        if (_holdsChanges)
        {
            _holding.TrySetResult();
            await _letGo.Task.WaitAsync(cancellationToken);
        }

        return await broker.ReplaceAsync(order, change, cancellationToken);
    }

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

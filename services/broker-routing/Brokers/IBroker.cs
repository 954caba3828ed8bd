using AlgoStack.Trading.Venues;

namespace AlgoStack.BrokerRouting.Brokers;

/// <summary>
/// One account at one venue, in words that all venues have in common. Nothing here decides or remembers: it translates. What
/// reads throws <see cref="BrokerException"/> where the venue refuses, cannot be reached or talks rubbish, and may have been
/// tried again; placing an order is tried once, and all that can come of it is a result.
/// </summary>
public interface IBroker : IAsyncDisposable
{
    /// <summary>As in <c>AAPL.ALPACA</c>.</summary>
    string Venue { get; }

    /// <summary>Whether it is real money that is traded; null where that is not known.</summary>
    bool? IsLive { get; }

    BrokerCapabilities Capabilities { get; }

    /// <summary>The venue's clock less ours, as it was last told; null where it was not yet.</summary>
    TimeSpan? ClockSkew { get; }

    /// <summary>What is left of the requests that the venue lets us make, from 0 to 1; null where it has no such limit.</summary>
    double? BudgetLeft => null;

    /// <summary>What the venue says of these symbols of its own; one that it does not know is left out.</summary>
    Task<IReadOnlyList<VenueInstrument>> GetInstrumentsAsync(IReadOnlyCollection<string> symbols, CancellationToken cancellationToken);

    /// <summary>The venue's name of an instrument of ours, as in <c>BTCUSDT</c> for <c>BTC/USDT.BINANCE-SPOT</c>.</summary>
    string SymbolOf(Trading.Instruments.InstrumentId instrument);

    /// <summary>
    /// Places once. It can be given up until it is on its way, and is <see cref="PlaceResult.NotSent"/> then; after that it goes on.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was given up before it was on its way.</exception>
    Task<PlaceResult> PlaceAsync(VenueOrder order, CancellationToken cancellationToken);

    Task<ChangeResult> CancelAsync(VenueOrderRef order, CancellationToken cancellationToken);

    /// <exception cref="NotSupportedException">The venue cannot, and its capabilities say so.</exception>
    Task<ChangeResult> ReplaceAsync(VenueOrderRef order, VenueOrderChange change, CancellationToken cancellationToken);

    Task<OrderLookup> GetOrderAsync(VenueOrderRef order, CancellationToken cancellationToken);

    /// <param name="symbols">Of which to ask, for venues that cannot list all at once.</param>
    Task<(IReadOnlyList<OrderSnapshot> Orders, bool AreComplete)> GetOpenOrdersAsync(
        IReadOnlyCollection<string> symbols, CancellationToken cancellationToken);

    /// <summary>Fills since a time, oldest first.</summary>
    /// <inheritdoc cref="GetOpenOrdersAsync" path="/param"/>
    Task<IReadOnlyList<Execution>> GetExecutionsAsync(
        IReadOnlyCollection<string> symbols, DateTimeOffset since, CancellationToken cancellationToken);

    Task<IReadOnlyList<VenuePosition>> GetPositionsAsync(CancellationToken cancellationToken);

    Task<IReadOnlyList<VenueBalance>> GetBalancesAsync(CancellationToken cancellationToken);

    /// <summary>Whether what has hours is traded now; not known where the venue does not say, or has none.</summary>
    Task<MarketHours> GetMarketAsync(CancellationToken cancellationToken);

    /// <summary>
    /// What the venue tells by itself, from a connection made for it. The first is <see cref="BrokerEvent.Connected"/>, once
    /// nothing can be missed any more; what was missed before must be asked for. Ends with <see cref="BrokerException"/> when
    /// the connection is lost; whoever listens connects again by calling again.
    /// </summary>
    IAsyncEnumerable<BrokerEvent> ListenAsync(CancellationToken cancellationToken);
}

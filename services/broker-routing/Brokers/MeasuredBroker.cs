using System.Diagnostics;
using System.Diagnostics.Metrics;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Venues;

namespace AlgoStack.BrokerRouting.Brokers;

/// <summary>
/// A broker whose answers are timed: <c>algostack.broker.request.duration</c> by account, broker and <c>operation</c>, waits for
/// our own budget and repeated questions included; where it failed <c>error.type</c> says what about it.
/// <c>algostack.broker.throttled</c> counts how often the venue refused because we asked too much.
/// </summary>
internal sealed class MeasuredBroker(string account, IBroker broker, TimeProvider clock) : IBroker
{
    private static readonly Meter Meter = new("AlgoStack.Brokers");
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "algostack.broker.request.duration", "s", "How long the venue took to do what it was asked.");

    private static readonly Counter<long> Throttled = Meter.CreateCounter<long>(
        "algostack.broker.throttled", "{request}", "Requests that were not done because of the venue's limits or our own.");

    public string Venue => broker.Venue;

    public bool? IsLive => broker.IsLive;

    public BrokerCapabilities Capabilities => broker.Capabilities;

    public TimeSpan? ClockSkew => broker.ClockSkew;

    public double? BudgetLeft => broker.BudgetLeft;

    public Task<IReadOnlyList<VenueInstrument>> GetInstrumentsAsync(IReadOnlyCollection<string> symbols, CancellationToken cancellationToken) =>
        TimeAsync("instruments", () => broker.GetInstrumentsAsync(symbols, cancellationToken));

    public string SymbolOf(InstrumentId instrument) => broker.SymbolOf(instrument);

    public Task<PlaceResult> PlaceAsync(VenueOrder order, CancellationToken cancellationToken) =>
        TimeAsync("place", () => broker.PlaceAsync(order, cancellationToken), ErrorOf);

    public Task<ChangeResult> CancelAsync(VenueOrderRef order, CancellationToken cancellationToken) =>
        TimeAsync("cancel", () => broker.CancelAsync(order, cancellationToken), ErrorOf);

    public Task<ChangeResult> ReplaceAsync(VenueOrderRef order, VenueOrderChange change, CancellationToken cancellationToken) =>
        TimeAsync("replace", () => broker.ReplaceAsync(order, change, cancellationToken), ErrorOf);

    public Task<OrderLookup> GetOrderAsync(VenueOrderRef order, CancellationToken cancellationToken) =>
        TimeAsync("lookup", () => broker.GetOrderAsync(order, cancellationToken), ErrorOf);

    public Task<(IReadOnlyList<OrderSnapshot> Orders, bool AreComplete)> GetOpenOrdersAsync(
        IReadOnlyCollection<string> symbols, CancellationToken cancellationToken) =>
        TimeAsync("open_orders", () => broker.GetOpenOrdersAsync(symbols, cancellationToken));

    public Task<IReadOnlyList<Execution>> GetExecutionsAsync(
        IReadOnlyCollection<string> symbols, DateTimeOffset since, CancellationToken cancellationToken) =>
        TimeAsync("executions", () => broker.GetExecutionsAsync(symbols, since, cancellationToken));

    public Task<IReadOnlyList<VenuePosition>> GetPositionsAsync(CancellationToken cancellationToken) =>
        TimeAsync("positions", () => broker.GetPositionsAsync(cancellationToken));

    public Task<IReadOnlyList<VenueBalance>> GetBalancesAsync(CancellationToken cancellationToken) =>
        TimeAsync("balances", () => broker.GetBalancesAsync(cancellationToken));

    public Task<MarketHours> GetMarketAsync(CancellationToken cancellationToken) =>
        TimeAsync("market", () => broker.GetMarketAsync(cancellationToken));

    public IAsyncEnumerable<BrokerEvent> ListenAsync(CancellationToken cancellationToken) => broker.ListenAsync(cancellationToken);

    public ValueTask DisposeAsync() => broker.DisposeAsync();

    private async Task<T> TimeAsync<T>(string operation, Func<Task<T>> ask, Func<T, string?>? errorOf = null)
    {
        var started = clock.GetTimestamp();
        try
        {
            var answer = await ask();
            Record(operation, started, errorOf?.Invoke(answer));
            return answer;
        }
        catch (Exception e)
        {
            Record(operation, started, e is BrokerException refused ? refused.Error.Category.ToString() : e.GetType().Name);
            throw;
        }
    }

    private void Record(string operation, long started, string? error)
    {
        var tags = new TagList { { "account", account }, { "broker", Venue }, { "operation", operation } };
        if (error == nameof(BrokerErrorCategory.RateLimited)) Throttled.Add(1, tags);
        if (error is not null) tags.Add("error.type", error);
        Duration.Record(clock.GetElapsedTime(started).TotalSeconds, tags);
    }

    private static string? ErrorOf(PlaceResult result) => result switch
    {
        PlaceResult.Accepted => null,
        PlaceResult.Refused refused => refused.Error.Category.ToString(),
        PlaceResult.AlreadyPlaced => nameof(BrokerErrorCategory.DuplicateClientOrderId),
        // A wait is named only where it is the budget that is spent.
        PlaceResult.NotSent { RetryAfter: not null } => nameof(BrokerErrorCategory.RateLimited),
        PlaceResult.NotSent => "NotSent",
        _ => nameof(BrokerErrorCategory.OutcomeUnknown),
    };

    private static string? ErrorOf(ChangeResult result) => result switch
    {
        ChangeResult.Taken => null,
        ChangeResult.Refused refused => refused.Error.Category.ToString(),
        _ => nameof(BrokerErrorCategory.OutcomeUnknown),
    };

    private static string? ErrorOf(OrderLookup lookup) => lookup switch
    {
        OrderLookup.Found => null,
        OrderLookup.NotFound => nameof(BrokerErrorCategory.OrderNotFound),
        _ => nameof(BrokerErrorCategory.OutcomeUnknown),
    };
}

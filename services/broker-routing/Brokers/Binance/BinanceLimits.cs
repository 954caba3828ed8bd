using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using AlgoStack.Trading.Venues;

namespace AlgoStack.BrokerRouting.Brokers.Binance;

/// <summary>
/// What Binance lets be asked: weight by address and minute, orders by account in 10 seconds and a day. The numbers here are
/// those of its samples; <c>exchangeInfo</c> states its own, and each answer says how much of them is used.
/// </summary>
internal sealed class BinanceLimits(TimeProvider clock)
{
    /// <summary>The status of HTTP of one who went on after a 429, and is shut out.</summary>
    public const int Banned = 418;

    // A refusal for too many orders does not say how long it lasts, and the shortest ban is of two minutes.
    private static readonly TimeSpan OrderPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WeightPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestBan = TimeSpan.FromMinutes(2);

    private readonly Limit _weight = new("REQUEST_WEIGHT", "MINUTE", 1, "X-MBX-USED-WEIGHT-1M", TimeSpan.FromMinutes(1), 6000, clock);
    private readonly Limit _orders = new("ORDERS", "SECOND", 10, "X-MBX-ORDER-COUNT-10S", TimeSpan.FromSeconds(10), 50, clock);
    private readonly Limit _ordersOfDay = new("ORDERS", "DAY", 1, "X-MBX-ORDER-COUNT-1D", TimeSpan.FromDays(1), 160_000, clock);

    private Limit[] All => [_weight, _orders, _ordersOfDay];

    /// <summary>Of the limit that is nearest, from 0 to 1.</summary>
    public double Left => All.Min(l => l.Budget.Left);

    /// <inheritdoc cref="RequestBudget.TakeAsync"/>
    public ValueTask<TimeSpan?> TakeAsync(int weight, RequestPriority priority, TimeSpan mostWait, CancellationToken cancellationToken) =>
        _weight.Budget.TakeAsync(weight, priority, mostWait, cancellationToken);

    /// <summary>Takes what placing an order needs, at once or not at all.</summary>
    /// <inheritdoc cref="RequestBudget.TakeAsync" path="/returns"/>
    public async ValueTask<TimeSpan?> TakeOrderAsync(CancellationToken cancellationToken)
    {
        foreach (var limit in All)
        {
            if (await limit.Budget.TakeAsync(1, RequestPriority.Order, TimeSpan.Zero, cancellationToken) is { } wait) return wait;
        }

        return null;
    }

    /// <summary>What an answer says is used.</summary>
    public void Read(HttpResponseHeaders headers)
    {
        foreach (var limit in All)
        {
            if (headers.TryGetValues(limit.Header, out var values)
                && double.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var used))
            {
                limit.Budget.Correct(limit.Most - used, limit.Most);
            }
        }
    }

    /// <summary>The limits as <c>exchangeInfo</c> states them.</summary>
    public void Read(JsonElement rateLimits)
    {
        foreach (var stated in rateLimits.Elements("rateLimits"))
        {
            var limit = Array.Find(All, l =>
                l.Kind == stated.OptionalText("rateLimitType") && l.Interval == stated.OptionalText("interval") && l.Number == stated.OptionalInteger("intervalNum"));
            if (limit is not null && stated.OptionalInteger("limit") is { } most and > 0) limit.State(most);
        }
    }

    /// <summary>Stands still after a refusal for asking too much; every other is let pass.</summary>
    public void Heed(BrokerError error)
    {
        if (error.Category != BrokerErrorCategory.RateLimited) return;

        if (error.IsBanned) _weight.Budget.CloseFor(error.RetryAfter ?? ShortestBan, banned: true);
        else if (error.VenueCode == "-1015") _orders.Budget.CloseFor(error.RetryAfter ?? OrderPause);
        else _weight.Budget.CloseFor(error.RetryAfter ?? WeightPause);
    }

    private sealed class Limit(
        string kind, string interval, int number, string header, TimeSpan window, double most, TimeProvider clock)
    {
        public string Kind => kind;

        public string Interval => interval;

        public int Number => number;

        public string Header => header;

        public double Most { get; private set; } = most;

        public RequestBudget Budget { get; } = new(clock, most, window);

        public void State(double stated)
        {
            Most = stated;
            Budget.Correct(stated, stated);
        }
    }
}

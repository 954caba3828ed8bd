using AlgoStack.Trading.Accounts;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using AlgoStack.Trading.Venues;

namespace AlgoStack.Engine;

/// <content>Limits, and what counts against them, so that both outlive the process.</content>
public sealed partial class AccountEngine
{
    private const long DayMs = 86_400_000;

    private RiskLimits? _configured;
    private RateWindow? _left;
    private MarketHours _market = MarketHours.Unknown;
    private long _day = long.MinValue;

    /// <summary>The limits that hold.</summary>
    public RiskLimits Limits => _risk.Limits;

    /// <summary>The newest word on them; null where there was none yet.</summary>
    public RiskLimitsChanged? LimitsChanged { get; private set; }

    /// <summary>
    /// Takes the limits that are configured. Where they are what they were the last time, what was asked for since goes on; else
    /// they are the newest word.
    /// </summary>
    public void Configure(RiskLimits limits, DateTimeOffset now)
    {
        if (_configured?.AreAs(limits) != true) Change(limits, RiskLimitsChanged.Configuration, _configured is null ? "first configured" : "configured otherwise", now);
    }

    /// <summary>Other limits hold from now on.</summary>
    public void Change(RiskLimits limits, string reason, DateTimeOffset now) => Change(limits, RiskLimitsChanged.Request, reason, now);

    /// <summary>Takes what the venue says of its hours.</summary>
    public void OnMarket(MarketHours hours) => _market = hours;

    /// <summary>To be called before anything is decided: where a UTC day has begun, its losses and orders count from here.</summary>
    public void BeginDay(DateTimeOffset now)
    {
        var nowMs = now.ToUnixTimeMilliseconds();
        if (!IsOpened || nowMs / DayMs <= _day) return;

        _risk.BeginDay(nowMs);
        TellStrategies(now);
    }

    /// <summary>Takes an order event that is in the log since the newest <see cref="RiskDayBegan"/>: it counts against the limits.</summary>
    /// <param name="intent">Of the order.</param>
    public void Recount(OrderIntent intent, OrderEvent stored)
    {
        if (stored is OrderApproved && !intent.Closes) _risk.Recount(intent);
        else if (stored is OrderFilled fill && _listings.TryGetValue(intent.Instrument, out var listing)) _risk.Book(listing.Index, intent, fill);
    }

    /// <summary>Writes down what strategies hold, and what the day counts from, as it stands.</summary>
    private void TellStrategies(DateTimeOffset now) => Decide(new RiskDayBegan(
        _terms.Account,
        [.. _risk.Today()],
        [.. _risk.Holdings().Select(h => new StrategyHolding(h.Strategy, InstrumentAt(h.Instrument), h.Quantity))],
        [.. _risk.StrategyCash().Select(c => new StrategyCash(c.Strategy, _portfolio.CurrencyOf(c.Ledger), c.Cash))],
        now));

    private void Change(RiskLimits limits, string source, string reason, DateTimeOffset now) =>
        Decide(new RiskLimitsChanged(_terms.Account, source, reason, LimitsChanged?.After, limits, now));

    private void Apply(RiskLimitsChanged changed)
    {
        LimitsChanged = changed;
        if (changed.Source == RiskLimitsChanged.Configuration) _configured = changed.After;
        _risk.Use(changed.After);
    }

    private void Apply(RiskDayBegan began)
    {
        _day = began.At.ToUnixTimeMilliseconds() / DayMs;
        foreach (var (strategy, instrument, _) in _risk.Holdings().ToList()) _risk.Restore(strategy, instrument, 0);
        foreach (var (strategy, ledger, _) in _risk.StrategyCash().ToList()) _risk.Restore(strategy, _portfolio.CurrencyOf(ledger), 0);
        foreach (var holding in began.Holdings)
        {
            if (_listings.TryGetValue(holding.Instrument, out var listing)) _risk.Restore(holding.Strategy, listing.Index, holding.Quantity);
        }

        foreach (var cash in began.Cash.Where(c => _portfolio.Has(c.Currency))) _risk.Restore(cash.Strategy, cash.Currency, cash.Cash);
        foreach (var day in began.Days.Where(d => _portfolio.Has(d.Currency))) _risk.Restore(day);
    }

    /// <summary>What was approved at a rate may have waited since, and must not leave at a higher one. Null where it may leave.</summary>
    private string? TooFast(LiveOrder live, DateTimeOffset now)
    {
        var nowMs = now.ToUnixTimeMilliseconds();
        if (live.Order.Intent.Closes || _risk.Limits.Account.OrdersPerSecond is not { } most || _left?.Holds(most, nowMs) != true) return null;

        live.NotBefore = DateTimeOffset.FromUnixTimeMilliseconds(_left.FreeAtMs(most, nowMs));
        return $"{most} orders have left within a second";
    }

    private MarketStatus MarketOf(Listing listing, DateTimeOffset now) =>
        listing.Terms.IsAlwaysOpen ? MarketStatus.Open : now < _market.Until ? _market.Status : MarketStatus.Unknown;

    private InstrumentId InstrumentAt(int index) => _portfolio.InstrumentOf(index).Id;
}

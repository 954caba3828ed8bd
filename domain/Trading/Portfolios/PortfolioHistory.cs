using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Performance;
using AlgoStack.Trading.Positions;

namespace AlgoStack.Trading.Portfolios;

/// <summary>
/// What an account's fills, and what else became of its positions, come to: lots, closed trades and statistics, each currency by
/// itself. To be fed oldest first, a position's events and its fills in the order of the log; equity may be fed apart from them.
/// A fee in the instrument's own units is commission at the fill's price.
/// </summary>
/// <param name="openings">Equity that each currency began with. Statistics are of those where it is above zero.</param>
public sealed class PortfolioHistory(IReadOnlyDictionary<string, decimal> openings)
{
    private readonly Dictionary<InstrumentId, PositionLots> _lots = [];
    private readonly RoundTrips _roundTrips = new();
    private readonly List<RoundTrip> _trades = [];
    private readonly Dictionary<string, PerformanceTracker> _performance =
        openings.Where(o => o.Value > 0).ToDictionary(o => o.Key, o => new PerformanceTracker(o.Value), StringComparer.Ordinal);

    /// <summary>Positions that were opened and closed again, in the order of their end.</summary>
    public IReadOnlyList<RoundTrip> Trades => _trades;

    /// <summary>Of an instrument that was never held, an empty one.</summary>
    public PositionLots LotsOf(InstrumentId instrument) => _lots.TryGetValue(instrument, out var lots) ? lots : new PositionLots();

    /// <summary>Currencies with statistics.</summary>
    public IEnumerable<string> Currencies => _performance.Keys;

    public void OnFill(InstrumentId instrument, string currency, OrderSide side, OrderFilled fill)
    {
        var ownFee = fill.FeeAsset is { } asset && asset == InstrumentNaming.BaseAsset(new Instrument(instrument, 1, 1, currency)) ? fill.Fee!.Value : 0;
        Trade(instrument, currency, side, fill.Quantity, fill.Price, fill.Commission, ownFee * fill.Price, fill.At);
        if (ownFee > 0) Trade(instrument, currency, OrderSide.Sell, ownFee, Lots(instrument).AtAverageCost.AveragePrice, 0, 0, fill.At);
    }

    /// <summary>Takes what became of a position beside its fills; of those it is told by <see cref="OnFill"/>.</summary>
    public void OnPosition(PositionEvent e)
    {
        switch (e)
        {
            case PositionSplit booked:
                OnSplit(booked);
                break;
            case DividendBooked { Cash: var cash }:
                OnIncome(e, cash);
                break;
            case BorrowCharged { Cash: var cash }:
                OnIncome(e, cash);
                break;
            case PositionAdjusted:
                OnAdjusted(e, Lots(e.Instrument).AtAverageCost);
                break;
        }
    }

    /// <summary>Takes equity at an instant, never before the one before it, without what was paid in or out since the beginning.</summary>
    public void OnEquity(string currency, DateTimeOffset at, decimal equity)
    {
        if (_performance.TryGetValue(currency, out var performance)) performance.OnEquity(at.ToUnixTimeMilliseconds(), (double)equity);
    }

    /// <param name="equity">The newest, as <see cref="OnEquity"/> was told it.</param>
    public PerformanceStatistics Statistics(string currency, decimal equity) => _performance[currency].Statistics(equity);

    private PositionLots Lots(InstrumentId instrument)
    {
        if (!_lots.TryGetValue(instrument, out var lots)) _lots.Add(instrument, lots = new PositionLots());
        return lots;
    }

    /// <param name="ownFee">What a fee in the instrument's own units was worth.</param>
    private void Trade(
        InstrumentId instrument, string currency, OrderSide side, decimal quantity, decimal price, decimal commission, decimal ownFee, DateTimeOffset at)
    {
        var atMs = at.ToUnixTimeMilliseconds();
        Lots(instrument).OnFill(side, quantity, price, commission + ownFee, at);
        if (_roundTrips.OnFill(instrument, side, quantity, price, commission + ownFee, atMs, out var trade)) _trades.Add(trade);
        _performance.GetValueOrDefault(currency)?.OnFill(instrument, side, quantity, price, commission + ownFee, atMs, out _);
    }

    /// <summary>What comes or goes without a trade does so at the average price, so that it realizes nothing at average cost.</summary>
    private void OnAdjusted(PositionEvent e, Position before)
    {
        var change = e.Quantity - before.Quantity;
        if (change == 0) return;

        var price = before.Quantity == 0 ? e.AveragePrice : before.AveragePrice;
        Trade(e.Instrument, e.Currency, change > 0 ? OrderSide.Buy : OrderSide.Sell, Math.Abs(change), price, 0, 0, e.At);
    }

    private void OnIncome(PositionEvent e, decimal amount)
    {
        Lots(e.Instrument).OnIncome(amount);
        _roundTrips.OnIncome(e.Instrument, amount);
        _performance.GetValueOrDefault(e.Currency)?.OnIncome(e.Instrument, amount);
    }

    private void OnSplit(PositionSplit booked)
    {
        var atMs = booked.At.ToUnixTimeMilliseconds();
        Lots(booked.Instrument).OnSplit(booked);
        _performance.GetValueOrDefault(booked.Currency)?.OnSplit(booked, atMs, out _);
        _roundTrips.OnSplit(booked.Instrument, new Split(booked.Instrument, atMs, booked.New, booked.Old), booked.Quantity + booked.Fraction);
        if (booked.Fraction == 0) return;

        var side = booked.Fraction > 0 ? OrderSide.Sell : OrderSide.Buy;
        if (_roundTrips.OnFill(booked.Instrument, side, Math.Abs(booked.Fraction), booked.Price, 0, atMs, out var trade)) _trades.Add(trade);
    }
}

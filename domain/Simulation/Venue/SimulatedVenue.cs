using System.Globalization;
using System.Runtime.InteropServices;
using AlgoStack.Engine;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;

namespace AlgoStack.Simulation.Venue;

/// <summary>What the venue says of an order while it goes through a bar.</summary>
/// <param name="Event"><see cref="OrderFilled"/> or <see cref="OrderCanceled"/>.</param>
/// <param name="IsAtOpen">Whether it happened at the bar's open.</param>
public readonly record struct VenueReport(WorkingOrder Order, OrderEvent Event, bool IsAtOpen);

/// <summary>
/// A venue that fills from bars; the paper broker is this. A bar says where the price has been and not in what order, so
/// there are rules, and in doubt they are the worse ones:
/// <list type="number">
/// <item>An order trades from the first bar on that opens after it has arrived.</item>
/// <item>At the open trade market orders, stops that the open has reached or passed, and limits that it betters: all at the
/// open.</item>
/// <item>After it stops trade where the bar touches them, at their price; then limits, at theirs. So a bar that touches stop
/// and target took the stop.</item>
/// <item>What protects an entry at the open is there for the rest of that bar. Where the entry traded within the bar, only
/// its stop is, since the target may have been touched before.</item>
/// <item>A stop-limit order that is woken trades in the same bar only where its stop is no worse than its limit. A trailing
/// stop follows a bar's best price after the bar.</item>
/// <item>What takes the price there is (market orders and stops) suffers slippage, what waits for its price does not.</item>
/// <item>An account trades no more of a bar than its participation allows, in the order in which its orders came.</item>
/// </list>
/// </summary>
/// <param name="barMs">The length of a bar in milliseconds, which tells when it opened.</param>
public sealed class SimulatedVenue(VenueModel model, long barMs)
{
    private readonly long _latencyMs = (long)model.Latency.TotalMilliseconds;
    private Market[] _markets = [];
    private long _orders;
    private long _trades;
    private int _month;
    private decimal _tradedThisMonth;

    public void Add(Instrument instrument) => _markets = [.. _markets, new Market(instrument)];

    /// <summary>Takes an order; it rests until a bar trades it.</summary>
    /// <param name="acceptedMs">Event time, Unix milliseconds UTC.</param>
    public OrderAccepted Accept(WorkingOrder order, long acceptedMs)
    {
        _markets[order.Instrument].Resting.Add(new Resting(order, acceptedMs + _latencyMs));
        return new OrderAccepted(order.Intent.OrderId, Numbered("SIM-", ++_orders), order.Intent.At);
    }

    /// <summary>Takes an order back.</summary>
    public void Cancel(WorkingOrder order) => _markets[order.Instrument].Resting.RemoveAll(r => r.Order == order);

    /// <summary>Nothing rests for the instrument.</summary>
    public bool IsEmpty(int instrument) => _markets[instrument].Resting.Count == 0;

    /// <summary>Goes through a bar: what rests for its instrument trades or does not.</summary>
    public void OnBar(int instrument, in Bar bar, List<VenueReport> reports)
    {
        var market = _markets[instrument];
        if (market.Resting.Count > 0) GoThrough(market, bar, reports);
    }

    /// <summary>Goes through what is left of a bar with the orders that were accepted in it.</summary>
    /// <param name="withTargets">Whether they were there from the open on.</param>
    public void OnRestOfBar(int instrument, in Bar bar, bool withTargets, List<VenueReport> reports)
    {
        var market = _markets[instrument];
        foreach (ref var resting in CollectionsMarshal.AsSpan(market.Resting)) resting.IsHere = resting.ArrivesMs == bar.CloseMs;
        AfterOpen(market, bar, withTargets, reports);
        market.Resting.RemoveAll(r => r.Order.Leaves == 0);
    }

    private void GoThrough(Market market, in Bar bar, List<VenueReport> reports)
    {
        market.Traded = 0;
        var opensMs = bar.CloseMs - barMs;
        foreach (ref var resting in CollectionsMarshal.AsSpan(market.Resting))
        {
            resting.IsHere = resting.ArrivesMs <= opensMs || (_latencyMs == 0 && resting.ArrivesMs < bar.CloseMs);
            if (resting.IsHere && resting.PriceAtOpen(bar.Open) is { } price) Trade(market, ref resting, price, bar, isAtOpen: true, reports);
        }

        AfterOpen(market, bar, withTargets: true, reports);
        foreach (ref var resting in CollectionsMarshal.AsSpan(market.Resting)) resting.Follow(bar);
        market.Resting.RemoveAll(r => r.Order.Leaves == 0);
    }

    private void AfterOpen(Market market, in Bar bar, bool withTargets, List<VenueReport> reports)
    {
        var resting = CollectionsMarshal.AsSpan(market.Resting);
        foreach (ref var order in resting)
        {
            if (order.IsHere && order.PriceAtStop(bar) is { } price) Trade(market, ref order, price, bar, isAtOpen: false, reports);
        }

        if (!withTargets) return;

        foreach (ref var order in resting)
        {
            if (order.IsHere && order.PriceAtLimit(bar) is { } price) Trade(market, ref order, price, bar, isAtOpen: false, reports);
        }
    }

    private void Trade(Market market, ref Resting resting, double price, in Bar bar, bool isAtOpen, List<VenueReport> reports)
    {
        var order = resting.Order;
        var quantity = Math.Min(order.Leaves, market.Free(model.Participation, bar.Volume));
        if (quantity <= 0) return;

        market.Traded += quantity;
        if (!resting.IsMaker)
        {
            var slip = model.Slippage.Of(price, (double)quantity, bar);
            price = order.IsBuy ? price + slip : price - slip;
        }

        // No slippage makes a seller pay.
        var at = Math.Max(market.Instrument.RoundPrice(price), market.Instrument.Tick);
        var commission = model.Commission.Of(quantity, at, resting.IsMaker, model.Commission.IsTiered ? TradedBefore(bar.CloseTime, quantity) : 0);
        order.Leaves -= quantity;
        reports.Add(new VenueReport(
            order,
            new OrderFilled(
                order.Intent.OrderId, Numbered("SIM-T", ++_trades), quantity, at, commission, order.Leaves, bar.CloseTime),
            isAtOpen));

        if (order.OneCancelsOther is not { } other) return;

        other.Leaves = order.Leaves;
        if (other.Leaves == 0)
        {
            reports.Add(new VenueReport(other, new OrderCanceled(other.Intent.OrderId, "the other of the pair traded", bar.CloseTime), isAtOpen));
        }
    }

    private static string Numbered(string prefix, long number)
    {
        Span<char> text = stackalloc char[32];
        prefix.CopyTo(text);
        number.TryFormat(text[prefix.Length..], out var digits, provider: CultureInfo.InvariantCulture);
        return new string(text[..(prefix.Length + digits)]);
    }

    private decimal TradedBefore(DateTimeOffset at, decimal quantity)
    {
        var month = (at.Year * 12) + at.Month;
        if (month != _month) _tradedThisMonth = 0;
        _month = month;
        var before = _tradedThisMonth;
        _tradedThisMonth += quantity;
        return before;
    }

    private sealed class Market(Instrument instrument)
    {
        public Instrument Instrument { get; } = instrument;

        public List<Resting> Resting { get; } = [];

        /// <summary>Of the bar that is gone through.</summary>
        public decimal Traded { get; set; }

        public decimal Free(double? participation, double volume) =>
            participation is { } share ? Instrument.FloorQuantity((decimal)(share * volume)) - Traded : decimal.MaxValue;
    }

    private struct Resting
    {
        private readonly bool _isBuy;
        private readonly double _limit = double.NaN;
        private readonly double _trail = double.NaN;
        private readonly bool _isMarket;
        private double _stop = double.NaN;

        public Resting(WorkingOrder order, long arrivesMs)
        {
            Order = order;
            ArrivesMs = arrivesMs;
            var intent = order.Intent;
            _isBuy = order.IsBuy;
            _isMarket = intent.Type is OrderType.Market;
            if (_isMarket) return;
            _limit = (double?)intent.LimitPrice ?? double.NaN;
            _stop = (double?)intent.StopPrice ?? double.NaN;
            _trail = (double?)intent.TrailBy ?? double.NaN;
        }

        public WorkingOrder Order { get; }

        public long ArrivesMs { get; }

        public bool IsHere { get; set; }

        /// <summary>It waits for its limit, having none to wake it or being awake.</summary>
        public readonly bool IsMaker => double.IsNaN(_stop) && !double.IsNaN(_limit);

        public double? PriceAtOpen(double open)
        {
            if (_isMarket) return open;
            if (!double.IsNaN(_stop))
            {
                if (!IsReached(open, _stop)) return null;
                if (double.IsNaN(_limit)) return open;
                _stop = double.NaN;
            }

            return IsBettered(open) ? open : null;
        }

        public double? PriceAtStop(in Bar bar)
        {
            if (Order.Leaves == 0 || double.IsNaN(_stop) || !IsReached(_isBuy ? bar.High : bar.Low, _stop)) return null;
            if (double.IsNaN(_limit)) return _stop;

            var stop = _stop;
            _stop = double.NaN;
            if (IsBettered(stop)) return stop;
            IsHere = false;
            return null;
        }

        public readonly double? PriceAtLimit(in Bar bar) =>
            Order.Leaves > 0 && IsMaker && IsBettered(_isBuy ? bar.Low : bar.High) ? _limit : null;

        /// <summary>Moves a trailing stop after the bar.</summary>
        public void Follow(in Bar bar)
        {
            if (double.IsNaN(_trail) || !IsHere) return;
            var stop = _isBuy ? bar.Low + _trail : bar.High - _trail;
            if (!IsReached(_stop, stop)) return;
            _stop = stop;
        }

        // A buyer's stop lies above the price, a seller's below.
        private readonly bool IsReached(double price, double stop) => _isBuy ? price >= stop : price <= stop;

        private readonly bool IsBettered(double price) => _isBuy ? price <= _limit : price >= _limit;
    }
}

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
/// A venue that fills from bars, and from ticks where there are any, see <see cref="OnTick"/>; the paper broker is this. A bar says where the price has been and not in what order, so
/// there are rules, and in doubt they are the worse ones:
/// <list type="number">
/// <item>An order trades from the first bar on that opens after it has arrived.</item>
/// <item>At the open trade market orders, stops that the open has reached or passed, and limits that it betters: all at the
/// open.</item>
/// <item>After it stops trade where the bar touches them, at their price; then limits, at theirs. So a bar that touches stop
/// and target took the stop. What is left of a stop that was reached is a market order.</item>
/// <item>What protects an entry came with it. After an entry at the open it is there from the open on, so that an entry beyond
/// its stop is out again at once. Where the entry traded within the bar, only its stop is there for the rest of it, since the
/// target may have been touched before.</item>
/// <item>A stop-limit order that is woken within a bar trades in it only where its stop is no worse than its limit. A trailing
/// stop follows a bar's best price after the bar.</item>
/// <item>What takes the price there is (market orders and stops) suffers slippage, what waits for its price does not.</item>
/// <item>An account trades no more of a bar than its participation allows, in the order in which its orders came.</item>
/// </list>
/// </summary>
/// <param name="barMs">The length of a bar in milliseconds, which tells when it opened.</param>
public sealed partial class SimulatedVenue(VenueModel model, long barMs)
{
    // The first ones are the same in every run, and a sweep has hundreds of runs.
    private static readonly string?[] OrderNames = new string?[4_096];
    private static readonly string?[] TradeNames = new string?[4_096];

    private readonly long _latencyMs = (long)model.Latency.TotalMilliseconds;
    private readonly long _latencyUs = (long)model.Latency.TotalMicroseconds;
    private Market[] _markets = [];
    private long _orders;
    private long _trades;
    private int _month;
    private decimal _tradedThisMonth;

    public void Add(Instrument instrument) => _markets = [.. _markets, new Market(instrument)];

    /// <summary>Takes an order; it rests until a bar trades it.</summary>
    /// <param name="acceptedMs">Event time, Unix milliseconds UTC.</param>
    public OrderAccepted Accept(WorkingOrder order, long acceptedMs) =>
        Rest(order, new Resting(order, acceptedMs + _latencyMs, (acceptedMs * 1_000) + _latencyUs));

    /// <summary>Takes what protects an entry that traded in a bar: it is there for the rest of the bar, see <see cref="OnRestOfBar"/>.</summary>
    public OrderAccepted Protect(WorkingOrder exit, in Bar bar) =>
        Rest(exit, new Resting(exit, bar.CloseMs - barMs, 0) { IsHere = true });

    /// <summary>Takes an order back.</summary>
    public void Cancel(WorkingOrder order) => _markets[order.Instrument].Resting.RemoveAll(r => r.Order == order);

    /// <summary>What rests for the instrument, in the order in which it came.</summary>
    public IReadOnlyList<WorkingOrder> Waiting(int instrument) => [.. _markets[instrument].Resting.Select(r => r.Order)];

    /// <summary>The price that wakes an order that rests, which of a trailing stop moves; null where none has to, or one was reached.</summary>
    public double? StopOf(WorkingOrder order) =>
        _markets[order.Instrument].Resting.Find(r => r.Order == order) is { Order: not null, IsAsleep: true } resting ? resting.Stop : null;

    /// <summary>Takes the prices of what rests from orders that a split has changed; those of which nothing is left go.</summary>
    public void OnSplit(int instrument, Split split)
    {
        var market = _markets[instrument];
        foreach (ref var resting in CollectionsMarshal.AsSpan(market.Resting)) resting.Split(split, market.Instrument);
        market.Resting.RemoveAll(r => r.Order.Leaves == 0);
    }

    /// <summary>Nothing rests for the instrument.</summary>
    public bool IsEmpty(int instrument) => _markets[instrument].Resting.Count == 0;

    /// <summary>Goes through a bar: what rests for its instrument trades or does not.</summary>
    public void OnBar(int instrument, in Bar bar, List<VenueReport> reports)
    {
        var market = _markets[instrument];
        if (market.Resting.Count > 0) GoThrough(market, bar, reports);
    }

    /// <summary>Goes through what is left of a bar with what protects the entries that traded in it.</summary>
    /// <param name="fromOpen">Whether those traded at the open.</param>
    public void OnRestOfBar(int instrument, in Bar bar, bool fromOpen, List<VenueReport> reports)
    {
        var market = _markets[instrument];
        if (fromOpen) AtOpen(market, bar, reports);
        AfterOpen(market, bar, withTargets: fromOpen, reports);
        market.Resting.RemoveAll(r => r.Order.Leaves == 0);
    }

    private OrderAccepted Rest(WorkingOrder order, Resting resting)
    {
        _markets[order.Instrument].Resting.Add(resting);
        return new OrderAccepted(order.Intent.OrderId, Numbered(OrderNames, "SIM-", ++_orders), order.Intent.At);
    }

    private void GoThrough(Market market, in Bar bar, List<VenueReport> reports)
    {
        market.Traded = 0;
        var opensMs = bar.CloseMs - barMs;
        foreach (ref var resting in CollectionsMarshal.AsSpan(market.Resting))
        {
            resting.IsHere = resting.ArrivesMs <= opensMs || (_latencyMs == 0 && resting.ArrivesMs < bar.CloseMs);
        }

        AtOpen(market, bar, reports);
        market.Resting.RemoveAll(r => r.Order.Leaves == 0);
        if (market.Resting.Count == 0) return;

        AfterOpen(market, bar, withTargets: true, reports);
        foreach (ref var resting in CollectionsMarshal.AsSpan(market.Resting)) resting.End(bar);
        market.Resting.RemoveAll(r => r.Order.Leaves == 0);
    }

    private void AtOpen(Market market, in Bar bar, List<VenueReport> reports)
    {
        foreach (ref var order in CollectionsMarshal.AsSpan(market.Resting))
        {
            if (order.IsHere && order.PriceAtOpen(bar.Open) is { } price) Trade(market, ref order, price, bar, isAtOpen: true, reports);
        }
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
        var quantity = Math.Min(resting.Order.Leaves, market.Free(model.Participation, bar.Volume));
        if (quantity <= 0) return;

        market.Traded += quantity;
        Fill(market, resting, quantity, price, resting.IsMaker, bar, bar.CloseTime, isAtOpen, reports);
    }

    /// <param name="bar">What slippage is worked out from.</param>
    private void Fill(
        Market market, in Resting resting, decimal quantity, double price, bool isMaker, in Bar bar, DateTimeOffset when, bool isAtOpen, List<VenueReport> reports)
    {
        var order = resting.Order;
        if (!isMaker)
        {
            var slip = model.Slippage.Of(price, (double)quantity, bar);
            price = resting.NoWorseThanLimit(order.IsBuy ? price + slip : price - slip);
        }

        // No slippage makes a seller pay, or a buyer more than can be told.
        var at = Math.Max(market.Instrument.RoundPrice(Math.Min(price, Instrument.LargestPrice)), market.Instrument.Tick);
        var commission = model.Commission.Of(quantity, at, isMaker, model.Commission.IsTiered ? TradedBefore(when, quantity) : 0);
        order.Leaves -= quantity;
        reports.Add(new VenueReport(
            order,
            new OrderFilled(
                order.Intent.OrderId, Numbered(TradeNames, "SIM-T", ++_trades), quantity, at, commission, order.Leaves, when),
            isAtOpen));

        if (order.OneCancelsOther is not { } other) return;

        other.Leaves = order.Leaves;
        if (other.Leaves == 0)
        {
            reports.Add(new VenueReport(other, new OrderCanceled(other.Intent.OrderId, "the other of the pair traded", when), isAtOpen));
        }
    }

    private static string Numbered(string?[] names, string prefix, long number) =>
        number < names.Length ? names[number] ??= Numbered(prefix, number) : Numbered(prefix, number);

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

    private sealed partial class Market(Instrument instrument)
    {
        // As much as a gate lets in.
        private const double MostVolume = 1e18;

        public Instrument Instrument { get; } = instrument;

        public List<Resting> Resting { get; } = [];

        /// <summary>Of the bar that is gone through.</summary>
        public decimal Traded { get; set; }

        public decimal Free(double? participation, double volume) =>
            participation is not { } share ? decimal.MaxValue
            : volume > 0 ? Instrument.FloorQuantity((decimal)Math.Min(share * volume, MostVolume)) - Traded
            : 0;
    }

    private partial struct Resting
    {
        private readonly bool _isBuy;
        private double _limit = double.NaN;
        private double _trail = double.NaN;
        private bool _isMarket;
        private double _stop = double.NaN;

        public Resting(WorkingOrder order, long arrivesMs, long arrivesUs)
        {
            Order = order;
            ArrivesMs = arrivesMs;
            ArrivesUs = arrivesUs;
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

        public long ArrivesUs { get; }

        /// <summary>It has had its first tick as a limit order.</summary>
        public bool HasWaited { get; set; }

        /// <summary>It has a part in the bar that is gone through.</summary>
        public bool IsHere { get; set; }

        public readonly double Stop => _stop;

        /// <summary>It waits for its limit, having none to wake it or being awake.</summary>
        public readonly bool IsMaker => double.IsNaN(_stop) && !double.IsNaN(_limit);

        public double? PriceAtOpen(double open)
        {
            if (IsReached(open, _stop)) Wake();
            return _isMarket || (IsMaker && IsBettered(open)) ? open : null;
        }

        public double? PriceAtStop(in Bar bar)
        {
            var stop = _stop;
            if (Order.Leaves == 0 || !IsReached(_isBuy ? bar.High : bar.Low, stop)) return null;

            Wake();
            if (_isMarket || IsBettered(stop)) return stop;
            IsHere = false;
            return null;
        }

        public readonly double? PriceAtLimit(in Bar bar) =>
            Order.Leaves > 0 && IsMaker && IsBettered(_isBuy ? bar.Low : bar.High) ? _limit : null;

        /// <summary>Moves a trailing stop after the bar.</summary>
        public void End(in Bar bar)
        {
            var stop = _isBuy ? bar.Low + _trail : bar.High - _trail;
            if (IsHere && IsReached(_stop, stop)) _stop = stop;
            IsHere = false;
        }

        public void Split(Split split, Instrument instrument)
        {
            var intent = Order.Intent;
            _limit = (double?)intent.LimitPrice ?? double.NaN;
            _trail = (double?)intent.TrailBy ?? double.NaN;
            if (!double.IsNaN(_stop)) _stop = Math.Max((double)instrument.RoundPrice(_stop / split.Ratio), (double)instrument.Tick);
        }

        private void Wake()
        {
            _isMarket = double.IsNaN(_limit);
            _stop = double.NaN;
        }

        // A buyer's stop lies above the price, a seller's below; none, which is NaN, is never reached.
        private readonly bool IsReached(double price, double stop) => _isBuy ? price >= stop : price <= stop;

        private readonly bool IsBettered(double price) => _isBuy ? price <= _limit : price >= _limit;
    }
}

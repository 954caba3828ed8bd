using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;

namespace AlgoStack.Engine;

/// <summary>
/// An account's limits, or those of one of its strategies, and what counts against them. An account's positions are its portfolio's,
/// a strategy's are what its own fills have made of nothing.
/// </summary>
/// <param name="strategy">Null for the account.</param>
internal sealed class RiskBook(PortfolioKeeper portfolio, string? strategy = null)
{
    public const double NoShare = -1;

    // A double tells 15 digits, and sums of them some fewer.
    private const double Doubt = 1e-9;

    private Line[] _lines = [];
    private Purse[] _purses = [];
    private RateWindow? _window;
    private decimal _band;

    public TradingState State { get; set; }

    public TradingLimits Limits { get; private set; } = TradingLimits.None;

    /// <summary>How many have left today.</summary>
    public int Orders { get; private set; }

    public void Use(TradingLimits limits)
    {
        Limits = limits;
        _band = (limits.FatFingerPercent ?? 0) / 100;
        if (limits.OrdersPerSecond is not null) _window ??= new RateWindow();
    }

    /// <summary>With the order and all that is on its way to the same side, the position does not get past zero.</summary>
    public bool IsReducedBy(in RiskQuestion order)
    {
        var (intent, context) = (order.Intent, order.Context);
        if (context.OnlyReduces) return true;
        if (intent.Quantity > RiskEngine.LargestQuantity) return false;
        if (!context.TradesInOrder) return Reach(order) <= 0;
        return intent.Quantity <= (intent.Side == OrderSide.Buy ? -Held(order.Instrument) : Held(order.Instrument));
    }

    /// <summary>With all that is on its way to a side, the position does not get past zero.</summary>
    public bool IsReduced(int instrument, OrderSide side)
    {
        var line = instrument < _lines.Length ? _lines[instrument] : default;
        return side == OrderSide.Buy ? line.Buys <= -Held(instrument) : line.Sells <= Held(instrument);
    }

    /// <summary>Denies an order for itself, whatever it may do to a position.</summary>
    /// <param name="reduces">As <see cref="IsReducedBy"/> has it.</param>
    /// <param name="age">Milliseconds since an order like it left; null where none is remembered.</param>
    public RiskDecision Guard(in RiskQuestion order, bool reduces, long? age)
    {
        var (limits, intent, context) = (Limits, order.Intent, order.Context);
        if (limits.ClockSkewMs is { } skew)
        {
            if (context.ClockSkewMs is not { } found) return Deny(RiskRule.ClockSkewUnknown);
            if (found > skew || found < -skew) return Deny(RiskRule.ClockSkew, found, skew);
        }

        if (limits.OpenMarketOnly && context.Market != MarketStatus.Open)
            return Deny(context.Market == MarketStatus.Closed ? RiskRule.MarketClosed : RiskRule.MarketUnknown);
        if (limits.Restricted is { } restricted && restricted.Contains(intent.Instrument)) return Deny(RiskRule.RestrictedInstrument);

        var decision = GuardPrice(order, reduces);
        if (!decision.IsAllowed) return decision;

        if (limits.OrderQuantity < intent.Quantity) return Deny(RiskRule.OrderQuantity, intent.Quantity, limits.OrderQuantity.Value);
        if (limits.OrderValue is { } value && order.Value > value) return Deny(RiskRule.OrderValue, order.Value, value);
        if (age < limits.DuplicateMs) return Deny(RiskRule.DuplicateOrder, age.Value, limits.DuplicateMs.Value);
        if (limits.OrdersPerSecond is { } most && _window!.Holds(most, context.NowMs)) return Deny(RiskRule.OrderRate, most, most);

        return RiskDecision.Allowed;
    }

    /// <summary>Denies an order that makes a position larger.</summary>
    /// <param name="exposure">As <see cref="With"/> has it, or null where it <see cref="IsFarFromLimits"/>.</param>
    public RiskDecision Limit(in RiskQuestion order, in Exposure? exposure)
    {
        var limits = Limits;
        if (limits.DailyLoss is { } loss && exposure is { } now && First(order.Ledger) - now.Equity is var lost && lost >= loss)
            return Deny(RiskRule.DailyLoss, lost, loss);
        if (limits.DailyTrades <= Orders) return Deny(RiskRule.DailyTrades, Orders, limits.DailyTrades.Value);

        if (limits.PositionQuantity is not null || limits.PositionValue is not null)
        {
            var reach = Reach(order);
            if (limits.PositionQuantity < reach) return Deny(RiskRule.PositionQuantity, reach, limits.PositionQuantity.Value);
            if (limits.PositionValue is { } worth && reach * order.Price > worth) return Deny(RiskRule.PositionValue, reach * order.Price, worth);
        }

        if (exposure is not { } then) return RiskDecision.Allowed;
        if (limits.GrossExposure < then.Gross) return Deny(RiskRule.GrossExposure, then.Gross, limits.GrossExposure.Value);
        return limits.NetExposure < then.Net ? Deny(RiskRule.NetExposure, then.Net, limits.NetExposure.Value) : RiskDecision.Allowed;
    }

    /// <summary>
    /// How much the position would be on the order's side if that side's orders traded and none of the other; in order, what it will be.
    /// </summary>
    public decimal Reach(in RiskQuestion order)
    {
        var held = Held(order.Instrument);
        var line = order.Instrument < _lines.Length ? _lines[order.Instrument] : default;
        var (quantity, isBuy) = (order.Intent.Quantity, order.Intent.Side == OrderSide.Buy);
        return order.Context.TradesInOrder
            ? Math.Abs(held + line.Buys - line.Sells + (isBuy ? quantity : -quantity))
            : quantity + (isBuy ? line.Buys + held : line.Sells - held);
    }

    /// <summary>
    /// Whether equity and exposure, in floating point, are so far within the limits that decimals can say nothing else. Most orders
    /// are, and this takes a fraction of the time.
    /// </summary>
    /// <param name="marginShare">Of gross exposure, which equity has to cover.</param>
    /// <param name="positionShare">Of equity, which a position may be worth.</param>
    public bool IsFarFromLimits(in RiskQuestion order, double marginShare = NoShare, double positionShare = NoShare)
    {
        var (limits, inOrder) = (Limits, order.Context.TradesInOrder);
        var isBuy = order.Intent.Side == OrderSide.Buy;
        var cash = (double)(strategy is null ? portfolio.Cash(order.Instrument) : PurseOf(order.Ledger).Cash);
        double worth = 0, absolute = 0, gross = 0, net = 0, position = 0;
        for (var instrument = 0; instrument < portfolio.Instruments; instrument++)
        {
            if (portfolio.LedgerOf(instrument) != order.Ledger) continue;

            var line = instrument < _lines.Length ? _lines[instrument] : default;
            var (held, last) = portfolio.Estimate(instrument);
            if (strategy is not null) held = line.HeldEstimate;
            var (buys, sells, price) = (line.BuysEstimate, line.SellsEstimate, last);
            if (instrument == order.Instrument)
            {
                price = (double)order.Price;
                if (isBuy) buys += (double)order.Intent.Quantity;
                else sells += (double)order.Intent.Quantity;
                position = (inOrder ? Math.Abs(held + buys - sells) : isBuy ? held + buys : sells - held) * price;
            }

            var (most, least) = inOrder ? (Math.Max(held, held + buys - sells), Math.Min(held, held + buys - sells)) : (held + buys, held - sells);
            worth += held * last;
            absolute += (Math.Abs(held) + buys + sells) * Math.Max(price, last);
            gross += Math.Max(Math.Abs(most), Math.Abs(least)) * price;
            net += (isBuy ? most : -least) * price;
        }

        var (first, equity) = ((double)First(order.Ledger), cash + worth);
        var doubt = Doubt * (Math.Abs(cash) + Math.Abs(first) + absolute);
        return (positionShare == NoShare || position + doubt < (equity - doubt) * positionShare) &&
            (marginShare == NoShare || (gross + doubt) * marginShare < equity - doubt) &&
            !(limits.DailyLoss is { } loss && first - equity + doubt >= (double)loss) &&
            !(limits.GrossExposure is { } mostGross && gross + doubt > (double)mostGross) &&
            !(limits.NetExposure is { } mostNet && net + doubt > (double)mostNet);
    }

    /// <summary>The order's currency with the order.</summary>
    public Exposure With(in RiskQuestion order)
    {
        var isBuy = order.Intent.Side == OrderSide.Buy;
        var equity = strategy is null ? portfolio.Cash(order.Instrument) : PurseOf(order.Ledger).Cash;
        decimal longs = 0, shorts = 0, gross = 0, net = 0;
        for (var instrument = 0; instrument < portfolio.Instruments; instrument++)
        {
            var isOrders = instrument == order.Instrument;
            var isWorking = instrument < _lines.Length && _lines[instrument] is not { BuysEstimate: 0, SellsEstimate: 0 };
            if (portfolio.LedgerOf(instrument) != order.Ledger) continue;

            var (held, last) = (Held(instrument), portfolio.LastPrice(instrument));
            var worth = held * last;
            if (!isOrders && !isWorking)
            {
                if (worth > 0) longs += worth;
                else shorts -= worth;
                continue;
            }

            var (most, least) = Range(instrument, held, isOrders ? order.Intent : null, order.Context.TradesInOrder);
            var price = isOrders ? order.Price : last;
            equity += worth;
            gross += Math.Max(Math.Abs(most), Math.Abs(least)) * price;
            net += (isBuy ? most : -least) * price;
        }

        var lean = isBuy ? longs - shorts : shorts - longs;
        return new Exposure(equity + longs - shorts, gross + longs + shorts, net + lean);
    }

    /// <summary>Signed.</summary>
    public decimal Held(int instrument) =>
        strategy is null ? portfolio.Position(instrument).Quantity : instrument < _lines.Length ? _lines[instrument].Held : 0;

    /// <summary>An order left.</summary>
    public void Count(long nowMs)
    {
        Orders++;
        _window?.Add(nowMs);
    }

    public void Reserve(int instrument, OrderSide side, decimal quantity)
    {
        ref var line = ref LineOf(instrument);
        if (side == OrderSide.Buy) line.Buys += quantity;
        else line.Sells += quantity;
    }

    public void Release(int instrument, OrderSide side, decimal quantity)
    {
        ref var line = ref LineOf(instrument);
        if (side == OrderSide.Buy) line.Buys = Math.Max(line.Buys - quantity, 0);
        else line.Sells = Math.Max(line.Sells - quantity, 0);
    }

    /// <summary>Books a fill of the strategy.</summary>
    public void Book(int instrument, OrderSide side, OrderFilled fill)
    {
        var bought = side == OrderSide.Buy ? fill.Quantity : -fill.Quantity;

        // The purse first: of a strategy that is new, the day's first equity is the one before.
        PurseOf(portfolio.LedgerOf(instrument)).Cash -= (bought * fill.Price) + fill.Commission;
        LineOf(instrument).Held += side == OrderSide.Buy ? Kept(portfolio.InstrumentOf(instrument), fill) : bought;
    }

    /// <summary>What is there to be sold of what was bought: what the venue took of the units themselves is not, nor is a part of a lot.</summary>
    public static decimal Kept(Instrument instrument, OrderFilled fill) =>
        fill is { Fee: { } fee, FeeAsset: { } asset } && asset == InstrumentNaming.BaseAsset(instrument) ? instrument.FloorQuantity(fill.Quantity - fee) : fill.Quantity;

    /// <summary>Hands units over, at the last price: the strategy's equity stays what it was.</summary>
    /// <param name="held">Signed; what is held from then on.</param>
    public void HandOver(int instrument, decimal held)
    {
        ref var line = ref LineOf(instrument);
        PurseOf(portfolio.LedgerOf(instrument)).Cash += (line.Held - held) * portfolio.LastPrice(instrument);
        line.Held = held;
    }

    /// <summary>What a strategy holds becomes whole lots of new shares, and what is less than one is paid out at the last price, divided.</summary>
    public void Book(int instrument, Split split)
    {
        ref var line = ref LineOf(instrument);
        var shares = split.Quantity(Math.Abs(line.Held));
        var kept = portfolio.InstrumentOf(instrument).FloorQuantity(shares);
        var side = Math.Sign(line.Held);
        line.Held = side * kept;
        PurseOf(portfolio.LedgerOf(instrument)).Cash += side * (shares - kept) * split.Price(portfolio.LastPrice(instrument));
    }

    public void Book(int instrument, CashDividend dividend) =>
        PurseOf(portfolio.LedgerOf(instrument)).Cash += LineOf(instrument).Held * dividend.Amount;

    /// <summary>The day's first equity of a currency is the one at its first order, where it is newer than the day.</summary>
    public void See(int ledger) => PurseOf(ledger);

    /// <summary>From here on a day's losses and orders count.</summary>
    public void BeginDay()
    {
        Orders = 0;
        OpenBooks();
    }

    /// <summary>The equity now is the day's first.</summary>
    public void OpenBooks()
    {
        for (var ledger = 0; ledger < portfolio.Currencies; ledger++) PurseOf(ledger).First = Equity(ledger);
    }

    /// <summary>An order left before a restart, which its day remembers and its second does not.</summary>
    public void Recount() => Orders++;

    public decimal Cash(int ledger) => PurseOf(ledger).Cash;

    public void Restore(int instrument, decimal quantity) => LineOf(instrument).Held = quantity;

    public void RestoreCash(int ledger, decimal cash) => PurseOf(ledger).Cash = cash;

    public void RestoreDay(int ledger, decimal equity, int orders)
    {
        Orders = orders;
        PurseOf(ledger).First = equity;
    }

    /// <summary>The day's first equity of a currency.</summary>
    public decimal First(int ledger) => PurseOf(ledger).First;

    public RiskDecision Deny(RiskRule rule, decimal found = 0, decimal limit = 0, decimal of = 0) =>
        new(rule, strategy is null ? RiskScope.Account : RiskScope.Strategy, strategy, found, limit, of);

    private RiskDecision GuardPrice(in RiskQuestion order, bool reduces)
    {
        var limits = Limits;
        if (limits.PriceAgeMs is null && limits.FatFingerPercent is null) return RiskDecision.Allowed;

        // A position can be made smaller while nobody knows what it is worth.
        if (order.Context.LastPrice is not ({ } last and > 0 and <= RiskEngine.LargestPrice)) return reduces ? RiskDecision.Allowed : Deny(RiskRule.NoPrice);
        if (limits.PriceAgeMs is { } oldest && !reduces && order.Context.NowMs - order.Context.LastPriceMs is var age && age > oldest)
            return Deny(RiskRule.StalePrice, age, oldest);
        if (limits.FatFingerPercent is not { } percent) return RiskDecision.Allowed;

        var (intent, band) = (order.Intent, last * _band);
        if (intent.LimitPrice is { } limit && Math.Abs(limit - last) > band) return Deny(RiskRule.FatFinger, limit, percent, last);
        if (intent.StopPrice is { } stop && Math.Abs(stop - last) > band) return Deny(RiskRule.FatFinger, stop, percent, last);
        if (intent.ReferencePrice > 0 && Math.Abs(intent.ReferencePrice - last) > band)
            return Deny(RiskRule.FatFinger, intent.ReferencePrice, percent, last);
        return RiskDecision.Allowed;
    }

    /// <summary>The most and the least that may be held of an instrument, with the order where it is its.</summary>
    private (decimal Most, decimal Least) Range(int instrument, decimal held, OrderIntent? intent, bool inOrder)
    {
        var line = instrument < _lines.Length ? _lines[instrument] : default;
        if (intent is { Side: OrderSide.Buy }) line.Buys += intent.Quantity;
        else if (intent is not null) line.Sells += intent.Quantity;
        if (!inOrder) return (held + line.Buys, held - line.Sells);

        var end = held + line.Buys - line.Sells;
        return (Math.Max(held, end), Math.Min(held, end));
    }

    private decimal Equity(int ledger)
    {
        if (strategy is null) return portfolio.EquityOf(ledger);

        var equity = PurseOf(ledger).Cash;
        for (var instrument = 0; instrument < _lines.Length; instrument++)
        {
            var held = _lines[instrument].Held;
            if (held != 0 && portfolio.LedgerOf(instrument) == ledger) equity += held * portfolio.LastPrice(instrument);
        }

        return equity;
    }

    private ref Line LineOf(int instrument)
    {
        if (instrument >= _lines.Length) Array.Resize(ref _lines, portfolio.Instruments);
        return ref _lines[instrument];
    }

    private ref Purse PurseOf(int ledger)
    {
        var known = _purses.Length;
        if (ledger >= known)
        {
            Array.Resize(ref _purses, portfolio.Currencies);
            for (var added = known; added < _purses.Length; added++) _purses[added].First = Equity(added);
        }

        return ref _purses[ledger];
    }

    /// <summary>Of one instrument: what a strategy holds, and what is on its way.</summary>
    private struct Line
    {
        private decimal _held;
        private decimal _buys;
        private decimal _sells;

        public decimal Held
        {
            readonly get => _held;
            set
            {
                _held = value;
                HeldEstimate = (double)value;
            }
        }

        public decimal Buys
        {
            readonly get => _buys;
            set
            {
                _buys = value;
                BuysEstimate = (double)value;
            }
        }

        public decimal Sells
        {
            readonly get => _sells;
            set
            {
                _sells = value;
                SellsEstimate = (double)value;
            }
        }

        public double HeldEstimate { get; private set; }

        public double BuysEstimate { get; private set; }

        public double SellsEstimate { get; private set; }
    }

    /// <summary>Of one currency: what a strategy's trades have come to so far, and the day's first equity.</summary>
    private struct Purse
    {
        public decimal Cash;
        public decimal First;
    }
}

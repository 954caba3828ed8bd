using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;

namespace AlgoStack.Engine.Tests;

/// <summary>
/// What README.md says of the rules, computed from lists of all that ever happened and none of the engine's code: which codes an
/// order is denied with, in order, and whose limits they are.
/// </summary>
internal sealed class PlainRisk(Instrument[] instruments, decimal balance)
{
    private const long DayMs = 86_400_000;

    private readonly List<Left> _left = [];
    private readonly List<Traded> _trades = [];
    private readonly Dictionary<(string? Strategy, string Currency), decimal> _first = [];
    private long _day = long.MinValue;
    private int _rateSince = int.MaxValue;
    private readonly Dictionary<string, int> _strategyRateSince = new(StringComparer.Ordinal);
    private int _duplicatesSince = int.MaxValue;
    private RiskLimits _limits = RiskLimits.Default;

    public decimal[] Prices { get; } = new decimal[instruments.Length];

    public TradingState Global { get; set; }

    public TradingState Account { get; set; }

    public Dictionary<string, TradingState> States { get; } = new(StringComparer.Ordinal);

    public HashSet<string> Called { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<Left> Working => [.. _left.Where(l => l.Leaves > 0)];

    public void Use(RiskLimits limits)
    {
        _limits = limits;
        if (limits.Account.OrdersPerSecond is not null) _rateSince = Math.Min(_rateSince, _left.Count);
        foreach (var (strategy, of) in limits.Strategies)
        {
            if (of.OrdersPerSecond is not null) _strategyRateSince.TryAdd(strategy, _left.Count);
        }

        if (limits.Account.DuplicateMs is not null || limits.Strategies.Values.Any(l => l.DuplicateMs is not null))
            _duplicatesSince = Math.Min(_duplicatesSince, _left.Count);
    }

    public void BeginDay(long nowMs)
    {
        if (nowMs / DayMs <= _day) return;

        _day = nowMs / DayMs;
        foreach (var currency in instruments.Select(i => i.Currency).Distinct(StringComparer.Ordinal))
        {
            foreach (var strategy in (string?[])[null, .. _left.Select(l => l.Intent.Strategy).Distinct(StringComparer.Ordinal)])
                _first[(strategy, currency)] = Equity(strategy, currency);
        }
    }

    public void Allow(int instrument, OrderIntent intent, RiskContext context) =>
        _left.Add(new Left(instrument, intent, context.NowMs, context.OnlyReduces) { Leaves = intent.Quantity });

    public void Fill(Left order, decimal quantity, decimal price, decimal commission)
    {
        order.Leaves -= quantity;
        _trades.Add(new Traded(order.Instrument, order.Intent.Strategy, order.Intent.Side == OrderSide.Buy ? quantity : -quantity, price, commission));
    }

    public decimal Equity(string? strategy, string currency) =>
        (strategy is null ? balance : 0) + Of(strategy).Where(t => CurrencyOf(t.Instrument) == currency)
            .Sum(t => (t.Bought * (Prices[t.Instrument] - t.Price)) - t.Commission);

    public decimal Gross(string currency) => Indices(currency).Sum(i => Math.Abs(Held(null, i)) * Prices[i]);

    public IEnumerable<(string Code, string? Strategy)> Denials(int instrument, OrderIntent intent, RiskContext context)
    {
        BeginDay(context.NowMs);
        var asked = new Asked(instrument, intent, context, Worth(intent, context.LastPrice));
        var state = States.GetValueOrDefault(intent.Strategy);
        if (Global == TradingState.Halted || Account == TradingState.Halted) yield return ("halted", null);
        if (state == TradingState.Halted) yield return ("halted", intent.Strategy);
        if ((Global == TradingState.Reducing || Account == TradingState.Reducing) && !Reduces(null, asked)) yield return ("reduce_only", null);
        if (state == TradingState.Reducing && !Reduces(intent.Strategy, asked)) yield return ("reduce_only", intent.Strategy);

        foreach (var code in Form(asked)) yield return (code, null);
        foreach (var code in Own(null, _limits.Account, asked)) yield return (code, null);
        if (_limits.Margin is not null && Called.Contains(CurrencyOf(instrument))) yield return ("margin_call", null);
        if (!Reduces(null, asked))
        {
            foreach (var code in Money(asked)) yield return (code, null);
            foreach (var code in Larger(null, _limits.Account, asked)) yield return (code, null);
        }

        if (!_limits.Strategies.TryGetValue(intent.Strategy, out var limits)) yield break;
        foreach (var code in Own(intent.Strategy, limits, asked)) yield return (code, intent.Strategy);
        if (Reduces(intent.Strategy, asked)) yield break;
        foreach (var code in Larger(intent.Strategy, limits, asked)) yield return (code, intent.Strategy);
    }

    private IEnumerable<string> Form(Asked asked)
    {
        var (intent, instrument) = (asked.Intent, instruments[asked.Instrument]);
        if (intent.Quantity < instrument.Lot) yield return "quantity_below_lot";
        if (decimal.Truncate(intent.Quantity / instrument.Lot) != intent.Quantity / instrument.Lot) yield return "quantity_off_lot";
        if (intent.Type is OrderType.Limit or OrderType.StopLimit && intent.LimitPrice is null) yield return "price_invalid";
        if (intent.Type is OrderType.Stop or OrderType.StopLimit && intent.StopPrice is null) yield return "price_invalid";
        if (intent.Type is OrderType.TrailingStop && intent.TrailBy is null) yield return "price_invalid";
        foreach (var price in (decimal?[])[intent.LimitPrice, intent.StopPrice, intent.TrailBy])
        {
            if (price <= 0) yield return "price_invalid";
            if (price is { } named && decimal.Truncate(named / instrument.Tick) != named / instrument.Tick) yield return "price_off_tick";
        }

        if (asked.Price <= 0 && !Reduces(null, asked)) yield return "no_price";
    }

    private IEnumerable<string> Own(string? strategy, TradingLimits limits, Asked asked)
    {
        var (intent, context) = (asked.Intent, asked.Context);
        if (limits.ClockSkewMs is not null && !(Math.Abs(context.ClockSkewMs ?? long.MaxValue) <= limits.ClockSkewMs)) yield return "clock_skew";
        if (limits.OpenMarketOnly && context.Market != MarketStatus.Open) yield return "market_closed";
        if (limits.Restricted?.Contains(intent.Instrument) == true) yield return "restricted_instrument";
        var last = context.LastPrice > 0 ? context.LastPrice : null;
        if ((limits.PriceAgeMs is not null || limits.FatFingerPercent is not null) && last is null && !Reduces(strategy, asked)) yield return "no_price";
        if (last is not null && context.NowMs - context.LastPriceMs > limits.PriceAgeMs && !Reduces(strategy, asked)) yield return "stale_price";
        foreach (var price in (decimal?[])[intent.LimitPrice, intent.StopPrice, intent.ReferencePrice > 0 ? intent.ReferencePrice : null])
        {
            if (price > last * (1 + (limits.FatFingerPercent / 100)) || price < last * (1 - (limits.FatFingerPercent / 100))) yield return "fat_finger";
        }

        if (intent.Quantity > limits.OrderQuantity) yield return "order_quantity_limit";
        if (intent.Quantity * asked.Price > limits.OrderValue) yield return "order_value_limit";
        var alike = _left.Skip(_duplicatesSince).Where(l => l.Intent with { OrderId = intent.OrderId, ReferencePrice = intent.ReferencePrice } == intent);
        if (alike.Any(l => context.NowMs - l.AtMs < limits.DuplicateMs)) yield return "duplicate_order";
        var since = strategy is null ? _rateSince : _strategyRateSince.GetValueOrDefault(strategy, int.MaxValue);
        var within = _left.Skip(since).Count(l => (strategy is null || l.Intent.Strategy == strategy) && context.NowMs - l.AtMs < 1_000);
        if (within >= limits.OrdersPerSecond) yield return "order_rate";
    }

    private IEnumerable<string> Money(Asked asked)
    {
        var currency = CurrencyOf(asked.Instrument);
        var equity = Equity(null, currency);
        if (_limits.Margin is { } margin)
        {
            if (GrossWith(null, asked) * margin.InitialPercent / 100 > equity) yield return "insufficient_margin";
        }
        else if (asked.Intent.Side == OrderSide.Buy)
        {
            var cash = balance - _trades.Where(t => CurrencyOf(t.Instrument) == currency).Sum(t => (t.Bought * t.Price) + t.Commission);
            var waiting = _left.Where(l => l.IsCounted && l.Intent.Side == OrderSide.Buy && CurrencyOf(l.Instrument) == currency)
                .Sum(l => l.Leaves * Worth(l.Intent, null));
            if (asked.Intent.Quantity * asked.Price > cash - waiting) yield return "insufficient_cash";
        }

        if (Reach(null, asked) * asked.Price > equity * _limits.PositionPercent / 100) yield return "position_limit";
    }

    private IEnumerable<string> Larger(string? strategy, TradingLimits limits, Asked asked)
    {
        var currency = CurrencyOf(asked.Instrument);
        if (_first.GetValueOrDefault((strategy, currency)) - Equity(strategy, currency) >= limits.DailyLoss) yield return "daily_loss_limit";
        var today = _left.Count(l => (strategy is null || l.Intent.Strategy == strategy) && l.AtMs / DayMs == _day);
        if (today >= limits.DailyTrades) yield return "daily_trade_limit";
        var reach = Reach(strategy, asked);
        if (reach > limits.PositionQuantity) yield return "position_limit";
        if (reach * asked.Price > limits.PositionValue) yield return "position_limit";
        if (GrossWith(strategy, asked) > limits.GrossExposure) yield return "gross_exposure_limit";
        var side = asked.Intent.Side == OrderSide.Buy ? 1 : -1;
        var net = Indices(currency).Sum(i => i == asked.Instrument
            ? Reach(strategy, asked) * asked.Price
            : ((side * Held(strategy, i)) + Waiting(strategy, i, asked.Intent.Side)) * Prices[i]);
        if (asked.Context.TradesInOrder)
        {
            net = Indices(currency).Sum(i => Math.Max(side * Held(strategy, i), side * InTheEnd(strategy, asked, i)) * (i == asked.Instrument ? asked.Price : Prices[i]));
        }

        if (net > limits.NetExposure) yield return "net_exposure_limit";
    }

    private decimal GrossWith(string? strategy, Asked asked) => Indices(CurrencyOf(asked.Instrument)).Sum(i =>
    {
        if (asked.Context.TradesInOrder)
            return Math.Max(Math.Abs(Held(strategy, i)), Math.Abs(InTheEnd(strategy, asked, i))) * (i == asked.Instrument ? asked.Price : Prices[i]);

        var orders = _left.Where(l => l.IsCounted && l.Instrument == i && (strategy is null || l.Intent.Strategy == strategy)).Select(l => l.Signed).ToList();
        if (i == asked.Instrument) orders.Add(asked.Intent.Side == OrderSide.Buy ? asked.Intent.Quantity : -asked.Intent.Quantity);
        var held = Held(strategy, i);
        var worst = Math.Max(Math.Abs(held + orders.Where(o => o > 0).Sum()), Math.Abs(held + orders.Where(o => o < 0).Sum()));
        return worst * (i == asked.Instrument ? asked.Price : Prices[i]);
    });

    /// <summary>What is held once all has traded.</summary>
    private decimal InTheEnd(string? strategy, Asked asked, int instrument)
    {
        var bought = asked.Intent.Side == OrderSide.Buy ? asked.Intent.Quantity : -asked.Intent.Quantity;
        return Held(strategy, instrument) + Waiting(strategy, instrument, OrderSide.Buy) - Waiting(strategy, instrument, OrderSide.Sell) +
            (instrument == asked.Instrument ? bought : 0);
    }

    private bool Reduces(string? strategy, Asked asked)
    {
        if (asked.Context.OnlyReduces) return true;
        if (!asked.Context.TradesInOrder) return Reach(strategy, asked) <= 0;

        var held = Held(strategy, asked.Instrument);
        return asked.Intent.Side == OrderSide.Buy ? held + asked.Intent.Quantity <= 0 : held - asked.Intent.Quantity >= 0;
    }

    private decimal Reach(string? strategy, Asked asked) => asked.Context.TradesInOrder
        ? Math.Abs(InTheEnd(strategy, asked, asked.Instrument))
        : ((asked.Intent.Side == OrderSide.Buy ? 1 : -1) * Held(strategy, asked.Instrument)) + Waiting(strategy, asked.Instrument, asked.Intent.Side) + asked.Intent.Quantity;

    private decimal Held(string? strategy, int instrument) => Of(strategy).Where(t => t.Instrument == instrument).Sum(t => t.Bought);

    private decimal Waiting(string? strategy, int instrument, OrderSide side) => _left
        .Where(l => l.IsCounted && l.Instrument == instrument && l.Intent.Side == side && (strategy is null || l.Intent.Strategy == strategy))
        .Sum(l => l.Leaves);

    private IEnumerable<Traded> Of(string? strategy) => _trades.Where(t => strategy is null || t.Strategy == strategy);

    private IEnumerable<int> Indices(string currency) => Enumerable.Range(0, instruments.Length).Where(i => CurrencyOf(i) == currency);

    private string CurrencyOf(int instrument) => instruments[instrument].Currency;

    private static decimal Worth(OrderIntent intent, decimal? last) => intent.Side == OrderSide.Buy && intent.LimitPrice is { } limit
        ? limit
        : ((decimal[])[0, intent.ReferencePrice, intent.LimitPrice ?? 0, intent.StopPrice ?? 0, last ?? 0]).Max();

    internal sealed record Left(int Instrument, OrderIntent Intent, long AtMs, bool OnlyReduces)
    {
        public decimal Leaves { get; set; }

        public bool IsCounted => !OnlyReduces && Leaves > 0;

        public decimal Signed => Intent.Side == OrderSide.Buy ? Leaves : -Leaves;
    }

    private sealed record Traded(int Instrument, string Strategy, decimal Bought, decimal Price, decimal Commission);

    private sealed record Asked(int Instrument, OrderIntent Intent, RiskContext Context, decimal Price);
}

using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Portfolios;
using AlgoStack.Trading.Risk;

namespace AlgoStack.Engine;

/// <summary>
/// Says whether an order may leave: the account's rules first, then its strategy's, and the first that denies is the answer. The
/// rules, their order and what each asks are in README.md. No decision allocates. One caller at a time, as its account has one
/// owner.
/// </summary>
public sealed class RiskEngine
{
    /// <summary>The most units of one order.</summary>
    public const decimal LargestQuantity = LargestFigures.Quantity;

    /// <summary>The most that one order may be worth: decimal holds some ten thousand times as much.</summary>
    public const decimal LargestValue = LargestFigures.Value;

    internal const decimal LargestPrice = LargestFigures.Price;

    private const long DayMs = 86_400_000;

    private readonly PortfolioKeeper _portfolio;
    private readonly RiskBook _account;
    private readonly Dictionary<string, RiskBook> _strategies = new(StringComparer.Ordinal);
    private readonly List<decimal> _workingCost = [];
    private readonly HashSet<int> _called = [];
    private RecentOrders? _recent;
    private RiskLimits _limits = RiskLimits.Default;
    private decimal _positionShare;
    private double _marginShare;
    private long _day = long.MinValue;

    public RiskEngine(PortfolioKeeper portfolio, RiskLimits limits)
    {
        _portfolio = portfolio;
        _account = new RiskBook(portfolio);
        Use(limits);
    }

    /// <summary>See <see cref="Use"/>.</summary>
    public RiskLimits Limits => _limits;

    /// <summary>Everybody's switch, as this account was told.</summary>
    public TradingState Global { get; set; }

    /// <summary>The account's own switch.</summary>
    public TradingState State => _account.State;

    public void Halt() => Switch(TradingState.Halted);

    public void Resume() => Switch(TradingState.Active);

    public void Switch(TradingState state) => _account.State = state;

    public void Switch(string strategy, TradingState state) => BookOf(strategy).State = state;

    /// <summary>The switches that an order of the strategy passes.</summary>
    public TradingStates StatesOf(string strategy) =>
        new(Global, _account.State, _strategies.TryGetValue(strategy, out var book) ? book.State : TradingState.Active);

    /// <summary>
    /// From now on these are the limits. What counts against them goes on; but orders count toward a rate, or as ones that another
    /// may be like, only from when there is such a limit.
    /// </summary>
    public void Use(RiskLimits limits)
    {
        _limits = limits;
        _positionShare = limits.PositionPercent / 100;
        _marginShare = limits.Margin is { } margin ? (double)margin.InitialPercent / 100 : RiskBook.NoShare;
        _account.Use(limits.Account);
        foreach (var strategy in limits.Strategies.Keys) BookOf(strategy);
        foreach (var (strategy, book) in _strategies) book.Use(LimitsOf(strategy));
        if (limits.Account.DuplicateMs is not null || limits.Strategies.Values.Any(l => l.DuplicateMs is not null)) _recent ??= new RecentOrders();
    }

    /// <summary>Decides, and from then on counts an allowed order as working until it has traded or is released.</summary>
    public RiskDecision Check(int instrument, OrderIntent intent, in RiskContext context)
    {
        BeginDay(context.NowMs);
        var ledger = _portfolio.LedgerOf(instrument);
        _account.See(ledger);
        _strategies.TryGetValue(intent.Strategy, out var strategy);
        var order = new RiskQuestion(instrument, ledger, intent, PriceOf(intent, context.LastPrice), context);

        var decision = Decide(order, strategy, out var alike);
        if (!decision.IsAllowed) return decision;

        _account.Count(context.NowMs);
        strategy ??= BookOf(intent.Strategy);
        strategy.Count(context.NowMs);
        _recent?.Add(intent, alike, context.NowMs);
        if (!context.OnlyReduces) Reserve(instrument, intent, intent.Quantity, strategy);
        return decision;
    }

    /// <summary>What <see cref="Check(int, OrderIntent, in RiskContext)"/> would say, with nothing counted.</summary>
    public RiskDecision Foresee(int instrument, OrderIntent intent, in RiskContext context)
    {
        BeginDay(context.NowMs);
        var ledger = _portfolio.LedgerOf(instrument);
        _strategies.TryGetValue(intent.Strategy, out var strategy);
        return Decide(new RiskQuestion(instrument, ledger, intent, PriceOf(intent, context.LastPrice), context), strategy, out _);
    }

    /// <inheritdoc cref="Check(int, OrderIntent, in RiskContext)"/>
    public RiskDecision Check(WorkingOrder order) =>
        Check(order.Instrument, order.Intent, RiskContext.AtEvent(order.Intent, order.IsExit));

    /// <summary>
    /// From now on so much of an order counts as working that nobody asks leave for: one that a margin call wants, that a split
    /// changed, that was found at the venue; or what a venue is about to report beyond an order's quantity.
    /// </summary>
    public void Reserve(int instrument, OrderIntent intent, decimal quantity, bool onlyReduces = false)
    {
        if (!onlyReduces) Reserve(instrument, intent, quantity, BookOf(intent.Strategy));
    }

    /// <inheritdoc cref="Reserve(int, OrderIntent, decimal, bool)"/>
    public void Reserve(WorkingOrder order) => Reserve(order.Instrument, order.Intent, order.Leaves, order.IsExit);

    /// <summary>So much of an order will not trade: rejected, canceled, expired, or replaced by another that was asked for.</summary>
    public void Release(int instrument, OrderIntent intent, decimal quantity, bool onlyReduces = false)
    {
        if (onlyReduces) return;

        _account.Release(instrument, intent.Side, quantity);
        BookOf(intent.Strategy).Release(instrument, intent.Side, quantity);
        AddCost(instrument, intent, -quantity);
    }

    /// <inheritdoc cref="Release(int, OrderIntent, decimal, bool)"/>
    public void Release(WorkingOrder order) => Release(order.Instrument, order.Intent, order.Leaves, order.IsExit);

    /// <summary>An order traded. The portfolio books it for the account, this for the strategy.</summary>
    public void OnFill(int instrument, OrderIntent intent, OrderFilled fill, bool onlyReduces = false)
    {
        Release(instrument, intent, fill.Quantity, onlyReduces);
        Book(instrument, intent, fill);
    }

    /// <summary>
    /// Books what an order traded for its strategy alone. What closes an account closes what its strategies hold, one after the
    /// other by their names, and then what was nobody's.
    /// </summary>
    public void Book(int instrument, OrderIntent intent, OrderFilled fill)
    {
        if (intent is { Closes: true, Strategy: AccountEngine.Closing })
        {
            var left = fill.Quantity;
            foreach (var (_, book) in _strategies.OrderBy(s => s.Key, StringComparer.Ordinal))
            {
                var held = book.Held(instrument);
                var part = Math.Min(left, intent.Side == OrderSide.Sell ? held : -held);
                if (part <= 0) continue;

                book.Book(instrument, intent.Side, PartOf(fill, part));
                left -= part;
            }

            return;
        }

        BookOf(intent.Strategy).Book(instrument, intent.Side, fill);
    }

    /// <summary>
    /// The account holds less than its orders have made: strategies that together would hold more than it has give it up at the last
    /// price, one after the other by their names. False where none has to.
    /// </summary>
    public bool GiveUp(int instrument)
    {
        var given = false;
        var rest = _portfolio.Position(instrument).Quantity - _strategies.Values.Sum(b => b.Held(instrument));
        foreach (var (_, book) in _strategies.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            var held = book.Held(instrument);
            if (rest == 0 || held == 0 || decimal.Sign(held) != -decimal.Sign(rest)) continue;

            var kept = decimal.Sign(held) * _portfolio.InstrumentOf(instrument).FloorQuantity(Math.Max(Math.Abs(held) - Math.Abs(rest), 0));
            book.HandOver(instrument, kept);
            rest = decimal.Sign(rest) * Math.Max(Math.Abs(rest) - Math.Abs(held - kept), 0);
            given = true;
        }

        return given;
    }

    /// <summary>So much is held of a strategy's from here on, which hands over what it held beyond at the last price.</summary>
    public void HandOver(string strategy, int instrument, decimal held) => BookOf(strategy).HandOver(instrument, held);

    /// <summary>What a strategy's own orders have made of nothing: signed.</summary>
    public decimal Held(string strategy, int instrument) => _strategies.TryGetValue(strategy, out var book) ? book.Held(instrument) : 0;

    /// <summary>
    /// Whether an order that counts as working, with all others of its side, only makes smaller what the account holds, or its
    /// strategy, whichever is told to reduce.
    /// </summary>
    public bool Reduces(int instrument, OrderIntent intent)
    {
        var states = StatesOf(intent.Strategy);
        var ofAccount = states.Global == TradingState.Reducing || states.Account == TradingState.Reducing;
        return (!ofAccount || _account.IsReduced(instrument, intent.Side)) &&
            (states.Strategy != TradingState.Reducing || BookOf(intent.Strategy).IsReduced(instrument, intent.Side));
    }

    /// <inheritdoc cref="OnFill(int, OrderIntent, OrderFilled, bool)"/>
    public void OnFill(WorkingOrder order, OrderFilled fill) => OnFill(order.Instrument, order.Intent, fill, order.IsExit);

    /// <summary>A split or a dividend of what strategies hold, before the portfolio books it. Orders that wait are the caller's to release and reserve.</summary>
    public void OnAction(int instrument, CorporateAction action)
    {
        foreach (var book in _strategies.Values)
        {
            if (action is Split split) book.Book(instrument, split);
            else if (action is CashDividend dividend) book.Book(instrument, dividend);
        }
    }

    /// <summary>
    /// Where a UTC day has begun since the last call, its first equity is the one now and no order has left yet: true. An order
    /// that asks does the same, if nobody has. A clock that was set back begins no day again.
    /// </summary>
    public bool BeginDay(long nowMs)
    {
        var day = nowMs / DayMs;
        if (day <= _day) return false;

        _day = day;
        _account.BeginDay();
        foreach (var book in _strategies.Values) book.BeginDay();
        return true;
    }

    /// <summary>The account's books have begun: the equity now is its day's first, though orders may have asked before.</summary>
    public void OpenBooks() => _account.OpenBooks();

    /// <summary>What a day's limits count from, of the account and of each strategy, in each currency.</summary>
    public IEnumerable<RiskDay> Today()
    {
        for (var ledger = 0; ledger < _portfolio.Currencies; ledger++)
        {
            yield return DayOf(strategy: null, _account, ledger);
            foreach (var (strategy, book) in _strategies) yield return DayOf(strategy, book, ledger);
        }
    }

    /// <summary>
    /// Goes on with a day from before a restart, or with another first equity where money came in or went out; a day that is over
    /// is let go. The portfolio is as it was by then.
    /// </summary>
    /// <exception cref="ArgumentException">No instrument is quoted in the currency.</exception>
    public void Restore(in RiskDay day)
    {
        if (day.Day < _day) return;

        BeginDay(day.Day * DayMs);
        (day.Strategy is null ? _account : BookOf(day.Strategy)).RestoreDay(LedgerOf(day.Currency), day.Equity, day.Orders);
    }

    /// <summary>An order that was allowed before a restart counts for its day; rates begin anew.</summary>
    public void Recount(OrderIntent intent)
    {
        _account.Recount();
        BookOf(intent.Strategy).Recount();
    }

    /// <summary>What each strategy's orders have made of nothing, where that is something.</summary>
    public IEnumerable<(string Strategy, int Instrument, decimal Quantity)> Holdings() =>
        from book in _strategies
        from instrument in Enumerable.Range(0, _portfolio.Instruments)
        where book.Value.Held(instrument) != 0
        select (book.Key, instrument, book.Value.Held(instrument));

    /// <summary>What each strategy's orders have come to, by the index of the currency.</summary>
    public IEnumerable<(string Strategy, int Ledger, decimal Cash)> StrategyCash() =>
        from book in _strategies
        from ledger in Enumerable.Range(0, _portfolio.Currencies)
        where book.Value.Cash(ledger) != 0
        select (book.Key, ledger, book.Value.Cash(ledger));

    /// <summary>Takes what a strategy holds as it is known to be.</summary>
    public void Restore(string strategy, int instrument, decimal quantity) => BookOf(strategy).Restore(instrument, quantity);

    /// <summary>Takes what a strategy's orders have come to as it is known to be.</summary>
    /// <exception cref="ArgumentException">No instrument is quoted in the currency.</exception>
    public void Restore(string strategy, string currency, decimal cash) => BookOf(strategy).RestoreCash(LedgerOf(currency), cash);

    /// <summary>
    /// Looks at a margin account's currency once all of an instant's bars are in. Null, or the call that has just begun: all
    /// orders of the currency are to be taken back and all its positions closed. Until nothing is held any more, no other order
    /// may leave.
    /// </summary>
    public MarginCalled? Watch(int ledger, DateTimeOffset at)
    {
        if (_limits.Margin is not { } margin) return null;

        var value = _portfolio.GrossValue(ledger);
        if (_called.Contains(ledger))
        {
            if (value == 0) _called.Remove(ledger);
            return null;
        }

        var (equity, required) = (_portfolio.EquityOf(ledger), value * margin.MaintenancePercent / 100);
        if (value == 0 || equity >= required) return null;

        _called.Add(ledger);
        return new MarginCalled(_portfolio.Account, _portfolio.CurrencyOf(ledger), equity, required, at);
    }

    /// <summary>The most a unit may cost that is bought; else the highest of the prices that are named, so that nothing is taken for too little.</summary>
    private static decimal PriceOf(OrderIntent intent, decimal? last)
    {
        if (intent is { Side: OrderSide.Buy, LimitPrice: { } limit }) return limit;

        var price = Math.Max(intent.ReferencePrice, last ?? 0);
        if (intent.LimitPrice > price) price = intent.LimitPrice.Value;
        return intent.StopPrice > price ? intent.StopPrice.Value : price;
    }

    /// <param name="alike">Where an order like it is remembered.</param>
    private RiskDecision Decide(in RiskQuestion order, RiskBook? strategy, out int alike)
    {
        alike = RecentOrders.None;
        var reduces = _account.IsReducedBy(order);
        var decision = DeniedByState(order, strategy, reduces);
        if (decision.IsAllowed) decision = DeniedByForm(order, reduces);
        if (!decision.IsAllowed) return decision;

        if (_recent is not null) alike = _recent.Find(order.Intent);
        long? age = alike == RecentOrders.None ? null : _recent!.Age(alike, order.Context.NowMs);
        decision = _account.Guard(order, reduces, age);

        // All is being closed already: what makes a position smaller now would leave one on the other side.
        if (decision.IsAllowed && _limits.Margin is not null && _called.Contains(order.Ledger)) decision = _account.Deny(RiskRule.MarginCall);

        if (decision.IsAllowed && !reduces)
        {
            Exposure? exposure = _account.IsFarFromLimits(order, _marginShare, (double)_positionShare) ? null : _account.With(order);
            decision = DeniedByMoney(order, exposure);
            if (decision.IsAllowed) decision = _account.Limit(order, exposure);
        }

        if (decision.IsAllowed && strategy is not null && !ReferenceEquals(strategy.Limits, TradingLimits.None))
        {
            var reducesOwn = strategy.IsReducedBy(order);
            decision = strategy.Guard(order, reducesOwn, age);
            if (decision.IsAllowed && !reducesOwn) decision = strategy.Limit(order, strategy.IsFarFromLimits(order) ? null : strategy.With(order));
        }

        return decision;
    }

    private RiskDecision DeniedByState(in RiskQuestion order, RiskBook? strategy, bool reduces)
    {
        var states = new TradingStates(Global, _account.State, strategy?.State ?? TradingState.Active);
        if (states.Strictest == TradingState.Active) return RiskDecision.Allowed;
        if (states.Strictest == TradingState.Halted) return Denied(RiskRule.Halted, states.ScopeOf(TradingState.Halted));

        if (!reduces && (states.Global == TradingState.Reducing || states.Account == TradingState.Reducing))
            return Denied(RiskRule.ReduceOnly, states.ScopeOf(TradingState.Reducing));
        if (states.Strategy == TradingState.Reducing && !strategy!.IsReducedBy(order)) return Denied(RiskRule.ReduceOnly, RiskScope.Strategy);
        return RiskDecision.Allowed;

        RiskDecision Denied(RiskRule rule, RiskScope scope) => scope switch
        {
            RiskScope.Strategy => strategy!.Deny(rule),
            _ => _account.Deny(rule) with { Scope = scope },
        };
    }

    /// <summary>Denies what is no order for the instrument, whoever wants it.</summary>
    private RiskDecision DeniedByForm(in RiskQuestion order, bool reduces)
    {
        var (intent, traded) = (order.Intent, _portfolio.InstrumentOf(order.Instrument));
        if (intent.Quantity == 0)
            return _account.Deny(RiskRule.BuysNoLot, intent.ReferencePrice, _limits.RiskPercent, _portfolio.EquityOf(order.Ledger));
        if (intent.Quantity < traded.Lot) return _account.Deny(RiskRule.QuantityBelowLot, intent.Quantity, traded.Lot);
        if (!traded.IsWholeLots(intent.Quantity)) return _account.Deny(RiskRule.QuantityOffLot, intent.Quantity, traded.Lot);

        var (needsLimit, needsStop, needsTrail) = intent.Type switch
        {
            OrderType.Limit => (true, false, false),
            OrderType.Stop => (false, true, false),
            OrderType.StopLimit => (true, true, false),
            OrderType.TrailingStop => (false, false, true),
            _ => (false, false, false),
        };
        if ((needsLimit && intent.LimitPrice is null) || (needsStop && intent.StopPrice is null) || (needsTrail && intent.TrailBy is null))
            return _account.Deny(RiskRule.PriceMissing);

        if (intent.LimitPrice is { } limit && !IsPrice(limit, traded)) return DeniedByPrice(limit, traded);
        if (intent.StopPrice is { } stop && !IsPrice(stop, traded)) return DeniedByPrice(stop, traded);
        if (intent.TrailBy is { } trail && !IsPrice(trail, traded)) return DeniedByPrice(trail, traded);

        if (order.Price > LargestPrice) return _account.Deny(RiskRule.PriceInvalid, order.Price, LargestPrice);
        if (order.Price <= 0 && !reduces) return _account.Deny(RiskRule.NoPrice);
        if (intent.Quantity > LargestQuantity) return _account.Deny(RiskRule.OrderQuantity, intent.Quantity, LargestQuantity);
        return (double)intent.Quantity * (double)order.Price > (double)LargestValue
            ? _account.Deny(RiskRule.OrderQuantity, intent.Quantity, LargestValue / order.Price)
            : RiskDecision.Allowed;
    }

    private static bool IsPrice(decimal price, Instrument traded) => price is > 0 and <= LargestPrice && traded.IsOnTick(price);

    private RiskDecision DeniedByPrice(decimal price, Instrument traded) => price is <= 0 or > LargestPrice
        ? _account.Deny(RiskRule.PriceInvalid, price, LargestPrice)
        : _account.Deny(RiskRule.PriceOffTick, price, traded.Tick);

    /// <summary>Buying power, and what one position may be of equity.</summary>
    private RiskDecision DeniedByMoney(in RiskQuestion order, in Exposure? exposure)
    {
        if (_limits.Margin is { } margin)
        {
            if (exposure is { } needed && needed.Gross * margin.InitialPercent / 100 is var required && required > needed.Equity)
                return _account.Deny(RiskRule.Margin, required, needed.Equity);
        }
        else if (order.Intent.Side == OrderSide.Buy)
        {
            var free = _portfolio.Cash(order.Instrument) - (order.Ledger < _workingCost.Count ? _workingCost[order.Ledger] : 0);
            if (order.Value > free) return _account.Deny(RiskRule.Cash, order.Value, free);
        }

        if (exposure is not { } now) return RiskDecision.Allowed;

        var (value, limit) = (_account.Reach(order) * order.Price, now.Equity * _positionShare);
        return value > limit ? _account.Deny(RiskRule.PositionPercent, value, limit, _limits.PositionPercent) : RiskDecision.Allowed;
    }

    private static OrderFilled PartOf(OrderFilled fill, decimal quantity) =>
        quantity == fill.Quantity ? fill : fill with { Quantity = quantity, Commission = fill.Commission * quantity / fill.Quantity };

    private void Reserve(int instrument, OrderIntent intent, decimal quantity, RiskBook strategy)
    {
        _account.Reserve(instrument, intent.Side, quantity);
        strategy.Reserve(instrument, intent.Side, quantity);
        AddCost(instrument, intent, quantity);
    }

    /// <summary>Only what an intent says of itself, so that as much is given back as was taken.</summary>
    private void AddCost(int instrument, OrderIntent intent, decimal quantity)
    {
        if (intent.Side != OrderSide.Buy) return;

        var ledger = _portfolio.LedgerOf(instrument);
        while (_workingCost.Count <= ledger) _workingCost.Add(0);
        _workingCost[ledger] = Math.Max(_workingCost[ledger] + (quantity * PriceOf(intent, last: null)), 0);
    }

    private RiskBook BookOf(string strategy)
    {
        if (_strategies.TryGetValue(strategy, out var known)) return known;

        var book = new RiskBook(_portfolio, strategy);
        book.Use(LimitsOf(strategy));
        _strategies.Add(strategy, book);
        return book;
    }

    private TradingLimits LimitsOf(string strategy) => _limits.Strategies.TryGetValue(strategy, out var limits) ? limits : TradingLimits.None;

    private RiskDay DayOf(string? strategy, RiskBook book, int ledger) =>
        new(strategy, _day, _portfolio.CurrencyOf(ledger), book.First(ledger), book.Orders);

    private int LedgerOf(string currency)
    {
        for (var ledger = 0; ledger < _portfolio.Currencies; ledger++)
        {
            if (_portfolio.CurrencyOf(ledger) == currency) return ledger;
        }

        throw new ArgumentException($"Currency: expected one that an instrument is quoted in, found {currency}.", nameof(currency));
    }
}

using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using AlgoStack.Trading.Signals;

namespace AlgoStack.Engine;

/// <summary>
/// Turns the directions that strategies want into orders. An entry goes to market, sized at the signal bar's close: the
/// floor to the lot of risk percent × equity ÷ close. A repeated direction is no order; Flat closes. What an entry buys or
/// sells is at once protected by a limit order at the signal's target and a stop order at its stop, of which one cancels the
/// other. Expiry is judged at each bar's close, and that exit goes to market.
/// </summary>
public sealed class ExecutionEngine(PortfolioKeeper portfolio, RiskLimits limits)
{
    private const int EntryLeg = 0;
    private const int ExpiryLeg = 1;
    private const int FirstExitLeg = 2;
    private const int MarginCallLeg = -1;

    private readonly List<Instrument> _instruments = [];
    private decimal _share = limits.RiskPercent / 100;
    private StrategyBook[][] _books = [];

    /// <summary>From now on entries are sized by these.</summary>
    public void Use(RiskLimits limits) => _share = limits.RiskPercent / 100;

    public void Add(Instrument instrument)
    {
        _instruments.Add(instrument);
        _books = [.. _books, []];
    }

    /// <summary>False where no bar can call for an exit.</summary>
    public bool MayExpire(int instrument)
    {
        foreach (var book in _books[instrument])
        {
            if (book.ExpiryBars > 0 && book.Expected != 0) return true;
        }

        return false;
    }

    /// <summary>Exits that the bar calls for, in the order in which strategies first traded the instrument.</summary>
    public void OnBar(int instrument, in Bar bar, List<WorkingOrder> orders)
    {
        foreach (var book in _books[instrument])
        {
            if (book.ExpiryBars == 0 || book.Expected == 0 || book.IsClosing) continue;
            if (++book.BarsHeld < book.ExpiryBars) continue;

            book.Direction = SignalDirection.Flat;
            orders.Add(ToMarket(instrument, book, bar, -book.Expected, ExpiryLeg, signal: null));
        }
    }

    /// <summary>A split: what books hold becomes whole lots of new shares, which <paramref name="kept"/> sums up.</summary>
    /// <param name="orders">What waits at the venue for the instrument; those of which nothing is left are not to stay there.</param>
    public void OnSplit(int instrument, Split split, IEnumerable<WorkingOrder> orders, out decimal kept)
    {
        foreach (var order in orders)
        {
            var before = order.Leaves;
            order.Split(split, _instruments[instrument]);
            if (!order.IsExit) order.Book.Working += order.IsBuy ? order.Leaves - before : before - order.Leaves;
            else if (order.Leaves == 0) order.Book.Exits.Remove(order);
        }

        OnSplit(instrument, split);
        kept = 0;
        foreach (var book in _books[instrument]) kept += book.Held;
    }

    /// <summary>As above, where what waits is the venue's to change.</summary>
    internal void OnSplit(int instrument, Split split)
    {
        foreach (var book in _books[instrument])
        {
            var held = book.Held;
            book.Split(split, _instruments[instrument]);
            if (held != 0 && book.Expected == 0) book.Direction = SignalDirection.Flat;
        }
    }

    /// <summary>Closes all that the books hold of an instrument; its other orders are taken back before.</summary>
    /// <param name="last">Its last close, at the time of the call.</param>
    public void OnMarginCall(int instrument, in Bar last, List<WorkingOrder> orders)
    {
        foreach (var book in _books[instrument])
        {
            book.Direction = SignalDirection.Flat;
            if (book.Held != 0) orders.Add(ToMarket(instrument, book, last, -book.Held, MarginCallLeg, signal: null));
        }
    }

    /// <summary>The order that the signal calls for, or null where the book already stands, or will stand, that way.</summary>
    public WorkingOrder? OnSignal(int instrument, Signal signal)
    {
        var book = BookOf(instrument, signal.Strategy);
        var verdict = signal.Verdict;
        if (verdict.Direction == book.Direction) return null;

        book.Direction = verdict.Direction;
        if (verdict.Direction == SignalDirection.Flat)
        {
            return book.Expected == 0 ? null : ToMarket(instrument, book, signal.Bar, -book.Expected, EntryLeg, signal.Id);
        }

        var wanted = verdict.Direction == SignalDirection.Long ? 1 : -1;
        if (decimal.Sign(book.Expected) == wanted) return null;

        book.Enter(verdict);
        return ToMarket(instrument, book, signal.Bar, (wanted * Size(instrument, signal.Bar)) - book.Expected, EntryLeg, signal.Id);
    }

    /// <summary>
    /// An order traded. What it opened is to be protected by <paramref name="exits"/>; what it closed needs no protection any
    /// more, see <see cref="Unprotect"/>.
    /// </summary>
    public void OnFill(WorkingOrder order, OrderFilled fill, List<WorkingOrder> exits)
    {
        if (!order.IsExit) order.Book.Working -= order.IsBuy ? fill.Quantity : -fill.Quantity;
        OnTraded(order, fill, exits);
    }

    /// <summary>As <see cref="OnFill"/>, for who keeps count of what is on its way by the orders themselves.</summary>
    internal void OnTraded(WorkingOrder order, OrderFilled fill, List<WorkingOrder> exits)
    {
        var book = order.Book;
        var traded = order.IsBuy ? fill.Quantity : -fill.Quantity;
        book.Held += traded;
        if (order.IsExit)
        {
            if (fill.Leaves == 0) book.Exits.Remove(order);
            if (book.Expected == 0) book.Direction = SignalDirection.Flat;
            return;
        }

        // What is being closed before all of it has traded is no more to be protected: its exits would outlive it.
        var side = decimal.Sign(traded);
        if (decimal.Sign(book.Held) == side && decimal.Sign(book.Expected) == side)
            Protect(order, Math.Min(Math.Abs(book.Held), fill.Quantity), fill, exits);
        order.Fills++;
    }

    /// <summary>The orders that wait at the target and the stop of what this one will close, and now must not trade.</summary>
    public static void Unprotect(WorkingOrder order, List<WorkingOrder> exits)
    {
        var waiting = order.Book.Exits;
        if (order.IsExit || waiting.Count == 0 || waiting[0].IsBuy != order.IsBuy) return;

        exits.AddRange(waiting);
        waiting.Clear();
    }

    /// <summary>What was left of an order will not trade: denied, rejected, canceled.</summary>
    public static void OnDone(WorkingOrder order)
    {
        if (order.IsExit) order.Book.Exits.Remove(order);
        else order.Book.Working -= order.IsBuy ? order.Leaves : -order.Leaves;
    }

    internal IReadOnlyList<StrategyBook> BooksOf(int instrument) => _books[instrument];

    /// <summary>Where a strategy stands in an instrument; the first call makes the book.</summary>
    internal StrategyBook BookOf(int instrument, string strategy)
    {
        foreach (var known in _books[instrument])
        {
            if (known.Strategy == strategy) return known;
        }

        var book = new StrategyBook(strategy);
        _books[instrument] = [.. _books[instrument], book];
        return book;
    }

    private void Protect(WorkingOrder entry, decimal quantity, OrderFilled fill, List<WorkingOrder> exits)
    {
        var book = entry.Book;
        var stop = Exit(entry, quantity, fill, OrderType.Stop, book.Stop, leg: 0);
        var target = Exit(entry, quantity, fill, OrderType.Limit, book.Target, leg: 1);
        if (stop is not null && target is not null)
        {
            stop.OneCancelsOther = target;
            target.OneCancelsOther = stop;
        }

        if (stop is not null) exits.Add(stop);
        if (target is not null) exits.Add(target);
    }

    private WorkingOrder? Exit(WorkingOrder entry, decimal quantity, OrderFilled fill, OrderType type, double price, int leg)
    {
        if (!(price > 0)) return null;

        var (intent, book) = (entry.Intent, entry.Book);
        // No bar reaches further, so that an order there waits, or trades at once, as one beyond it would.
        var rounded = _instruments[entry.Instrument].RoundPrice(Math.Min(price, Instrument.LargestPrice));
        var id = ClientOrderId.For(
            portfolio.Account, book.Strategy, intent.Instrument, intent.At.ToUnixTimeMilliseconds(), FirstExitLeg + (2 * entry.Fills) + leg);
        var exit = new WorkingOrder(
            entry.Instrument,
            new OrderIntent(
                id, portfolio.Account, book.Strategy, intent.Instrument, entry.IsBuy ? OrderSide.Sell : OrderSide.Buy, quantity, type, rounded, null, fill.At)
            {
                StopPrice = type is OrderType.Stop ? rounded : null,
                LimitPrice = type is OrderType.Limit ? rounded : null,
            },
            book,
            isExit: true);
        book.Exits.Add(exit);
        return exit;
    }

    private WorkingOrder ToMarket(int instrument, StrategyBook book, in Bar bar, decimal change, int leg, SignalId? signal)
    {
        var traded = _instruments[instrument];
        book.Working += change;
        return new WorkingOrder(
            instrument,
            new OrderIntent(
                ClientOrderId.For(portfolio.Account, book.Strategy, traded.Id, bar.CloseMs, leg),
                portfolio.Account,
                book.Strategy,
                traded.Id,
                change < 0 ? OrderSide.Sell : OrderSide.Buy,
                Math.Abs(change),
                OrderType.Market,
                traded.RoundPrice(bar.Close),
                signal,
                bar.CloseTime),
            book,
            isExit: false);
    }

    private decimal Size(int instrument, in Bar bar)
    {
        var close = _instruments[instrument].RoundPrice(bar.Close);
        if (close <= 0) return 0;

        return _instruments[instrument].QuantityFor(portfolio.Equity(instrument) * _share, close);
    }
}

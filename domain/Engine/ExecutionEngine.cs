using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;

namespace AlgoStack.Engine;

/// <summary>
/// Turns the directions that strategies want into orders. An entry is sized at the signal bar's close: the floor to the
/// lot of risk percent × equity ÷ close. A repeated direction is no order; Flat closes. Target, stop and expiry are
/// judged at each bar's close, and the exit goes to market.
/// </summary>
public sealed class ExecutionEngine(PortfolioKeeper portfolio, RiskLimits limits)
{
    private const int EntryLeg = 0;
    private const int ExitLeg = 1;

    private readonly List<Instrument> _instruments = [];
    private readonly List<List<Book>> _books = [];
    private readonly Dictionary<ClientOrderId, (Book Book, decimal Change)> _working = [];

    public void Add(Instrument instrument)
    {
        _instruments.Add(instrument);
        _books.Add([]);
    }

    /// <summary>Exits that the bar calls for, in the order of strategies.</summary>
    public void OnBar(int instrument, in Bar bar, List<OrderIntent> intents)
    {
        foreach (var book in _books[instrument])
        {
            if (book.Expected == 0 || book.HasExitWorking) continue;

            book.BarsHeld++;
            if (!book.IsDone(bar)) continue;

            book.Direction = SignalDirection.Flat;
            intents.Add(Order(instrument, book, bar, -book.Expected, ExitLeg, signalId: null));
        }
    }

    /// <summary>The order that the signal calls for, or null where the book already stands, or will stand, that way.</summary>
    public OrderIntent? OnSignal(int instrument, Signal signal)
    {
        var book = BookOf(instrument, signal.Strategy);
        var verdict = signal.Verdict;
        if (verdict.Direction == book.Direction) return null;

        book.Direction = verdict.Direction;
        if (verdict.Direction == SignalDirection.Flat)
        {
            return book.Expected == 0 ? null : Order(instrument, book, signal.Bar, -book.Expected, EntryLeg, signal.Id);
        }

        var wanted = verdict.Direction == SignalDirection.Long ? 1 : -1;
        if (Math.Sign(book.Expected) == wanted) return null;

        book.Enter(verdict);
        return Order(instrument, book, signal.Bar, (wanted * Size(instrument, signal.Bar)) - book.Expected, EntryLeg, signal.Id);
    }

    /// <summary>A working order traded.</summary>
    public void OnFill(OrderFilled fill)
    {
        if (!_working.TryGetValue(fill.OrderId, out var order)) return;

        var traded = Math.Sign(order.Change) * fill.Quantity;
        order.Book.Held += traded;
        order.Book.Working -= traded;
        if (fill.Leaves == 0) _working.Remove(fill.OrderId);
        else _working[fill.OrderId] = (order.Book, order.Change - traded);
    }

    /// <summary>What was left of an order will not trade: denied, rejected, canceled.</summary>
    public void OnDone(ClientOrderId id)
    {
        if (_working.Remove(id, out var order)) order.Book.Working -= order.Change;
    }

    private OrderIntent Order(int instrument, Book book, in Bar bar, decimal change, int leg, string? signalId)
    {
        var traded = _instruments[instrument];
        var id = ClientOrderId.For(portfolio.Account, book.Strategy, traded.Id, bar.CloseMs, leg);
        book.Working += change;
        _working[id] = (book, change);

        return new OrderIntent(
            id,
            portfolio.Account,
            book.Strategy,
            traded.Id,
            change < 0 ? OrderSide.Sell : OrderSide.Buy,
            Math.Abs(change),
            OrderType.Market,
            traded.RoundPrice(bar.Close),
            signalId,
            bar.CloseTime);
    }

    private decimal Size(int instrument, in Bar bar)
    {
        var close = _instruments[instrument].RoundPrice(bar.Close);
        if (close <= 0) return 0;

        return _instruments[instrument].FloorQuantity(portfolio.Equity(instrument) * limits.RiskPercent / 100 / close);
    }

    private Book BookOf(int instrument, string strategy)
    {
        var books = _books[instrument];
        var book = books.Find(b => b.Strategy == strategy);
        if (book is not null) return book;

        book = new Book(strategy);
        books.Add(book);
        return book;
    }

    /// <summary>What one strategy holds of one instrument.</summary>
    private sealed class Book(string strategy)
    {
        private double _target;
        private double _stop;
        private int _expiryBars;

        public string Strategy { get; } = strategy;

        public SignalDirection Direction { get; set; }

        public decimal Held { get; set; }

        /// <summary>Signed quantity of orders on their way.</summary>
        public decimal Working { get; set; }

        public decimal Expected => Held + Working;

        public bool HasExitWorking => Held != 0 && Working != 0 && Math.Sign(Held) != Math.Sign(Working);

        public int BarsHeld { get; set; }

        public void Enter(in Verdict verdict)
        {
            _target = verdict.Target;
            _stop = verdict.Stop;
            _expiryBars = verdict.ExpiryBars;
            BarsHeld = 0;
        }

        // A comparison with NaN is false, so a missing target or stop is never hit.
        public bool IsDone(in Bar bar)
        {
            if (_expiryBars > 0 && BarsHeld >= _expiryBars) return true;
            return Expected > 0
                ? bar.Close >= _target || bar.Close <= _stop
                : bar.Close <= _target || bar.Close >= _stop;
        }
    }
}

using AlgoStack.Engine;
using AlgoStack.Simulation.Venue;
using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Portfolios;
using AlgoStack.Trading.Positions;
using AlgoStack.Trading.Risk;

namespace AlgoStack.Simulation;

/// <summary>
/// From signals to fills: risk, execution, portfolio and the simulated venue, driven instant by instant. Live and
/// backtest call this same object. Within an instant the order is: <see cref="OnBar(int, in Bar)"/> for each bar by instrument id
/// (the venue's reports come first, then exits that the bar calls for), then <see cref="OnSignal(Signal)"/> for each signal by
/// instrument id and strategy. Where <see cref="IsOnCredit"/>, <see cref="BeginInstant"/> comes before the bars and
/// <see cref="EndBars"/> between bars and signals. <see cref="OnAction"/> comes before the first instant after its ex-date.
/// </summary>
public sealed class TradingSession : IDisposable
{
    private const double DayMs = 86_400_000;

    private readonly PortfolioKeeper _portfolio;
    private readonly RiskEngine _risk;
    private readonly ExecutionEngine _execution;
    private readonly SimulatedVenue _venue;
    private readonly Dictionary<InstrumentId, int> _indices = [];
    private readonly OrderListHash _orders = new();
    private readonly List<WorkingOrder> _wanted = [];
    private readonly List<WorkingOrder> _unwanted = [];
    private readonly List<VenueReport> _reports = [];
    private readonly decimal _borrowPercent;
    private long? _day;

    public TradingSession(TradingSettings settings)
    {
        _borrowPercent = settings.BorrowPercent;
        IsOnCredit = settings.Limits.Margin is not null || settings.BorrowPercent > 0;
        _portfolio = new PortfolioKeeper(settings.Account, settings.OpeningBalance);
        _risk = new RiskEngine(_portfolio, settings.Limits);
        _execution = new ExecutionEngine(_portfolio, settings.Limits);
        _venue = new SimulatedVenue(settings.Venue, (long)settings.BarLength.TotalMilliseconds);
    }

    /// <summary>What happened since the list was last cleared, in order. The caller clears it.</summary>
    public List<OrderEvent> OrderEvents { get; } = [];

    /// <summary>What became of positions since the list was last cleared, in order. The caller clears it.</summary>
    public List<PositionEvent> PositionEvents { get; } = [];

    /// <summary>What traded since the list was last cleared, in order. The caller clears it.</summary>
    public List<(WorkingOrder Order, OrderFilled Fill)> Executions { get; } = [];

    /// <summary>Margin calls since the list was last cleared, in order. The caller clears it.</summary>
    public List<MarginCalled> MarginCalls { get; } = [];

    public string Account => _portfolio.Account;

    /// <summary>Margin is watched, or what is short costs money as time goes by: no instant can be passed over while something is held.</summary>
    public bool IsOnCredit { get; }

    public TradingState State => _risk.State;

    public long Intents { get; private set; }

    public long Denied { get; private set; }

    public long Fills { get; private set; }

    /// <inheritdoc cref="Simulation.OrderListHash"/>
    public string OrderListHash => _orders.ToString();

    public IEnumerable<Balance> Balances => _portfolio.Balances();

    /// <inheritdoc cref="PortfolioKeeper.EquityEstimate"/>
    public double EquityEstimate(int ledger) => _portfolio.EquityEstimate(ledger);

    /// <inheritdoc cref="PortfolioKeeper.LedgerOf"/>
    public int LedgerOf(int instrument) => _portfolio.LedgerOf(instrument);

    public Position PositionOf(int instrument) => _portfolio.Position(instrument);

    /// <summary>The index to call an instrument by; the first call with an id adds it.</summary>
    public int IndexOf(Instrument instrument)
    {
        if (_indices.TryGetValue(instrument.Id, out var index)) return index;

        index = _indices.Count;
        _indices.Add(instrument.Id, index);
        _portfolio.Add(instrument);
        _execution.Add(instrument);
        _venue.Add(instrument);
        return index;
    }

    public void Halt() => Switch(TradingState.Halted);

    public void Resume() => Switch(TradingState.Active);

    public void Switch(TradingState state) => _risk.Switch(state);

    /// <summary>No bar of the instrument can make anything trade until a signal comes.</summary>
    public bool IsQuiet(int instrument) => _venue.IsEmpty(instrument) && !_execution.MayExpire(instrument);

    /// <summary>Takes bars through which the instrument is quiet: only the last close is of use.</summary>
    public void PassQuietly(int instrument, double lastClose) => _portfolio.Mark(instrument, lastClose);

    /// <inheritdoc cref="PortfolioKeeper.HoldingEstimate"/>
    public (double Cash, double Quantity) HoldingEstimate(int instrument) => _portfolio.HoldingEstimate(instrument);

    /// <summary>
    /// Applies a split or a dividend to what is held of its instrument and, a split, to the orders that wait for it. Orders are
    /// not changed for a dividend. Nothing of it where no bar of the instrument was seen.
    /// </summary>
    public void OnAction(CorporateAction action)
    {
        if (!_indices.TryGetValue(action.Instrument, out var instrument)) return;

        var at = DateTimeOffset.FromUnixTimeMilliseconds(action.ExMs);
        _risk.OnAction(instrument, action);
        switch (action)
        {
            case Split split:
                OnSplit(instrument, split, at);
                break;
            case CashDividend dividend when _portfolio.Book(instrument, dividend, at) is { } booked:
                PositionEvents.Add(booked);
                break;
        }
    }

    /// <summary>Before the bars of an instant: at the first of a UTC day what is short pays for the days since the last one.</summary>
    public void BeginInstant(long closeMs)
    {
        // What closes at midnight is of the day that ends there.
        var day = (long)Math.Floor((closeMs - 1) / DayMs);
        if (day == _day) return;

        for (var instrument = 0; _borrowPercent > 0 && _day is { } last && instrument < _indices.Count; instrument++)
        {
            var at = DateTimeOffset.FromUnixTimeMilliseconds(closeMs);
            if (_portfolio.BookBorrow(instrument, _borrowPercent, (int)(day - last), at) is { } charged) PositionEvents.Add(charged);
        }

        _day = day;
    }

    /// <summary>After the bars of an instant: where a margin call has come up, all of its currency is closed at the next open.</summary>
    public void EndBars(long closeMs)
    {
        for (var ledger = 0; ledger < _portfolio.Currencies; ledger++)
        {
            if (_risk.Watch(ledger, DateTimeOffset.FromUnixTimeMilliseconds(closeMs)) is not { } call) continue;

            MarginCalls.Add(call);
            for (var instrument = 0; instrument < _indices.Count; instrument++)
            {
                if (_portfolio.LedgerOf(instrument) == ledger) Close(instrument, closeMs);
            }
        }
    }

    /// <summary>Takes a row of a series, as <see cref="OnBar(int, in Bar)"/> would.</summary>
    public void OnBar(int instrument, BarSeries bars, int row)
    {
        if (IsQuiet(instrument)) PassQuietly(instrument, bars.Close[row]);
        else OnBar(instrument, bars[row]);
    }

    public void OnBar(int instrument, in Bar bar)
    {
        _venue.OnBar(instrument, bar, _reports);
        if (_reports.Count > 0) Settle(instrument, bar);
        TakeClose(instrument, bar);
    }

    /// <summary>An order rests at the venue, so that a tick of the instrument may trade.</summary>
    public bool HasOrders(int instrument) => !_venue.IsEmpty(instrument);

    /// <summary>Takes a tick while the instrument has orders. What protects an entry is there from the next tick on.</summary>
    /// <param name="market">What it has come to, the tick too.</param>
    public void OnTick(int instrument, in Tick tick, in TickMarket market)
    {
        _venue.OnTick(instrument, tick, market, _reports);
        if (_reports.Count == 0) return;

        BookReports(out _);
        foreach (var exit in _wanted)
        {
            Request(exit);
            OrderEvents.Add(_venue.Protect(exit));
        }

        _wanted.Clear();
    }

    /// <summary>Takes a bar whose ticks it has seen one by one.</summary>
    public void OnBarOfTicks(int instrument, in Bar bar)
    {
        _venue.OnBarOfTicks(instrument, bar);
        TakeClose(instrument, bar);
    }

    /// <exception cref="KeyNotFoundException">The signal is for an instrument that no bar was seen of.</exception>
    public void OnSignal(Signal signal) => OnSignal(_indices[signal.Instrument], signal);

    /// <param name="instrument">The index of the signal's instrument.</param>
    public void OnSignal(int instrument, Signal signal)
    {
        if (_execution.OnSignal(instrument, signal) is { } order) Route(order);
    }

    public void Dispose() => _orders.Dispose();

    private void TakeClose(int instrument, in Bar bar)
    {
        _portfolio.Mark(instrument, bar.Close);

        _execution.OnBar(instrument, bar, _wanted);
        if (_wanted.Count == 0) return;
        foreach (var order in _wanted) Route(order);
        _wanted.Clear();
    }

    /// <summary>Books what the venue reports, and protects what was opened for the rest of the bar.</summary>
    private void Settle(int instrument, in Bar bar)
    {
        while (_reports.Count > 0)
        {
            BookReports(out var isAtOpen);
            if (_wanted.Count == 0) return;

            foreach (var exit in _wanted)
            {
                Request(exit);
                OrderEvents.Add(_venue.Protect(exit, bar));
            }

            _wanted.Clear();
            _venue.OnRestOfBar(instrument, bar, isAtOpen, _reports);
        }
    }

    private void OnSplit(int instrument, Split split, DateTimeOffset at)
    {
        var waiting = _venue.Waiting(instrument);
        foreach (var order in waiting) _risk.Release(order);
        _execution.OnSplit(instrument, split, waiting, out var kept);
        _venue.OnSplit(instrument, split);
        foreach (var order in waiting)
        {
            _risk.Reserve(order);
            var intent = order.Intent;
            OrderEvents.Add(order.Leaves > 0
                ? new OrderSplit(intent.OrderId, order.Leaves, intent.LimitPrice, intent.StopPrice, intent.TrailBy, at)
                : new OrderCanceled(intent.OrderId, "the split leaves less than a lot of it", at));
        }

        if (_portfolio.Book(instrument, split, kept, at) is { } booked) PositionEvents.Add(booked);
    }

    /// <summary>Closes all of an instrument for a margin call, whatever risk may say.</summary>
    private void Close(int instrument, long atMs)
    {
        foreach (var order in _venue.Waiting(instrument))
        {
            _venue.Cancel(order);
            _risk.Release(order);
            ExecutionEngine.OnDone(order);
            OrderEvents.Add(new OrderCanceled(order.Intent.OrderId, "margin call", DateTimeOffset.FromUnixTimeMilliseconds(atMs)));
        }

        var price = (double)_portfolio.LastPrice(instrument);
        _execution.OnMarginCall(instrument, new Bar(atMs, price, price, price, price, Volume: 0), _wanted);
        foreach (var order in _wanted)
        {
            Request(order);
            _risk.Reserve(order);
            Submit(order);
        }

        _wanted.Clear();
    }

    /// <param name="isAtOpen">Whether all entries among them traded at the open.</param>
    private void BookReports(out bool isAtOpen)
    {
        isAtOpen = true;
        foreach (var (order, what, atOpen) in _reports)
        {
            OrderEvents.Add(what);
            var exits = _wanted.Count;
            if (what is OrderFilled fill) Book(order, fill);
            else ExecutionEngine.OnDone(order);
            if (_wanted.Count > exits) isAtOpen &= atOpen;
        }

        _reports.Clear();
    }

    private void Route(WorkingOrder order)
    {
        Request(order);
        var intent = order.Intent;
        var decision = _risk.Check(order);
        if (!decision.IsAllowed)
        {
            Denied++;
            ExecutionEngine.OnDone(order);
            OrderEvents.Add(new OrderDenied(intent.OrderId, decision.Code!, decision.Reason!, intent.At));
            return;
        }

        Unprotect(order);
        Submit(order);
    }

    private void Submit(WorkingOrder order)
    {
        OrderEvents.Add(new OrderSubmitted(order.Intent.OrderId, order.Intent.At));
        OrderEvents.Add(_venue.Accept(order, order.Intent.At.ToUnixTimeMilliseconds()));
    }

    private void Request(WorkingOrder order)
    {
        Intents++;
        _orders.Add(order.Intent);
        OrderEvents.Add(new OrderRequested(order.Intent));
    }

    /// <summary>The exits of what an order is to close give way to it.</summary>
    private void Unprotect(WorkingOrder order)
    {
        ExecutionEngine.Unprotect(order, _unwanted);
        foreach (var exit in _unwanted)
        {
            _venue.Cancel(exit);
            OrderEvents.Add(new OrderCanceled(exit.Intent.OrderId, "the position is being closed", order.Intent.At));
        }

        _unwanted.Clear();
    }

    private void Book(WorkingOrder order, OrderFilled fill)
    {
        Fills++;
        _execution.OnFill(order, fill, _wanted);
        _risk.OnFill(order, fill);
        Executions.Add((order, fill));
        PositionEvents.Add(_portfolio.Book(order.Instrument, order.Intent.Side, fill));
    }
}

using AlgoStack.Engine;
using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Performance;
using AlgoStack.Trading.Positions;

namespace AlgoStack.Simulation;

/// <summary>
/// History through the engines that trade live: the signal engine and the trading session, called instant by instant
/// in one loop. What it would have traded is what live trades on the same bars.
/// </summary>
public sealed partial class BacktestRun : IDisposable
{
    /// <summary>Rows that the strategies go through before their signals are traded.</summary>
    private const int BlockRows = 4_096;

    private readonly SignalEngine _engine;
    private readonly decimal _openingBalance;
    private readonly List<(int Row, Signal Signal)> _raised = [];
    private Ledger[] _ledgers = [];
    private IReadOnlyList<Instrument> _mapped = [];
    private int[] _map = [];
    private IReadOnlyList<CorporateAction> _actions = [];
    private int _nextAction;
    private long _throughMs = long.MinValue;

    /// <inheritdoc cref="SignalEngine(Timeframe, IReadOnlyList{ConfiguredStrategy})"/>
    public BacktestRun(TradingSettings settings, Timeframe timeframe, IReadOnlyList<ConfiguredStrategy> strategies)
    {
        _engine = new SignalEngine(timeframe, strategies);
        _openingBalance = settings.OpeningBalance;
        _ticks = new TickBars(timeframe);
        Session = new TradingSession(settings with { BarLength = TimeSpan.FromMilliseconds(timeframe.Milliseconds) });
    }

    public TradingSession Session { get; }

    /// <summary>Signals since the list was last cleared, in order. The caller clears it.</summary>
    public List<Signal> Signals { get; } = [];

    /// <summary>Positions closed since the list was last cleared, in order. The caller clears it.</summary>
    public List<RoundTrip> Trades { get; } = [];

    /// <summary>How the account has done so far, by currency.</summary>
    public IEnumerable<(string Currency, PerformanceStatistics Statistics)> Statistics =>
        Session.Balances.Zip(_ledgers, (balance, ledger) => (ledger.Currency, ledger.Performance.Statistics(balance.Equity)));

    /// <summary>The daily returns so far, by currency; null where they are no numbers, as on a debt.</summary>
    public IEnumerable<(string Currency, DailyReturns? Returns)> DailyReturns =>
        _ledgers.Select(ledger => (ledger.Currency, ledger.Performance.DailyReturns()));

    /// <summary>Forgets the signals, trades and events that the caller has taken from the lists.</summary>
    public void ClearEvents()
    {
        Signals.Clear();
        Trades.Clear();
        Session.OrderEvents.Clear();
        Session.PositionEvents.Clear();
        Session.MarginCalls.Clear();
    }

    /// <summary>History from before the run: strategies see it, nothing is traded.</summary>
    public void WarmUp(BarSeries bars)
    {
        var map = Map(bars.Instruments);
        for (var from = 0; from < bars.Count;)
        {
            var end = Act(bars, map, from, bars.Count);
            for (; from < end; from++) _engine.WarmUp(map[bars.Instrument[from]], bars[from]);
            _throughMs = bars.CloseMs[from - 1];
        }
    }

    /// <summary>Runs rows <paramref name="from"/> to before <paramref name="to"/>: whole instants, in order.</summary>
    public void Run(BarSeries bars, int from, int to)
    {
        var map = Map(bars.Instruments);
        while (from < to)
        {
            var end = Math.Min(from + BlockRows, to);
            while (end < to && bars.CloseMs[end] == bars.CloseMs[end - 1]) end++;
            end = Act(bars, map, from, end);
            _engine.OnBars(bars, map, from, end, _raised);
            Trade(bars, map, from, end);
            _raised.Clear();
            _throughMs = bars.CloseMs[end - 1];
            from = end;
        }
    }

    /// <summary>The row after the last one that closed at the same time as row <paramref name="from"/>.</summary>
    public static int EndOfInstant(BarSeries bars, int from, int to)
    {
        var close = bars.CloseMs[from];
        var end = from + 1;
        while (end < to && bars.CloseMs[end] == close) end++;
        return end;
    }

    public void Dispose() => Session.Dispose();

    /// <summary>
    /// Applies the actions that come before row <paramref name="from"/>. Returns the row before which the next one comes, or
    /// <paramref name="to"/>.
    /// </summary>
    private int Act(BarSeries bars, int[] map, int from, int to)
    {
        if (!ReferenceEquals(bars.Actions, _actions))
        {
            _actions = bars.Actions;
            _nextAction = 0;
            while (_nextAction < _actions.Count && _actions[_nextAction].ExMs < _throughMs) _nextAction++;
        }

        for (; _nextAction < _actions.Count; _nextAction++)
        {
            var action = _actions[_nextAction];
            if (action.ExMs >= bars.CloseMs[from]) return FirstAfter(bars, action.ExMs, from, to);
            Apply(bars, map, action);
        }

        return to;
    }

    private void Apply(BarSeries bars, int[] map, CorporateAction action)
    {
        for (var i = 0; i < map.Length; i++)
        {
            if (bars.Instruments[i].Id != action.Instrument) continue;

            var booked = Session.PositionEvents.Count;
            if (action is Split split) _engine.OnSplit(map[i], split.Ratio);
            Session.OnAction(action);
            TakeBookings(booked, action.ExMs);
            return;
        }
    }

    private static int FirstAfter(BarSeries bars, long ms, int from, int to)
    {
        var row = Array.BinarySearch(bars.CloseMs, from, to - from, ms);
        if (row < 0) return ~row;
        while (row < to && bars.CloseMs[row] == ms) row++;
        return row;
    }

    private void Trade(BarSeries bars, int[] map, int from, int to)
    {
        var (instruments, closes) = (bars.Instrument, bars.CloseMs);
        var isOnCredit = Session.IsOnCredit;
        var signal = 0;
        while (from < to)
        {
            if (bars.Instruments.Count == 1)
            {
                from = PassQuietly(bars, map[0], from, signal < _raised.Count ? _raised[signal].Row : to);
                if (from == to) return;
            }

            var close = closes[from];
            if (isOnCredit) BeginInstant(close);
            do
            {
                Session.OnBar(map[instruments[from]], bars, from);
                from++;
            }
            while (from < to && closes[from] == close);

            if (isOnCredit) Session.EndBars(close);
            for (; signal < _raised.Count && _raised[signal].Row < from; signal++)
            {
                var raised = _raised[signal].Signal;
                Signals.Add(raised);
                if (map.Length == 1 && raised.Instrument == bars.Instruments[0].Id) Session.OnSignal(map[0], raised);
                else Session.OnSignal(raised);
            }

            if (Session.Executions.Count > 0) TakeExecutions(close);
            TakeEquity(close);
        }
    }

    /// <summary>
    /// Of one instrument, goes through the rows up to the one that a signal was raised at where nothing can trade: what is left
    /// of them is equity. Returns the first row that it left.
    /// </summary>
    private int PassQuietly(BarSeries bars, int instrument, int from, int until)
    {
        if (until == from || !Session.IsQuiet(instrument)) return from;
        if (Session.IsOnCredit && Session.PositionOf(instrument).Quantity != 0) return from;

        var (cash, quantity) = Session.HoldingEstimate(instrument);
        _ledgers[Session.LedgerOf(instrument)].Performance.OnEquities(
            bars.CloseMs.AsSpan(from, until - from), cash, quantity, bars.Close.AsSpan(from, until - from));
        Session.PassQuietly(instrument, bars.Close[until - 1]);
        return until;
    }

    private void TakeExecutions(long atMs)
    {
        foreach (var (order, fill) in Session.Executions)
        {
            var intent = order.Intent;
            var performance = _ledgers[Session.LedgerOf(order.Instrument)].Performance;
            if (performance.OnFill(intent.Instrument, intent.Side, fill.Quantity, fill.Price, fill.Commission, atMs, out var trade)) Trades.Add(trade);
        }

        Session.Executions.Clear();
    }

    private void TakeEquity(long atMs)
    {
        for (var ledger = 0; ledger < _ledgers.Length; ledger++)
        {
            _ledgers[ledger].Performance.OnEquity(atMs, Session.EquityEstimate(ledger));
        }
    }

    private void BeginInstant(long closeMs)
    {
        var booked = Session.PositionEvents.Count;
        Session.BeginInstant(closeMs);
        TakeBookings(booked, closeMs);
    }

    /// <summary>What was booked without an order, from the event at <paramref name="from"/> on.</summary>
    private void TakeBookings(int from, long atMs)
    {
        for (var i = from; i < Session.PositionEvents.Count; i++)
        {
            var booked = Session.PositionEvents[i];
            var performance = Array.Find(_ledgers, l => l.Currency == booked.Currency)!.Performance;
            switch (booked)
            {
                case PositionSplit split when performance.OnSplit(split, atMs, out var trade):
                    Trades.Add(trade);
                    break;
                case DividendBooked dividend:
                    performance.OnIncome(dividend.Instrument, dividend.Cash);
                    break;
                case BorrowCharged charged:
                    performance.OnIncome(charged.Instrument, charged.Cash);
                    break;
            }
        }
    }

    private int[] Map(IReadOnlyList<Instrument> instruments)
    {
        if (ReferenceEquals(instruments, _mapped)) return _map;

        _map = [.. instruments.Select(IndexOf)];
        _mapped = instruments;
        return _map;
    }

    // Both engines count from 0 in the order of first sight, so that one index does for both.
    private int IndexOf(Instrument instrument)
    {
        var index = Session.IndexOf(instrument);
        _engine.IndexOf(instrument.Id);
        if (Session.LedgerOf(index) == _ledgers.Length) _ledgers = [.. _ledgers, new Ledger(instrument.Currency, new PerformanceTracker(_openingBalance))];
        return index;
    }

    private sealed record Ledger(string Currency, PerformanceTracker Performance);
}

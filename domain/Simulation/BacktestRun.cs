using AlgoStack.Engine;
using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Performance;
using AlgoStack.Trading.Risk;

namespace AlgoStack.Simulation;

/// <summary>
/// History through the engines that trade live: the signal engine and the trading session, called instant by instant
/// in one loop. What it would have traded is what live trades on the same bars.
/// </summary>
public sealed class BacktestRun(string account, RiskLimits limits, Timeframe timeframe, IEnumerable<StrategyEntry> strategies)
    : IDisposable
{
    private readonly SignalEngine _engine = new(timeframe, strategies);
    private readonly List<(int Engine, int Session)> _indices = [];
    private readonly Dictionary<InstrumentId, int> _known = [];
    private readonly List<Signal> _instantSignals = [];
    private readonly Dictionary<ClientOrderId, OrderIntent> _working = [];
    private readonly Dictionary<string, PerformanceTracker> _performance = new(StringComparer.Ordinal);
    private readonly Dictionary<InstrumentId, string> _currencies = [];
    private int _seenEvents;

    public TradingSession Session { get; } = new(account, limits);

    /// <summary>Signals since the list was last cleared, in order. The caller clears it.</summary>
    public List<Signal> Signals { get; } = [];

    /// <summary>How the account has done so far, by currency.</summary>
    public IEnumerable<(string Currency, PerformanceStatistics Statistics)> Statistics =>
        _performance.Select(p => (p.Key, p.Value.Statistics()));

    /// <summary>Forgets the signals and events that the caller has taken from the lists.</summary>
    public void ClearEvents()
    {
        Signals.Clear();
        Session.OrderEvents.Clear();
        Session.PositionEvents.Clear();
        _seenEvents = 0;
    }

    /// <summary>History from before the run: strategies see it, nothing is traded.</summary>
    public void WarmUp(BarSeries bars)
    {
        var map = Map(bars.Instruments);
        for (var row = 0; row < bars.Count; row++) _engine.WarmUp(_indices[map[bars.Instrument[row]]].Engine, bars[row]);
    }

    /// <summary>Runs rows <paramref name="from"/> to before <paramref name="to"/>: whole instants, in order.</summary>
    public void Run(BarSeries bars, int from, int to)
    {
        var map = Map(bars.Instruments);
        while (from < to)
        {
            var end = EndOfInstant(bars, from, to);
            for (var row = from; row < end; row++)
            {
                var (engine, session) = _indices[map[bars.Instrument[row]]];
                var bar = bars[row];
                Session.OnBar(session, bar);
                _engine.OnBar(engine, bar, _instantSignals);
            }

            foreach (var signal in _instantSignals)
            {
                Signals.Add(signal);
                Session.OnSignal(signal);
            }

            _instantSignals.Clear();
            Track(bars.CloseMs[from]);
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

    private void Track(long closeMs)
    {
        for (; _seenEvents < Session.OrderEvents.Count; _seenEvents++)
        {
            switch (Session.OrderEvents[_seenEvents])
            {
                case OrderRequested requested:
                    _working.Add(requested.OrderId, requested.Intent);
                    break;
                case OrderFilled fill:
                    var order = _working[fill.OrderId];
                    _performance[_currencies[order.Instrument]].OnFill(
                        order.Instrument, order.Side, fill.Quantity, fill.Price, fill.Commission, closeMs, out _);
                    if (fill.Leaves == 0) _working.Remove(fill.OrderId);
                    break;
                case OrderDenied or OrderRejected or OrderCanceled:
                    _working.Remove(Session.OrderEvents[_seenEvents].OrderId);
                    break;
            }
        }

        foreach (var balance in Session.Balances) _performance[balance.Currency].OnEquity(closeMs, balance.Equity);
    }

    private int[] Map(IReadOnlyList<Instrument> instruments)
    {
        var map = new int[instruments.Count];
        for (var i = 0; i < map.Length; i++)
        {
            var instrument = instruments[i];
            if (!_known.TryGetValue(instrument.Id, out map[i]))
            {
                map[i] = _indices.Count;
                _known.Add(instrument.Id, map[i]);
                _currencies.Add(instrument.Id, instrument.Currency);
                _performance.TryAdd(instrument.Currency, new PerformanceTracker(TradingSession.OpeningBalance));
                _indices.Add((_engine.IndexOf(instrument.Id), Session.IndexOf(instrument)));
            }
        }

        return map;
    }
}

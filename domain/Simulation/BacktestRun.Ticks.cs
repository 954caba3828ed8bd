using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Simulation;

public sealed partial class BacktestRun
{
    private readonly TickBars _ticks;
    private readonly List<(int Instrument, Bar Bar)> _closed = [];
    private readonly List<Signal> _raisedAtClose = [];
    private IReadOnlyList<Instrument> _ticked = [];

    /// <summary>
    /// Runs ticks <paramref name="from"/> to before <paramref name="to"/>: strategies see the bars that ticks close, as
    /// <see cref="TickBars"/> makes them, and their orders, on their way since the bar's end, trade with the ticks after it, see
    /// <see cref="Venue.SimulatedVenue.OnTick"/>. Equity is taken at each close of bars, and at the last tick of the series.
    /// </summary>
    public void Run(TickSeries ticks, int from, int to)
    {
        var map = MapTicks(ticks.Instruments);
        Watch(map);
        while (from < to)
        {
            if (ticks.TimeUs[from] >= _ticks.EndUs) CloseBars(ticks.TimeUs[from], map);
            from = _ticks.Pass(ticks, map, from, to, out var watched);
            if (watched < 0) continue;

            ref var market = ref _ticks[watched];
            Session.OnTick(watched, ticks[from - 1], market);
            if (Session.Executions.Count == 0) continue;

            TakeExecutions(ticks.TimeUs[from - 1] / 1_000);
            market.IsWatched = Session.HasOrders(watched);
        }

        if (to == ticks.Count && to > 0) End(map, ticks.TimeUs[^1] / 1_000);
    }

    private void CloseBars(long timeUs, int[] map)
    {
        var closeMs = _ticks.EndUs / 1_000;
        _ticks.Close(timeUs, _closed);
        if (_closed.Count == 0) return;

        var intents = Session.Intents;
        if (Session.IsOnCredit) BeginInstant(closeMs);
        foreach (var (instrument, bar) in _closed)
        {
            Session.OnBarOfTicks(instrument, bar);
            _engine.OnBar(instrument, bar, _raisedAtClose);
        }

        if (Session.IsOnCredit) Session.EndBars(closeMs);
        foreach (var signal in _raisedAtClose)
        {
            Signals.Add(signal);
            Session.OnSignal(signal);
        }

        _raisedAtClose.Clear();
        _closed.Clear();
        if (Session.Intents != intents) Watch(map);
        TakeEquity(closeMs);
    }

    private void Watch(int[] map)
    {
        foreach (var instrument in map) _ticks[instrument].IsWatched = Session.HasOrders(instrument);
    }

    /// <summary>The bars that are open have no close to be seen at, but what is held has a price.</summary>
    private void End(int[] map, long lastMs)
    {
        foreach (var instrument in map)
        {
            if (_ticks[instrument].Last is > 0 and var last) Session.PassQuietly(instrument, last);
        }

        TakeEquity(lastMs);
    }

    private int[] MapTicks(IReadOnlyList<Instrument> instruments)
    {
        var map = Map(instruments);
        if (ReferenceEquals(instruments, _ticked)) return map;

        for (var i = 0; i < map.Length; i++) _ticks.Add(map[i], instruments[i].Id);
        _ticked = instruments;
        return map;
    }
}

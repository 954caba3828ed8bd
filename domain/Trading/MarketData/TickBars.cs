using AlgoStack.Trading.Instruments;

namespace AlgoStack.Trading.MarketData;

/// <summary>
/// Makes bars of ticks while they come, by the clock: they are counted from a Monday, 5 January 1970, 00:00 UTC. A bar has the
/// ticks from its start to before its end; it is closed when the first tick comes, of whatever instrument, that is not before its end. So the last bar
/// of a series, which no tick ends, stays open. There is no bar where nothing made a price. Instruments are told apart by the
/// caller's index.
/// </summary>
public sealed class TickBars(Timeframe timeframe)
{
    private const long FirstMondayUs = 4 * 86_400_000_000;

    private readonly long _lengthUs = timeframe.Milliseconds * 1_000;
    private readonly List<(InstrumentId Id, int Index)> _byId = [];
    private TickMarket[] _markets = [];

    /// <summary>Unix microseconds, UTC, at which the open bars end; before the first tick, before all times.</summary>
    public long EndUs { get; private set; } = long.MinValue;

    public ref TickMarket this[int instrument] => ref _markets[instrument];

    /// <summary>All bars that the ticks close, by (close, instrument id).</summary>
    public static BarSeries Of(TickSeries ticks, Timeframe timeframe)
    {
        var maker = new TickBars(timeframe);
        int[] same = [.. Enumerable.Range(0, ticks.Instruments.Count)];
        foreach (var i in same) maker.Add(i, ticks.Instruments[i].Id);

        var bars = new List<(int Instrument, Bar Bar)>();
        for (var row = 0; row < ticks.Count;)
        {
            if (ticks.TimeUs[row] >= maker.EndUs) maker.Close(ticks.TimeUs[row], bars);
            row = maker.Pass(ticks, same, row, ticks.Count, out _);
        }

        return new BarSeries(
            timeframe,
            ticks.Instruments,
            [.. bars.Select(b => b.Instrument)],
            [.. bars.Select(b => b.Bar.CloseMs)],
            [.. bars.Select(b => b.Bar.Open)],
            [.. bars.Select(b => b.Bar.High)],
            [.. bars.Select(b => b.Bar.Low)],
            [.. bars.Select(b => b.Bar.Close)],
            [.. bars.Select(b => b.Bar.Volume)]);
    }

    /// <summary>Says what index an instrument has, before its first tick; more than once is as good as once.</summary>
    public void Add(int instrument, InstrumentId id)
    {
        if (_byId.Contains((id, instrument))) return;

        _byId.Add((id, instrument));
        _byId.Sort();
        if (instrument >= _markets.Length) Array.Resize(ref _markets, instrument + 1);
    }

    /// <summary>
    /// Takes rows from <paramref name="from"/> on, up to the first that would end the open bars, or up to and with the first of
    /// a watched instrument, but none from <paramref name="to"/> on. Returns the row after the last one taken.
    /// </summary>
    /// <param name="instruments">The index of each of the series' instruments.</param>
    /// <param name="watched">The index of the watched instrument that the last row taken is of; -1 for none.</param>
    public int Pass(TickSeries ticks, int[] instruments, int from, int to, out int watched)
    {
        var (times, kinds, column, markets, endUs) = (ticks.TimeUs, ticks.Kind, ticks.Instrument, _markets, EndUs);
        for (var row = from; row < to; row++)
        {
            if (times[row] >= endUs)
            {
                watched = -1;
                return row;
            }

            var instrument = instruments[column[row]];
            ref var market = ref markets[instrument];
            if (kinds[row] == TickKind.Trade) market.OnTrade(ticks.Price[row], ticks.Size[row]);
            else market.OnQuote(ticks.Price[row], ticks.Size[row], ticks.Ask[row], ticks.AskSize[row]);
            if (!market.IsWatched) continue;

            watched = instrument;
            return row + 1;
        }

        watched = -1;
        return to;
    }

    /// <summary>Closes the open bars, which are added by instrument id, and opens those that a tick at <paramref name="timeUs"/> is in.</summary>
    public void Close(long timeUs, List<(int Instrument, Bar Bar)> closed)
    {
        var endMs = EndUs / 1_000;
        foreach (var (_, instrument) in _byId)
        {
            ref var market = ref _markets[instrument];
            if (market.IsOpen) closed.Add((instrument, market.Close(endMs)));
        }

        var since = (timeUs - FirstMondayUs) % _lengthUs;
        EndUs = timeUs - (since < 0 ? since + _lengthUs : since) + _lengthUs;
    }
}

using AlgoStack.Contracts.MarketData;
using AlgoStack.Ingestion.Instruments;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Ingestion.Tape;

/// <summary>What the ledger knows of one instrument's UTC day.</summary>
internal readonly record struct LedgerDay(int Bars, long FirstMs, long LastMs, BarHash Hash)
{
    public LedgerDay With(in Bar bar) => Bars == 0
        ? new LedgerDay(1, bar.CloseMs, bar.CloseMs, BarHash.Of(bar))
        : new LedgerDay(Bars + 1, Math.Min(FirstMs, bar.CloseMs), Math.Max(LastMs, bar.CloseMs), Hash + BarHash.Of(bar));

    public LedgerDay Replacing(in Bar old, in Bar bar) => this with { Hash = Hash - BarHash.Of(old) + BarHash.Of(bar) };
}

/// <summary>
/// Which rows of a batch the tape lacks. Most batches are decided by the ledger alone: a day it does not know is
/// written, a day with the same content is not, and only where days overlap are rows compared one by one.
/// </summary>
internal sealed class WritePlan
{
    private const long DayMs = 86_400_000;

    private readonly Dictionary<(int Instrument, int Day), Part> _parts = [];
    private readonly bool[] _skip;
    private readonly int[] _idOfRow;
    private readonly HashSet<int> _compare = [];
    private readonly Dictionary<(int Instrument, long CloseMs), Bar> _onTape = [];

    public WritePlan(BarsClosed batch, InstrumentRegistry instruments)
    {
        Batch = batch;
        TimeframeSeconds = Timeframe.TryParse(batch.Timeframe, out var timeframe)
            ? checked((int)(timeframe.Milliseconds / 1_000))
            : throw new ArgumentException($"Batch {batch.Sequence}: expected a timeframe, found '{batch.Timeframe}'.", nameof(batch));
        InstrumentIds = [.. batch.Bars.Instruments.Select(name => instruments[name].Id)];
        var bars = batch.Bars;
        _skip = new bool[bars.Count];
        _idOfRow = new int[bars.Count];
        for (var row = 0; row < bars.Count; row++)
        {
            _idOfRow[row] = InstrumentIds[bars.Instrument[row]];
            var key = (_idOfRow[row], DayOf(bars.CloseMs[row]));
            if (!_parts.TryGetValue(key, out var part)) _parts.Add(key, part = new Part());
            part.Rows.Add(row);
            part.Content = part.Content.With(Bar(row));
        }
    }

    public BarsClosed Batch { get; }

    public int TimeframeSeconds { get; }

    /// <summary>In the order of the batch's instruments.</summary>
    public int[] InstrumentIds { get; }

    public long FirstMs => Batch.Bars.Count > 0 ? Batch.Bars.CloseMs[0] : 0;

    public long LastMs => Batch.Bars.Count > 0 ? Batch.Bars.CloseMs[^1] : 0;

    public DateOnly FirstDay => PostgresTime.DayOf(FirstMs);

    public DateOnly LastDay => PostgresTime.DayOf(LastMs);

    public bool NeedsTape => _compare.Count > 0;

    public IReadOnlyCollection<int> InstrumentsToCompare => _compare;

    /// <summary>Whether the tape holds bars of these instruments in this range that the batch does not have.</summary>
    public bool TapeHasOthers { get; private set; }

    public int RowsToWrite => _skip.Count(skip => !skip);

    /// <summary>Takes account of a day that the ledger knows.</summary>
    public void Meet(int instrument, DateOnly day, LedgerDay known)
    {
        var part = _parts.GetValueOrDefault((instrument, day.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber));
        if (part is not null) part.Known = known;
        if (part is not null && part.Content.Bars == known.Bars && part.Content.Hash == known.Hash)
        {
            foreach (var row in part.Rows) _skip[row] = true;
        }
        else if (known.LastMs >= FirstMs && known.FirstMs <= LastMs)
        {
            _compare.Add(instrument);
        }
    }

    /// <summary>Leaves nothing to the ledger.</summary>
    public void CompareAll() => _compare.UnionWith(InstrumentIds);

    /// <summary>Takes account of a bar on the tape, within the batch's range.</summary>
    public void Compare(int instrument, in Bar bar) => _onTape.Add((instrument, bar.CloseMs), bar);

    /// <summary>What to write, in the batch's order.</summary>
    public IEnumerable<(int Instrument, Bar Bar)> Rows()
    {
        for (var row = 0; row < _skip.Length; row++)
        {
            if (!_skip[row]) yield return (_idOfRow[row], Bar(row));
        }
    }

    /// <summary>Settles what <see cref="Compare"/> has told.</summary>
    public void Settle()
    {
        var met = 0;
        for (var row = 0; row < _skip.Length; row++)
        {
            var bar = Bar(row);
            if (!_onTape.TryGetValue((_idOfRow[row], bar.CloseMs), out var old)) continue;

            met++;
            if (old == bar) _skip[row] = true;
        }

        TapeHasOthers = met < _onTape.Count;
    }

    /// <summary>The days that the write changes, as they will be.</summary>
    public IEnumerable<(int Instrument, DateOnly Day, LedgerDay Now)> LedgerChanges()
    {
        foreach (var ((instrument, day), part) in _parts)
        {
            var now = part.Known;
            foreach (var row in part.Rows)
            {
                if (_skip[row]) continue;
                var bar = Bar(row);
                now = _onTape.TryGetValue((instrument, bar.CloseMs), out var old) ? now.Replacing(old, bar) : now.With(bar);
            }

            if (now != part.Known) yield return (instrument, PostgresTime.DayOf(day * DayMs), now);
        }
    }

    private static int DayOf(long ms) => (int)Math.Floor(ms / (double)DayMs);

    private Bar Bar(int row)
    {
        var bars = Batch.Bars;
        return new Bar(bars.CloseMs[row], bars.Open[row], bars.High[row], bars.Low[row], bars.Close[row], bars.Volume[row]);
    }

    private sealed class Part
    {
        public List<int> Rows { get; } = [];

        public LedgerDay Content { get; set; }

        public LedgerDay Known { get; set; }
    }
}

using AlgoStack.Contracts.MarketData;
using AlgoStack.Ingestion.Instruments;
using AlgoStack.Ingestion.Quality;
using AlgoStack.Ingestion.Tape;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Ingestion.Providers.Replay;

/// <summary>
/// What a file had to give: its accepted bars, in order and stamped at their close, and an account of all the others.
/// Reading the same file with the same options gives the same again, which is what a replay resumes on.
/// </summary>
internal sealed class ReplayData : IDisposable
{
    /// <summary>A longer step between bars is no timeframe.</summary>
    public static readonly TimeSpan LongestTimeframe = TimeSpan.FromDays(366);

    // Clocks differ, and a daily bar of today may be stamped at its end.
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(1);

    private readonly SortedBars _sorted = new();
    private readonly BarGate _gate = new();
    private readonly CloseTimes _closes = new();
    private readonly List<Source> _sources = [];
    private readonly List<Instrument> _instruments = [];
    private readonly Dictionary<InstrumentId, int> _numbers = [];
    private readonly Quarantine _quarantine = new();
    private readonly List<long> _previous = [];
    private long _smallestStep = long.MaxValue;
    private long _shift;
    private bool _usable;

    private ReplayData()
    {
    }

    public Timeframe Timeframe { get; private set; }

    /// <summary>By number, which is what <see cref="Bars"/> refers to.</summary>
    public IReadOnlyList<Instrument> Instruments => _instruments;

    public long Read { get; private set; }

    public long Accepted => _usable ? _sorted.Count : 0;

    public long Duplicates { get; private set; }

    public IReadOnlyDictionary<string, long> Quarantined => _quarantine.Counts;

    /// <summary>All that were quarantined.</summary>
    public long Refused => _quarantine.Total;

    public IReadOnlyList<QuarantinedRow> Details => _quarantine.Details;

    public FileAccount Account => Accepted > 0
        ? new FileAccount(Read, Accepted, Duplicates, _quarantine, Timeframe.ToString(), Hash.ToString(), Failure?.Message)
        : new FileAccount(Read, 0, Duplicates, _quarantine, Timeframe: null, ContentHash: null, Failure?.Message);

    /// <summary>Over every accepted bar and its instrument.</summary>
    public ContentHash Hash { get; private set; }

    /// <summary>Why the file could not be read to its end, or gave nothing; what <see cref="Bars"/> has is good.</summary>
    public BarFileException? Failure { get; private set; }

    /// <summary>Reads a whole file. Costs about 60 bytes a bar up to the bound of <see cref="SortedBars"/>.</summary>
    /// <param name="now">Wall-clock time: a bar more than a day later is in the future.</param>
    /// <exception cref="BarFileException">It cannot be opened, or has not the columns that bars need.</exception>
    public static ReplayData From(StartReplay replay, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var data = new ReplayData();
        try
        {
            using var file = BarFile.Open(replay.File);
            data.ReadRows(file, replay.Venue, (now + Ahead).ToUnixTimeMilliseconds(), cancellationToken);
            data.Settle(file, replay.Timeframe);
            return data;
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    /// <summary>The accepted bars by (close, instrument id), stamped at their close.</summary>
    public IEnumerable<InstrumentBar> Bars() =>
        !_usable ? []
            : _shift == 0 ? _sorted.Read()
            : _sorted.Read().Select(row => row with { Bar = row.Bar with { CloseMs = row.Bar.CloseMs + _shift } });

    public void Dispose() => _sorted.Dispose();

    private void ReadRows(BarFile file, string? venue, long latestMs, CancellationToken cancellationToken)
    {
        try
        {
            while (file.Next())
            {
                if ((++Read & 0xFFFF) == 0) cancellationToken.ThrowIfCancellationRequested();
                if (file.Problem is { } problem)
                {
                    _quarantine.Add(file.LineNumber, null, problem, file.Detail!);
                    continue;
                }

                var source = SourceOf(file, venue);
                if (source.Instrument < 0) _quarantine.Add(file.LineNumber, null, GateReason.BadSymbol, source.Error!);
                else Take(file, source, latestMs);
            }
        }
        catch (BarFileException e)
        {
            Failure = e;
        }
    }

    private Source SourceOf(BarFile file, string? venue)
    {
        while (_sources.Count <= file.Symbol)
        {
            var symbol = file.Symbols[_sources.Count];
            _sources.Add(InstrumentNaming.TryName(symbol, venue, out var instrument, out var error)
                ? new Source(NumberOf(instrument!), InstrumentNaming.IsEquity(instrument!.Id), null)
                : new Source(-1, false, error));
        }

        return _sources[file.Symbol];
    }

    // Two spellings, as in SIM:AAPL and AAPL, may mean one instrument.
    private int NumberOf(Instrument instrument)
    {
        if (_numbers.TryGetValue(instrument.Id, out var number)) return number;

        number = _instruments.Count;
        _numbers.Add(instrument.Id, number);
        _instruments.Add(instrument);
        _previous.Add(long.MinValue);
        _sorted.AddInstrument(instrument.Id.Value);
        return number;
    }

    private void Take(BarFile file, Source source, long latestMs)
    {
        var row = file.Bar;
        var number = source.Instrument;
        var verdict = _gate.Check(number, row, latestMs);
        if (verdict.Outcome == GateOutcome.Duplicate)
        {
            Duplicates++;
            return;
        }

        if (verdict.Reason is { } reason)
        {
            KeepOut(file.LineNumber, number, reason, row);
            return;
        }

        var previous = _previous[number];
        if (previous != long.MinValue && row.CloseMs % 1_000 == 0)
        {
            var step = row.CloseMs - previous;
            if (step < _smallestStep && step % 1_000 == 0) _smallestStep = step;
        }

        _previous[number] = row.CloseMs;
        if (file.DatesOnly) row = row with { CloseMs = _closes.OfDate(row.CloseMs, source.Equity) };
        _sorted.Add(number, row);
    }

    private void KeepOut(long line, int number, string reason, Bar row) =>
        _quarantine.Add(line, _instruments[number].Id.Value, reason, () => BarGate.Explain(reason, row));

    private void Settle(BarFile file, string? timeframe)
    {
        if (_sorted.Count == 0)
        {
            Failure ??= new BarFileException(BarFileException.NoRows, $"{file.Path}: no usable row among {Read} ({_quarantine}).");
            return;
        }

        if (TimeframeOf(file, timeframe) is not { } settled)
        {
            Failure ??= new BarFileException(
                BarFileException.NoTimeframe,
                $"{file.Path}: no symbol has two usable bars, so the timeframe cannot be told; give it.");
            return;
        }

        Timeframe = settled;
        _usable = true;
        _shift = file.DatesOnly ? 0 : Timeframe.Milliseconds;
        var seeds = _instruments.Select(i => ContentHash.WordOf(i.Id.Value)).ToArray();
        foreach (var row in Bars())
        {
            Hash += ContentHash.Of(row.Bar, seeds[row.Instrument]);
        }
    }

    private Timeframe? TimeframeOf(BarFile file, string? asked)
    {
        if (asked is not null && Timeframe.TryParse(asked, out var given)) return given;
        if (_smallestStep <= (long)LongestTimeframe.TotalMilliseconds) return new Timeframe(_smallestStep);
        return file.DatesOnly ? Timeframe.Day : null;
    }

    /// <param name="Instrument">Its number, or -1 when the symbol names none.</param>
    private sealed record Source(int Instrument, bool Equity, string? Error);
}

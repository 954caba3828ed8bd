using AlgoStack.BarFiles;
using AlgoStack.Contracts.MarketData;
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
    // Clocks differ, and a daily bar of today may be stamped at its end.
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(1);

    private readonly SortedBars _sorted = new();
    private readonly Quarantine _quarantine = new();
    private long _shift;
    private bool _usable;

    private ReplayData()
    {
    }

    public Timeframe Timeframe { get; private set; }

    /// <summary>By number, which is what <see cref="Bars"/> refers to.</summary>
    public IReadOnlyList<Instrument> Instruments { get; private set; } = [];

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
            using var rows = BarRows.Open(replay.File, replay.Venue, (now + Ahead).ToUnixTimeMilliseconds());
            data.ReadRows(rows, cancellationToken);
            data.Settle(rows, replay.Timeframe);
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

    private void ReadRows(BarRows rows, CancellationToken cancellationToken)
    {
        Instruments = rows.Instruments;
        var named = 0;
        try
        {
            while (rows.Next())
            {
                if ((++Read & 0xFFFF) == 0) cancellationToken.ThrowIfCancellationRequested();
                for (; named < rows.Instruments.Count; named++) _sorted.AddInstrument(rows.Instruments[named].Id.Value);

                if (rows.Verdict.Reason is { } reason) KeepOut(rows, reason);
                else if (rows.Verdict.Outcome == GateOutcome.Duplicate) Duplicates++;
                else _sorted.Add(rows.Instrument, rows.Bar);
            }
        }
        catch (BarFileException e)
        {
            Failure = e;
        }
    }

    private void KeepOut(BarRows rows, string reason) =>
        _quarantine.Add(rows.LineNumber, rows.Instrument < 0 ? null : rows.Instruments[rows.Instrument].Id.Value, reason, rows.Explain);

    private void Settle(BarRows rows, string? timeframe)
    {
        if (_sorted.Count == 0)
        {
            Failure ??= new BarFileException(BarFileException.NoRows, $"{rows.Path}: no usable row among {Read} ({_quarantine}).");
            return;
        }

        var asked = timeframe is not null && Timeframe.TryParse(timeframe, out var given) ? given : rows.InferTimeframe();
        if (asked is not { } settled)
        {
            Failure ??= new BarFileException(
                BarFileException.NoTimeframe,
                $"{rows.Path}: no symbol has two usable bars, so the timeframe cannot be told; give it.");
            return;
        }

        Timeframe = settled;
        _usable = true;
        _shift = rows.ShiftMs(settled);
        var seeds = Instruments.Select(i => ContentHash.WordOf(i.Id.Value)).ToArray();
        foreach (var row in Bars())
        {
            Hash += ContentHash.Of(row.Bar, seeds[row.Instrument]);
        }
    }
}

using System.Text;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.BarFiles;

/// <summary>
/// The bars of a file, row by row, in the file's order and memory bounded: each belongs to a named instrument and has the
/// gate's <see cref="Verdict"/>. What becomes of a row that is no bar is the caller's business.
/// </summary>
public sealed class BarRows : IDisposable
{
    /// <summary>A longer step between bars is no timeframe.</summary>
    public static readonly TimeSpan LongestTimeframe = TimeSpan.FromDays(366);

    private const int OpenField = FileColumns.FirstField, HighField = OpenField + 1, LowField = OpenField + 2, CloseField = OpenField + 3, VolumeField = OpenField + 4;

    private readonly DelimitedFile _file;
    private readonly string? _venue;
    private readonly long _latestMs;
    private readonly bool _isJudged;
    private readonly BarGate _gate = new();
    private readonly CloseTimes _closes = new();
    private readonly SymbolTable _symbols = new();
    private readonly int _wholeFileSymbol = -1;
    private readonly List<Source> _sources = [];
    private readonly List<Instrument> _instruments = [];
    private readonly Dictionary<InstrumentId, int> _numbers = [];
    private readonly List<long> _previous = [];
    private Bar _row;
    private long _smallestStep = long.MaxValue;

    private BarRows(DelimitedFile file, string? venue, long latestMs, bool isJudged)
    {
        _file = file;
        _venue = venue;
        _latestMs = latestMs;
        _isJudged = isJudged;
        if (!file.Has(FileColumns.Subject)) _wholeFileSymbol = _symbols.Find(Encoding.UTF8.GetBytes(file.Symbol));
    }

    /// <summary>What a file of bars has; without a header it is one of Binance's archives of klines.</summary>
    public static FileShape Shape { get; } = ShapeOf(BarFields.Open | BarFields.High | BarFields.Low | BarFields.Close | BarFields.Volume);

    public string Path => _file.Path;

    /// <summary>In the order in which they appeared, each with the terms that its kind has when nobody says otherwise.</summary>
    public IReadOnlyList<Instrument> Instruments => _instruments;

    /// <summary>Line of the current row, from 1; the header is one.</summary>
    public long LineNumber => _file.LineNumber;

    /// <summary>How much of the file has been read, 0 to 1.</summary>
    public double Progress => _file.Progress;

    public GateVerdict Verdict { get; private set; }

    /// <summary>The place of the current row's instrument in <see cref="Instruments"/>; -1 when the row cannot be read.</summary>
    public int Instrument { get; private set; }

    /// <summary>The current row when it was accepted; its time lacks <see cref="ShiftMs"/> to be the close.</summary>
    public Bar Bar { get; private set; }

    /// <param name="venue">Of symbols that name none.</param>
    /// <param name="latestMs">A later time is in the future.</param>
    /// <exception cref="BarFileException">Not there, empty, broken, or without the columns that bars need.</exception>
    public static BarRows Open(string path, string? venue = null, long latestMs = long.MaxValue) =>
        new(DelimitedFile.Open(path, Shape), venue, latestMs, isJudged: true);

    /// <summary>
    /// Reads these fields alone: no other column has to be there, and an empty one is NaN. Prices are not judged.
    /// </summary>
    /// <exception cref="BarFileException">Not there, empty, broken, or without the columns of <paramref name="reads"/>.</exception>
    public static BarRows OpenFields(string path, BarFields reads) =>
        new(DelimitedFile.Open(path, ShapeOf(reads)), venue: null, long.MaxValue, isJudged: false);

    /// <summary>Moves to the next row; blank lines are passed over.</summary>
    /// <exception cref="BarFileException">The file cannot be read on.</exception>
    public bool Next()
    {
        if (!_file.Next()) return false;

        Instrument = -1;
        if (_file.Problem is null) Parse();
        if (_file.Problem is { } problem) Verdict = GateVerdict.Quarantined(problem);
        return true;
    }

    /// <summary>Why the current row is no bar: what was expected and what was found.</summary>
    public string Explain() => _file.Detail ?? BarGate.Explain(Verdict.Reason ?? "", _row);

    /// <summary>The smallest step between two bars of an instrument, once all rows are read; null when no instrument had two.</summary>
    public Timeframe? InferTimeframe() =>
        _smallestStep <= (long)LongestTimeframe.TotalMilliseconds ? new Timeframe(_smallestStep)
            : _file.DatesOnly ? Timeframe.Day
            : null;

    /// <summary>Milliseconds from a row's time to its close: rows with a time of day say when the bar began.</summary>
    public long ShiftMs(Timeframe timeframe) => _file.DatesOnly ? 0 : timeframe.Milliseconds;

    public void Dispose() => _file.Dispose();

    private static FileShape ShapeOf(BarFields required) => new(
        FileShape.SymbolHeaders,
        [
            new("open", "open o openprice", required.HasFlag(BarFields.Open)),
            new("high", "high h highprice", required.HasFlag(BarFields.High)),
            new("low", "low l lowprice", required.HasFlag(BarFields.Low)),
            new("close", "close c closeprice", required.HasFlag(BarFields.Close)),
            new("volume", "volume v vol", required.HasFlag(BarFields.Volume)),
        ])
    {
        Headerless = "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore",
    };

    private void Parse()
    {
        if (!_file.TryTime(out var time) || FindSource() is not { } source) return;

        if (TryField(OpenField, out var open) && TryField(HighField, out var high) && TryField(LowField, out var low)
            && TryField(CloseField, out var close) && TryField(VolumeField, out var volume))
        {
            Take(source, new Bar(BarFileNumbers.ToMs(time), open, high, low, close, volume));
        }
    }

    private bool TryField(int role, out double value)
    {
        if (_isJudged || !_file[role].IsEmpty) return _file.TryNumber(role, out value);

        value = double.NaN;
        return true;
    }

    private Source? FindSource()
    {
        var symbol = _wholeFileSymbol >= 0 ? _wholeFileSymbol : _symbols.Find(_file[FileColumns.Subject]);
        if (symbol < 0)
        {
            _file.Refuse(GateReason.TooManySymbols, $"expected at most {SymbolTable.MostSymbols} symbols in a file");
            return null;
        }

        while (_sources.Count <= symbol) _sources.Add(NewSource(_symbols.Names[_sources.Count]));
        var source = _sources[symbol];
        if (source.Error is null) return source;

        _file.Refuse(GateReason.BadSymbol, source.Error);
        return null;
    }

    private Source NewSource(string symbol) =>
        InstrumentNaming.TryName(symbol, _venue, out var instrument, out var error)
            ? new Source(NumberOf(instrument!), InstrumentNaming.IsEquity(instrument!.Id), null)
            : new Source(-1, false, error);

    // Two spellings, as in SIM:AAPL and AAPL, may mean one instrument.
    private int NumberOf(Instrument instrument)
    {
        if (_numbers.TryGetValue(instrument.Id, out var number)) return number;

        number = _instruments.Count;
        _numbers.Add(instrument.Id, number);
        _instruments.Add(instrument);
        _previous.Add(long.MinValue);
        return number;
    }

    private void Take(Source source, in Bar row)
    {
        _row = row;
        Instrument = source.Instrument;
        Verdict = _isJudged ? _gate.Check(Instrument, row, _latestMs) : _gate.CheckOrder(Instrument, row);
        if (Verdict.Outcome != GateOutcome.Accepted) return;

        var previous = _previous[Instrument];
        if (previous != long.MinValue && row.CloseMs % 1_000 == 0)
        {
            var step = row.CloseMs - previous;
            if (step < _smallestStep && step % 1_000 == 0) _smallestStep = step;
        }

        _previous[Instrument] = row.CloseMs;
        Bar = _file.DatesOnly ? row with { CloseMs = _closes.OfDate(row.CloseMs, source.IsEquity) } : row;
    }

    /// <param name="Instrument">Its number, or -1 when the symbol names none.</param>
    private sealed record Source(int Instrument, bool IsEquity, string? Error);
}

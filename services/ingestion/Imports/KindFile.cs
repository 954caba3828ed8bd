using System.Globalization;
using System.Text;
using System.Text.Unicode;
using AlgoStack.BarFiles;
using AlgoStack.Ingestion.Quality;
using AlgoStack.Ingestion.Tape;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Ingestion.Imports;

/// <summary>
/// A file of a kind beside bars, in windows of rows that are in order of time, each key once. Of two rows with one key the
/// first counts. Rows may come in any order within a window; what comes later than a window that was past it is refused,
/// because it could not be told any more whether it is a repeat.
/// </summary>
internal sealed class KindFile : IDisposable
{
    /// <summary>Rows read and put in order at a time: about 50 MB of trades.</summary>
    public const int WindowRows = 500_000;

    private static readonly long EarliestUs = new DateTimeOffset(1600, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds() * 1_000;

    private readonly DelimitedFile _file;
    private readonly TapeKind _kind;
    private readonly string? _venue;
    private readonly long _latestUs;
    private readonly int _windowRows;
    private readonly int _id;
    private readonly int _place;
    private readonly SymbolTable _symbols = new();
    private readonly int _wholeFileSymbol = -1;
    private readonly CloseTimes _closes = new();
    private readonly List<Subject> _subjects = [];
    private readonly Dictionary<string, Subject> _bySymbol = new(StringComparer.Ordinal);
    private readonly Quarantine _quarantine = new();

    private KindFile(DelimitedFile file, TapeKind kind, string? venue, long latestUs, int windowRows)
    {
        _file = file;
        _kind = kind;
        _venue = venue;
        _latestUs = latestUs;
        _windowRows = windowRows;
        _place = kind.IndexOf(FieldRole.Place);
        _id = _place < 0 ? -1 : kind.IndexOf(FieldRole.Key);
        if (!file.Has(FileColumns.Subject)) _wholeFileSymbol = _symbols.Find(Encoding.UTF8.GetBytes(file.Symbol));
    }

    /// <summary>By number, which is what the rows' places refer to; grows from window to window.</summary>
    public IReadOnlyList<Subject> Subjects => _subjects;

    public long Read { get; private set; }

    public long Accepted { get; private set; }

    public long Duplicates { get; private set; }

    public Quarantine Quarantined => _quarantine;

    /// <summary>Why the file could not be read to its end; the windows before are good.</summary>
    public BarFileException? Failure { get; private set; }

    /// <param name="venue">Of symbols that name none.</param>
    /// <param name="latest">A row after this is in the future.</param>
    /// <exception cref="BarFileException">Not there, empty, no gzip, or without the columns that the kind needs.</exception>
    public static KindFile Open(string path, TapeKind kind, string? venue, DateTimeOffset latest, int windowRows = WindowRows) =>
        new(DelimitedFile.Open(path, kind.Shape), kind, venue, latest.ToUnixTimeMilliseconds() * 1_000, windowRows);

    /// <summary>The windows of the file, once; their subjects are <see cref="Subjects"/> by number.</summary>
    public IEnumerable<TapeRows> Windows(CancellationToken cancellationToken)
    {
        bool more;
        do
        {
            var window = new Window(_kind, Math.Min(_windowRows, 4_096));
            more = ReadWindow(window, cancellationToken);
            if (window.Count > 0)
            {
                var rows = Settle(window);
                Accepted += rows.Count;
                if (rows.Count > 0) yield return rows;
            }
        }
        while (more);
    }

    public void Dispose() => _file.Dispose();

    private bool ReadWindow(Window window, CancellationToken cancellationToken)
    {
        try
        {
            while (window.Count < _windowRows)
            {
                if (!_file.Next()) return false;
                if ((++Read & 0xFFFF) == 0) cancellationToken.ThrowIfCancellationRequested();
                if (_file.Problem is null) Take(window);
                if (_file.Problem is { } problem) _quarantine.Add(_file.LineNumber, null, problem, _file.Detail!);
            }

            return true;
        }
        catch (BarFileException e)
        {
            Failure = e;
            return false;
        }
    }

    private void Take(Window window)
    {
        if (!_file.TryTime(out var at) || FindSubject() is not { } subject || !window.TryParse(_file, _kind)) return;

        if (_file.DatesOnly && _kind.IsOfInstruments) at = _closes.OfDate(BarFileNumbers.ToMs(at), subject.IsEquity) * 1_000;
        if (at < EarliestUs) _file.Refuse(GateReason.BadTime, "expected a time from 1600 on");
        else if (at > _latestUs) _file.Refuse(GateReason.FutureTime, "expected a time that has been");
        else if (at < subject.Past) _file.Refuse(GateReason.OutOfOrder, $"expected a time no earlier than what was read {_windowRows} rows before, {Show(subject.Past)}");
        else if (Place(window, subject, at) is { } place) window.Add(_file.LineNumber, subject.Number, at, place);
    }

    // Rows without an id are told apart by their place in their instant, so these must come in order.
    private long? Place(Window window, Subject subject, long at)
    {
        if (_place < 0 || window.Parsed[_id] != TapeColumn.Null) return 0;
        if (at == subject.Newest) return ++subject.Place;
        if (at < subject.Newest)
        {
            _file.Refuse(GateReason.OutOfOrder, $"a row without an id, after one of {Show(subject.Newest)}");
            return null;
        }

        (subject.Newest, subject.Place) = (at, 0);
        return 0;
    }

    private Subject? FindSubject()
    {
        var symbol = _wholeFileSymbol >= 0 ? _wholeFileSymbol : _symbols.Find(_file[FileColumns.Subject]);
        if (symbol < 0)
        {
            _file.Refuse(GateReason.TooManySymbols, $"expected at most {SymbolTable.MostSymbols} symbols in a file");
            return null;
        }

        var name = _symbols.Names[symbol];
        if (!_bySymbol.TryGetValue(name, out var subject)) _bySymbol.Add(name, subject = NewSubject(name));
        if (subject.Error is not null) _file.Refuse(GateReason.BadSymbol, subject.Error);
        return subject.Error is null ? subject : null;
    }

    private Subject NewSubject(string symbol)
    {
        Instrument? instrument = null;
        if (_kind.IsOfInstruments && !InstrumentNaming.TryName(symbol, _venue, out instrument, out var error)) return new Subject(-1, symbol, null, error);
        if (!_kind.IsOfInstruments && symbol.Length is 0 or > InstrumentId.MostCharacters)
        {
            return new Subject(-1, symbol, null, $"Series: expected a name of 1 to {InstrumentId.MostCharacters} characters.");
        }

        // Two spellings, as in SIM:AAPL and AAPL, may mean one instrument.
        var id = instrument?.Id.Value ?? symbol;
        if (_subjects.Find(s => s.Name == id) is { } known) return known;

        var subject = new Subject(_subjects.Count, id, instrument, null);
        _subjects.Add(subject);
        return subject;
    }

    /// <summary>In order, without repeats, and remembers the newest instant of each subject, which the next window may go on with.</summary>
    private TapeRows Settle(Window window)
    {
        var rows = window.Build([.. _subjects.Select(s => s.Number)]);
        var order = Possible(rows, window);
        Array.Sort(order, (x, y) =>
        {
            var byKey = rows.CompareKeys(x, y, vintages: true);
            return byKey != 0 ? byKey : x.CompareTo(y);
        });

        var kept = 0;
        foreach (var row in order)
        {
            var subject = _subjects[rows.Subject[row]];
            if (rows.At[row] != subject.Past) subject.Keys.Clear();
            subject.Past = rows.At[row];
            var (key, hash) = (rows.KeyOf(row), rows.HashOf(row));
            if (subject.Keys.TryAdd(key, hash)) order[kept++] = row;
            else if (subject.Keys[key] == hash) Duplicates++;
            else _quarantine.Add(window.Line(row), subject.Name, GateReason.ConflictingDuplicate, Describe(rows, row));
        }

        return rows.Select(order[..kept]);
    }

    private int[] Possible(TapeRows rows, Window window)
    {
        var possible = new List<int>(rows.Count);
        for (var row = 0; row < rows.Count; row++)
        {
            if (_kind.Refuse(new TapeRow(rows, row)) is { } reason) _quarantine.Add(window.Line(row), _subjects[rows.Subject[row]].Name, reason, Describe(rows, row));
            else possible.Add(row);
        }

        return [.. possible];
    }

    private static string Describe(TapeRows rows, int row) =>
        $"found {Show(rows.At[row])}, {string.Join(", ", rows.Columns.Select((column, i) => $"{rows.Kind.Fields[i].Name} {column.Show(row)}"))}";

    private static string Show(long us) =>
        DateTime.UnixEpoch.AddTicks(us * TimeSpan.TicksPerMicrosecond).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>What rows are of, as the file names it.</summary>
    /// <param name="number">Its place in <see cref="Subjects"/>, or -1 when the symbol names nothing.</param>
    internal sealed class Subject(int number, string name, Instrument? instrument, string? error)
    {
        public int Number => number;

        public string Name => name;

        /// <summary>Null for a series.</summary>
        public Instrument? Instrument => instrument;

        public string? Error => error;

        public bool IsEquity { get; } = instrument is not null && InstrumentNaming.IsEquity(instrument.Id);

        /// <summary>The newest instant of earlier windows, and what of it is known.</summary>
        public long Past { get; set; } = long.MinValue;

        public Dictionary<RowKey, ContentHash> Keys { get; } = [];

        /// <summary>Of the newest row without an id.</summary>
        public long Newest { get; set; } = long.MinValue;

        public long Place { get; set; }
    }

    private sealed class Window(TapeKind kind, int capacity)
    {
        private readonly TapeColumn.Builder[] _columns = [.. kind.Fields.Select(f => new TapeColumn.Builder(f.Type))];
        private readonly List<long> _lines = new(capacity);
        private readonly List<int> _subjects = new(capacity);
        private readonly List<long> _at = new(capacity);

        public int Count => _at.Count;

        /// <summary>The fields of the row last parsed: bits of a number, days of a date, a word's place.</summary>
        public long[] Parsed { get; } = new long[kind.Fields.Count];

        public long Line(int row) => _lines[row];

        /// <summary>Reads the fields of the file's current row. False, with the row refused, where one cannot be read.</summary>
        public bool TryParse(DelimitedFile file, TapeKind of)
        {
            for (var field = 0; field < Parsed.Length; field++)
            {
                var type = of.Fields[field].Type;
                var text = file[FileColumns.FirstField + field];
                Parsed[field] = type == FieldType.Number ? BitConverter.DoubleToInt64Bits(double.NaN) : TapeColumn.Null;
                // A lone point is how statistics offices write that there is no value.
                if (text.IsEmpty || text is [(byte)'.']) continue;

                switch (type)
                {
                    case FieldType.Number when file.TryNumber(FileColumns.FirstField + field, out var number):
                        Parsed[field] = BitConverter.DoubleToInt64Bits(double.IsNaN(number) ? double.NaN : number);
                        break;
                    case FieldType.Date when BarFileNumbers.TryTime(text, out var us, out _):
                        Parsed[field] = of.DayOf(us / of.TimeUnit);
                        break;
                    case FieldType.Date:
                        return file.Refuse(GateReason.BadTime, $"a date as {of.Fields[field].Name}", text);
                    case FieldType.Word when text.Length <= TapeColumn.MostWordBytes && Utf8.IsValid(text) && !text.Contains((byte)0):
                        Parsed[field] = _columns[field].PlaceOf(text);
                        break;
                    case FieldType.Word:
                        return file.Refuse(GateReason.Unreadable, $"at most {TapeColumn.MostWordBytes} bytes of text as {of.Fields[field].Name}", text);
                    default:
                        return false;
                }
            }

            return true;
        }

        public void Add(long line, int subject, long at, long place)
        {
            _lines.Add(line);
            _subjects.Add(subject);
            _at.Add(at);
            for (var field = 0; field < Parsed.Length; field++)
            {
                if (kind.Fields[field].Role == FieldRole.Place) _columns[field].Add(place);
                else if (kind.Fields[field].Type == FieldType.Number) _columns[field].Add(BitConverter.Int64BitsToDouble(Parsed[field]));
                else _columns[field].Add(Parsed[field]);
            }
        }

        public TapeRows Build(int[] subjects) =>
            new(kind, 0, subjects, [.. _subjects], [.. _at], Array.ConvertAll(_columns, column => column.Build()));
    }
}

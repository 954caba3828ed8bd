using System.Globalization;
using System.Text;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.BarFiles;

/// <summary>The trades or quotes of a file, row by row, in the file's order and memory bounded.</summary>
internal sealed class TickRows : IDisposable
{
    private const int PriceField = FileColumns.FirstField, SizeField = PriceField + 1, AskField = PriceField + 2, AskSizeField = PriceField + 3;

    private static readonly FileField Suspicious = new("suspicious", "suspicious", Required: false);

    private readonly DelimitedFile _file;
    private readonly bool _isOfQuotes;
    private readonly int _suspiciousField;
    private readonly SymbolTable _symbols = new();
    private readonly int _wholeFileSymbol = -1;
    private readonly List<(int Instrument, string? Error)> _sources = [];
    private readonly List<Instrument> _instruments = [];
    private readonly List<long> _newestUs = [];

    private TickRows(DelimitedFile file, string? venue, bool isOfQuotes)
    {
        _file = file;
        _isOfQuotes = isOfQuotes;
        _suspiciousField = isOfQuotes ? AskSizeField + 1 : SizeField + 1;
        Venue = venue;
        if (!file.Has(FileColumns.Subject)) _wholeFileSymbol = _symbols.Find(Encoding.UTF8.GetBytes(file.Symbol));
    }

    /// <summary>Of trades, then of quotes.</summary>
    public static IReadOnlyList<FileShape> Shapes { get; } =
    [
        new(
            FileShape.SymbolHeaders,
            [
                new("price", "price p lastprice", Required: true),
                new("size", "size quantity qty amount q volume", Required: true),
                Suspicious,
            ]),
        new(
            FileShape.SymbolHeaders,
            [
                new("bid", "bid bidprice b", Required: true),
                new("bid size", "bidsize bidqty bidquantity bs", Required: false),
                new("ask", "ask askprice a", Required: true),
                new("ask size", "asksize askqty askquantity as", Required: false),
                Suspicious,
            ]),
    ];

    public string Path => _file.Path;

    /// <summary>Of symbols that name none; null for the usual.</summary>
    public string? Venue { get; }

    /// <summary>In the order in which they appeared, each with the terms that its kind has when nobody says otherwise.</summary>
    public IReadOnlyList<Instrument> Instruments => _instruments;

    /// <summary>Line of the current row, from 1; the header is one.</summary>
    public long LineNumber => _file.LineNumber;

    /// <summary>Why the current row is no tick: what was expected and what was found; else null.</summary>
    public string? Problem => _file.Problem is null ? null : _file.Detail;

    /// <summary>The source says that the current row is not to be relied on.</summary>
    public bool IsSuspicious { get; private set; }

    /// <summary>The place of the current row's instrument in <see cref="Instruments"/>.</summary>
    public int Instrument { get; private set; }

    public Tick Tick { get; private set; }

    /// <exception cref="BarFileException">Not there, empty, broken, or without the columns that ticks need.</exception>
    public static TickRows Open(string path, string? venue)
    {
        var shape = Math.Max(DelimitedFile.ShapeOf(path, Shapes), 0);
        return new TickRows(DelimitedFile.Open(path, Shapes[shape]), venue, isOfQuotes: shape > 0);
    }

    /// <summary>Moves to the next row; blank lines are passed over.</summary>
    /// <exception cref="BarFileException">The file cannot be read on.</exception>
    public bool Next()
    {
        if (!_file.Next()) return false;
        if (_file.Problem is null) Parse();
        return true;
    }

    public void Dispose() => _file.Dispose();

    private void Parse()
    {
        IsSuspicious = _file[_suspiciousField] is [not (byte)'0', ..];
        if (!_file.TryTime(out var time) || !TryInstrument()) return;
        if (_file.DatesOnly)
        {
            _file.Refuse(GateReason.BadTime, "a date and time", _file[FileColumns.Time]);
            return;
        }

        if (IsSuspicious || !TryTick(time)) return;

        if (Tick.Problem() is { } problem)
        {
            _file.Refuse(GateReason.Unreadable, problem);
            return;
        }

        if (time < _newestUs[Instrument])
        {
            _file.Refuse(GateReason.OutOfOrder, $"expected a time of {Text(_newestUs[Instrument])} or later as in the rows before, found {Text(time)}");
            return;
        }

        _newestUs[Instrument] = time;
    }

    private bool TryTick(long time)
    {
        if (!_isOfQuotes)
        {
            if (!_file.TryNumber(PriceField, out var price) || !_file.TryNumber(SizeField, out var size)) return false;
            Tick = Tick.Trade(time, price, size);
            return true;
        }

        if (!TrySide(PriceField, out var bid) || !TrySide(SizeField, out var bidSize) || !TrySide(AskField, out var ask) || !TrySide(AskSizeField, out var askSize))
            return false;

        Tick = Tick.Quote(time, bid, bidSize, ask, askSize);
        return true;
    }

    // What is not there is not quoted.
    private bool TrySide(int role, out double value)
    {
        if (!_file[role].IsEmpty) return _file.TryNumber(role, out value);

        value = double.NaN;
        return true;
    }

    private bool TryInstrument()
    {
        var symbol = _wholeFileSymbol >= 0 ? _wholeFileSymbol : _symbols.Find(_file[FileColumns.Subject]);
        if (symbol < 0)
        {
            _file.Refuse(GateReason.TooManySymbols, $"expected at most {SymbolTable.MostSymbols} symbols in a file");
            return false;
        }

        while (_sources.Count <= symbol) _sources.Add(NewSource(_symbols.Names[_sources.Count]));
        (Instrument, var error) = _sources[symbol];
        if (error is null) return true;

        _file.Refuse(GateReason.BadSymbol, error);
        return false;
    }

    private (int Instrument, string? Error) NewSource(string symbol)
    {
        if (!InstrumentNaming.TryName(symbol, Venue, out var instrument, out var error)) return (-1, error);

        // Two spellings, as in SIM:AAPL and AAPL, may mean one instrument.
        var number = _instruments.FindIndex(i => i.Id == instrument!.Id);
        if (number >= 0) return (number, null);

        _instruments.Add(instrument!);
        _newestUs.Add(long.MinValue);
        return (_instruments.Count - 1, null);
    }

    private static string Text(long us) =>
        DateTimeOffset.UnixEpoch.AddTicks(us * TimeSpan.TicksPerMicrosecond).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}

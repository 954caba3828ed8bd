using System.Text;
using AlgoStack.Ingestion.Quality;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Ingestion.Providers.Replay;

/// <summary>
/// A CSV or CSV.gz of bars, row by row, in the file's order and memory bounded. A row that cannot be read is given with
/// its <see cref="Problem"/>; whether a readable one makes sense is the gate's business.
/// </summary>
internal sealed class BarFile : IDisposable
{
    private readonly LineReader _lines;
    private readonly BarFileColumns _columns;
    private readonly SymbolTable _symbols = new();
    private readonly int _wholeFileSymbol = -1;
    private readonly int[] _starts = new int[BarFileColumns.RoleCount];
    private readonly int[] _lengths = new int[BarFileColumns.RoleCount];
    private byte[] _unquoted = [];
    private bool? _datesOnly;

    private BarFile(string path, LineReader lines, BarFileColumns columns)
    {
        Path = path;
        _lines = lines;
        _columns = columns;
        if (!columns.Has(BarFileColumns.Symbol)) _wholeFileSymbol = _symbols.Find(Encoding.UTF8.GetBytes(SymbolOf(path)));
    }

    public string Path { get; }

    /// <summary>Whether rows carry dates rather than times: true once the first readable row had none.</summary>
    public bool DatesOnly => _datesOnly == true;

    /// <summary>Symbols in the order in which they appeared; <see cref="Symbol"/> points into it.</summary>
    public IReadOnlyList<string> Symbols => _symbols.Names;

    /// <summary>Line of the current row, from 1; the header is one.</summary>
    public long LineNumber => _lines.LineNumber;

    public int Symbol { get; private set; }

    /// <summary>The current row; its time is as in the file: the bar's start, or midnight UTC of its date.</summary>
    public Bar Bar { get; private set; }

    /// <summary>A <see cref="GateReason"/> when the current row cannot be read, else null.</summary>
    public string? Problem { get; private set; }

    public string? Detail { get; private set; }

    /// <exception cref="BarFileException">Not there, empty, no gzip, or without the columns that bars need.</exception>
    public static BarFile Open(string path)
    {
        var lines = LineReader.Open(path);
        try
        {
            if (!lines.TryRead(out var header, out var tooLong))
            {
                throw new BarFileException(BarFileException.Empty, $"{path}: the file is empty.");
            }

            if (tooLong)
            {
                throw new BarFileException(
                    BarFileException.Columns, $"{path}: line 1: expected a header, found a line of more than {LineReader.MostLineBytes} bytes.");
            }

            return new BarFile(path, lines, BarFileColumns.Read(path, header));
        }
        catch (BarFileException)
        {
            lines.Dispose();
            throw;
        }
    }

    /// <summary>The symbol of a file without a symbol column: its name up to the first dot, in upper case.</summary>
    public static string SymbolOf(string path)
    {
        var name = System.IO.Path.GetFileName(path);
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return (dot > 0 ? name[..dot] : name).ToUpperInvariant();
    }

    /// <summary>Moves to the next row; blank lines are passed over.</summary>
    /// <exception cref="BarFileException">The file cannot be read on.</exception>
    public bool Next()
    {
        while (_lines.TryRead(out var line, out var tooLong))
        {
            Problem = Detail = null;
            if (tooLong)
            {
                Refuse(GateReason.LineTooLong, $"expected at most {LineReader.MostLineBytes} bytes in a line");
                return true;
            }

            if (line.IsEmpty || line.IndexOfAnyExcept((byte)' ', (byte)'\t') < 0) continue;

            Parse(line);
            return true;
        }

        return false;
    }

    public void Dispose() => _lines.Dispose();

    private void Parse(ReadOnlySpan<byte> line)
    {
        if (line.Contains((byte)'"')) line = Unquote(line);
        if (!Split(line)) return;

        if (!ParseTime(line, out var time)) return;

        Symbol = _wholeFileSymbol >= 0 ? _wholeFileSymbol : _symbols.Find(Field(line, BarFileColumns.Symbol));
        if (Symbol < 0)
        {
            Refuse(GateReason.TooManySymbols, $"expected at most {SymbolTable.MostSymbols} symbols in a file");
            return;
        }

        if (Number(line, BarFileColumns.Open, out var open) && Number(line, BarFileColumns.High, out var high)
            && Number(line, BarFileColumns.Low, out var low) && Number(line, BarFileColumns.Close, out var close)
            && Number(line, BarFileColumns.Volume, out var volume))
        {
            Bar = new Bar(time, open, high, low, close, volume);
        }
    }

    private bool Split(ReadOnlySpan<byte> line)
    {
        var roles = _columns.Roles;
        var start = 0;
        for (var field = 0; field < roles.Length; field++)
        {
            if (start > line.Length)
            {
                Refuse(GateReason.Unreadable, $"expected at least {roles.Length} fields, found {field}");
                return false;
            }

            var length = line[start..].IndexOf(_columns.Separator);
            if (length < 0) length = line.Length - start;
            _starts[roles[field]] = start;
            _lengths[roles[field]] = length;
            start += length + 1;
        }

        return true;
    }

    private bool ParseTime(ReadOnlySpan<byte> line, out long time)
    {
        var text = Field(line, BarFileColumns.Time);
        if (!BarFileNumbers.TryTime(text, out time, out var dateOnly))
        {
            Refuse(GateReason.BadTime, $"expected a time, found '{Show(text)}'");
            return false;
        }

        if (_columns.Has(BarFileColumns.TimeOfDay) && dateOnly)
        {
            var clock = Field(line, BarFileColumns.TimeOfDay);
            if (!BarFileNumbers.TryTimeOfDay(clock, out var sinceMidnight))
            {
                Refuse(GateReason.BadTime, $"expected a time of day, found '{Show(clock)}'");
                return false;
            }

            time += sinceMidnight;
            dateOnly = false;
        }

        _datesOnly ??= dateOnly;
        if (_datesOnly == dateOnly) return true;

        Refuse(GateReason.BadTime, $"expected a {(DatesOnly ? "date" : "date and time")} as in the rows before, found '{Show(text)}'");
        return false;
    }

    private bool Number(ReadOnlySpan<byte> line, byte role, out double value)
    {
        var text = Field(line, role);
        if (BarFileNumbers.TryNumber(text, out value)) return true;

        Refuse(GateReason.Unreadable, $"expected a number, found '{Show(text)}'");
        return false;
    }

    private ReadOnlySpan<byte> Field(ReadOnlySpan<byte> line, byte role) =>
        line.Slice(_starts[role], _lengths[role]).Trim((byte)' ');

    private void Refuse(string reason, string detail) => (Problem, Detail) = (reason, detail);

    // Quotes around a field go; a separator inside of them becomes a space.
    private ReadOnlySpan<byte> Unquote(ReadOnlySpan<byte> line)
    {
        if (_unquoted.Length < line.Length) _unquoted = new byte[LineReader.MostLineBytes];
        var quoted = false;
        var length = 0;
        foreach (var c in line)
        {
            if (c == '"') quoted = !quoted;
            else _unquoted[length++] = quoted && c == _columns.Separator ? (byte)' ' : c;
        }

        return _unquoted.AsSpan(0, length);
    }

    private static string Show(ReadOnlySpan<byte> text)
    {
        const int most = 40;
        var shown = Encoding.UTF8.GetString(text.Length > most ? text[..most] : text);
        return string.Concat(shown.Select(c => char.IsControl(c) ? '?' : c));
    }
}

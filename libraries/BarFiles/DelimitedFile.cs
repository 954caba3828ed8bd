using System.Text;
using System.Text.RegularExpressions;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.BarFiles;

/// <summary>
/// A CSV, CSV.gz or zipped CSV of one kind of market data, line by line, in the file's order and memory bounded. A line whose fields
/// cannot be told apart, and a field that cannot be read, is refused with <see cref="Problem"/>.
/// </summary>
public sealed partial class DelimitedFile : IDisposable
{
    private readonly LineReader _lines;
    private readonly FileColumns _columns;
    private readonly int[] _starts;
    private readonly int[] _lengths;
    private bool _isAtRow;
    private bool? _datesOnly;

    private DelimitedFile(string path, LineReader lines, FileColumns columns)
    {
        Path = path;
        _lines = lines;
        _columns = columns;
        _starts = new int[columns.RoleCount];
        _lengths = new int[columns.RoleCount];
        _isAtRow = columns.IsHeaderless;
    }

    public string Path { get; }

    /// <summary>
    /// What a file without a symbol column is of: its name up to the first dot, in upper case; of an archive that is named
    /// <c>SYMBOL-INTERVAL-DATE</c>, as Binance's are, the symbol.
    /// </summary>
    public string Symbol
    {
        get
        {
            var name = System.IO.Path.GetFileName(Path);
            var dot = name.IndexOf('.', StringComparison.Ordinal);
            if (dot > 0) name = name[..dot];
            var archive = ArchiveName().Match(name);
            return (archive.Success ? archive.Groups["symbol"].Value : name).ToUpperInvariant();
        }
    }

    /// <summary>Whether rows carry dates rather than times: true once the first readable row had none.</summary>
    public bool DatesOnly => _datesOnly == true;

    /// <summary>Line of the current row, from 1; the header is one.</summary>
    public long LineNumber => _lines.LineNumber;

    /// <summary>How much of the file has been read, 0 to 1.</summary>
    public double Progress => _lines.Progress;

    /// <summary>A <see cref="GateReason"/> when the current row cannot be read, else null.</summary>
    public string? Problem { get; private set; }

    public string? Detail { get; private set; }

    /// <summary>A field of the current row, by its role; empty where the file has no such column.</summary>
    public ReadOnlySpan<byte> this[int role] => ((ReadOnlySpan<byte>)_lines.Line.Slice(_starts[role], _lengths[role])).Trim((byte)' ');

    /// <exception cref="BarFileException">Not there, empty, broken, or without the columns that the shape needs.</exception>
    public static DelimitedFile Open(string path, FileShape shape)
    {
        var lines = LineReader.Open(path);
        try
        {
            if (!lines.Next())
            {
                throw new BarFileException(BarFileException.Empty, $"{path}: the file is empty.");
            }

            if (lines.TooLong)
            {
                throw new BarFileException(
                    BarFileException.Columns, $"{path}: line 1: expected a header, found a line of more than {LineReader.MostLineBytes} bytes.");
            }

            return new DelimitedFile(path, lines, FileColumns.Read(path, lines.Line, shape));
        }
        catch (BarFileException)
        {
            lines.Dispose();
            throw;
        }
    }

    /// <summary>The place of the first shape whose columns the file's header has; -1 for none.</summary>
    /// <exception cref="BarFileException">Not there, empty or broken.</exception>
    public static int ShapeOf(string path, IReadOnlyList<FileShape> shapes)
    {
        using var lines = LineReader.Open(path);
        if (!lines.Next()) return -1;

        for (var i = 0; i < shapes.Count; i++)
        {
            if (FileColumns.Fits(lines.Line, shapes[i])) return i;
        }

        return -1;
    }

    public bool Has(int role) => _columns.Has(role);

    /// <summary>Moves to the next row; blank lines are passed over.</summary>
    /// <exception cref="BarFileException">The file cannot be read on.</exception>
    public bool Next()
    {
        while (_isAtRow || _lines.Next())
        {
            _isAtRow = false;
            Problem = Detail = null;
            if (_lines.TooLong)
            {
                Refuse(GateReason.LineTooLong, $"expected at most {LineReader.MostLineBytes} bytes in a line");
                return true;
            }

            if (_lines.Line.IndexOfAnyExcept((byte)' ', (byte)'\t') < 0) continue;

            Split(Unquoted(_lines.Line));
            return true;
        }

        return false;
    }

    public void Refuse(string reason, string detail) => (Problem, Detail) = (reason, detail);

    /// <summary>Refuses the row for a field that is not as expected.</summary>
    public bool Refuse(string reason, string expected, ReadOnlySpan<byte> found)
    {
        Refuse(reason, $"expected {expected}, found '{Show(found)}'");
        return false;
    }

    /// <summary>The row's time in Unix microseconds, as in the file: midnight UTC where it has dates only.</summary>
    public bool TryTime(out long microseconds)
    {
        var text = this[FileColumns.Time];
        if (!BarFileNumbers.TryTime(text, out microseconds, out var dateOnly)) return Refuse(GateReason.BadTime, "a time", text);

        if (_columns.Has(FileColumns.TimeOfDay) && dateOnly)
        {
            var clock = this[FileColumns.TimeOfDay];
            if (!BarFileNumbers.TryTimeOfDay(clock, out var sinceMidnight)) return Refuse(GateReason.BadTime, "a time of day", clock);

            microseconds += sinceMidnight;
            dateOnly = false;
        }

        _datesOnly ??= dateOnly;
        return _datesOnly == dateOnly
            || Refuse(GateReason.BadTime, $"a {(DatesOnly ? "date" : "date and time")} as in the rows before", text);
    }

    public bool TryNumber(int role, out double value)
    {
        var text = this[role];
        return BarFileNumbers.TryNumber(text, out value) || Refuse(GateReason.Unreadable, "a number", text);
    }

    public void Dispose() => _lines.Dispose();

    private void Split(ReadOnlySpan<byte> line)
    {
        var roles = _columns.Roles;
        var start = 0;
        for (var field = 0; field < roles.Length; field++)
        {
            if (start > line.Length)
            {
                Refuse(GateReason.Unreadable, $"expected at least {roles.Length} fields, found {field}");
                return;
            }

            var length = line[start..].IndexOf(_columns.Separator);
            if (length < 0) length = line.Length - start;
            if (roles[field] != FileColumns.Ignored) (_starts[roles[field]], _lengths[roles[field]]) = (start, length);
            start += length + 1;
        }
    }

    // Quotes around a field go; a separator inside of them becomes a space.
    private Span<byte> Unquoted(Span<byte> line)
    {
        if (!line.Contains((byte)'"')) return line;

        var quoted = false;
        var length = 0;
        foreach (var c in line)
        {
            if (c == '"') quoted = !quoted;
            else line[length++] = quoted && c == _columns.Separator ? (byte)' ' : c;
        }

        return line[..length];
    }

    [GeneratedRegex("^(?<symbol>[A-Z0-9_]+)-[0-9]{1,2}(s|m|h|d|w|mo)-[0-9]{4}-[0-9]{2}(-[0-9]{2})?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ArchiveName();

    private static string Show(ReadOnlySpan<byte> text)
    {
        const int most = 40;
        var shown = Encoding.UTF8.GetString(text.Length > most ? text[..most] : text);
        return string.Concat(shown.Select(c => char.IsControl(c) ? '?' : c));
    }
}

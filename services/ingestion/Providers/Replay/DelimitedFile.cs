using System.Text;
using AlgoStack.Ingestion.Quality;
using AlgoStack.Ingestion.Tape;

namespace AlgoStack.Ingestion.Providers.Replay;

/// <summary>
/// A CSV or CSV.gz of one kind of market data, line by line, in the file's order and memory bounded. A line whose fields
/// cannot be told apart, and a field that cannot be read, is refused with <see cref="Problem"/>.
/// </summary>
internal sealed class DelimitedFile : IDisposable
{
    private readonly LineReader _lines;
    private readonly FileColumns _columns;
    private readonly int[] _starts;
    private readonly int[] _lengths;
    private readonly byte[] _line = new byte[LineReader.MostLineBytes];
    private bool? _datesOnly;

    private DelimitedFile(string path, LineReader lines, FileColumns columns)
    {
        Path = path;
        _lines = lines;
        _columns = columns;
        _starts = new int[columns.RoleCount];
        _lengths = new int[columns.RoleCount];
    }

    public string Path { get; }

    /// <summary>Whether rows carry dates rather than times: true once the first readable row had none.</summary>
    public bool DatesOnly => _datesOnly == true;

    /// <summary>Line of the current row, from 1; the header is one.</summary>
    public long LineNumber => _lines.LineNumber;

    /// <summary>A <see cref="GateReason"/> when the current row cannot be read, else null.</summary>
    public string? Problem { get; private set; }

    public string? Detail { get; private set; }

    /// <summary>A field of the current row, by its role; empty where the file has no such column.</summary>
    public ReadOnlySpan<byte> this[int role] => _line.AsSpan(_starts[role], _lengths[role]).Trim((byte)' ');

    /// <exception cref="BarFileException">Not there, empty, no gzip, or without the columns that the kind needs.</exception>
    public static DelimitedFile Open(string path, TapeKind kind)
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

            return new DelimitedFile(path, lines, FileColumns.Read(path, header, kind));
        }
        catch (BarFileException)
        {
            lines.Dispose();
            throw;
        }
    }

    public bool Has(int role) => _columns.Has(role);

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

            Split(_line.AsSpan(0, Keep(line)));
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
    private int Keep(ReadOnlySpan<byte> line)
    {
        if (!line.Contains((byte)'"'))
        {
            line.CopyTo(_line);
            return line.Length;
        }

        var quoted = false;
        var length = 0;
        foreach (var c in line)
        {
            if (c == '"') quoted = !quoted;
            else _line[length++] = quoted && c == _columns.Separator ? (byte)' ' : c;
        }

        return length;
    }

    private static string Show(ReadOnlySpan<byte> text)
    {
        const int most = 40;
        var shown = Encoding.UTF8.GetString(text.Length > most ? text[..most] : text);
        return string.Concat(shown.Select(c => char.IsControl(c) ? '?' : c));
    }
}

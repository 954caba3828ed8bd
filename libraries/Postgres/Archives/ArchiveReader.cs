using System.Buffers.Text;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace AlgoStack.Postgres.Archives;

/// <summary>
/// Reads an archive in place, row by row in the order of its key. What lies before the range is not read, as far as whole
/// blocks go; what lies after is not either.
/// </summary>
public sealed class ArchiveReader : IAsyncDisposable
{
    private readonly ArchiveManifest _manifest;
    private readonly long _from;
    private readonly long _to;
    private readonly GZipStream? _content;
    private readonly CsvRows? _rows;
    private readonly int[] _ends;
    private readonly Dictionary<string, int> _ordinals;

    internal ArchiveReader(ArchiveManifest manifest, string file, long from, long to)
    {
        _manifest = manifest;
        _from = from;
        _to = to;
        _ends = new int[manifest.Columns.Count];
        _ordinals = manifest.Columns.Select((column, i) => (column.Name, i)).ToDictionary(StringComparer.Ordinal);
        if (manifest.Blocks.FirstOrDefault(b => b.Last >= from) is not { } block || block.First > to) return;

        var compressed = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 64 * 1024, useAsync: true);
        compressed.Position = block.Offset;
        _content = new GZipStream(compressed, CompressionMode.Decompress);
        _rows = new CsvRows(_content);
    }

    /// <summary>The row's key, as in <see cref="ArchiveBlock"/>.</summary>
    public long Key { get; private set; }

    /// <summary>The place of a column in the rows.</summary>
    /// <exception cref="ArchiveException">The archive has no such column.</exception>
    public int Ordinal(string column) =>
        _ordinals.TryGetValue(column, out var ordinal) ? ordinal : throw new ArchiveException(_manifest.Name, $"it has no column '{column}'");

    /// <summary>Moves to the next row of the range.</summary>
    /// <exception cref="ArchiveException">The file is damaged.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (_rows is null) return false;

        try
        {
            while (await _rows.ReadAsync(cancellationToken))
            {
                Split();
                Key = ArchiveKey.Parse(Field(0));
                if (Key > _to) return false;
                if (Key >= _from) return true;
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new ArchiveException(_manifest.Name, $"it is damaged: {e.Message.TrimEnd('.')}", e);
        }

        return false;
    }

    public bool IsNull(int ordinal) => Field(ordinal).IsEmpty;

    public long GetInt64(int ordinal) =>
        Utf8Parser.TryParse(Field(ordinal), out long value, out _) ? value : throw Unreadable(ordinal, "a number");

    public int GetInt32(int ordinal) => checked((int)GetInt64(ordinal));

    /// <summary>In UTC.</summary>
    public DateTimeOffset GetTime(int ordinal) => new(ArchiveKey.ToTime(ArchiveKey.Parse(Field(ordinal))));

    public double GetDouble(int ordinal) =>
        double.TryParse(Field(ordinal), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw Unreadable(ordinal, "a number");

    /// <summary>Text without its quotes; null for a null.</summary>
    public string? GetString(int ordinal)
    {
        var field = Field(ordinal);
        if (field.IsEmpty) return null;
        if (field[0] != '"') return Encoding.UTF8.GetString(field);
        return Encoding.UTF8.GetString(field[1..^1]).Replace("\"\"", "\"", StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        if (_content is not null) await _content.DisposeAsync();
    }

    private void Split()
    {
        var row = _rows!.Row;
        var quoted = false;
        var field = 0;
        for (var i = 0; i < row.Length; i++)
        {
            if (row[i] == '"') quoted = !quoted;
            if (quoted || row[i] is not ((byte)',' or (byte)'\n')) continue;
            if (field < _ends.Length) _ends[field] = i;
            field++;
        }

        if (field != _ends.Length) throw new InvalidDataException($"a row has {field} columns, expected {_ends.Length}");
    }

    private ReadOnlySpan<byte> Field(int ordinal)
    {
        var start = ordinal == 0 ? 0 : _ends[ordinal - 1] + 1;
        return _rows!.Row[start.._ends[ordinal]];
    }

    private ArchiveException Unreadable(int ordinal, string expected) =>
        new(_manifest.Name, $"column {_manifest.Columns[ordinal].Name}: expected {expected}, found '{Encoding.UTF8.GetString(Field(ordinal))}'");
}

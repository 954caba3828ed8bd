using System.Buffers.Binary;
using System.Text;
using Npgsql;

namespace AlgoStack.Postgres;

/// <summary>
/// Reads the rows of a <c>copy … to stdout (format binary)</c> without a boxed value or an await a column: a row lies in
/// one buffer, and its fields are read where they lie. The format is PostgreSQL's own (its manual, "COPY", "Binary Format").
/// </summary>
public sealed class CopyReader : IAsyncDisposable
{
    private const int SignatureBytes = 11;
    private const int FirstBufferBytes = 64 * 1024;
    private const long MicrosecondsToEpoch = 946_684_800_000_000;

    private readonly NpgsqlRawCopyStream _stream;
    private (int At, int Length)[] _fields = [];
    private byte[] _buffer = new byte[FirstBufferBytes];
    private int _start;
    private int _end;
    private bool _begun;

    private CopyReader(NpgsqlRawCopyStream stream) => _stream = stream;

    /// <param name="connection">Open, and busy until this is disposed of.</param>
    /// <param name="copy">The whole statement; it takes no parameters, so its values are literals.</param>
    public static async Task<CopyReader> BeginAsync(NpgsqlConnection connection, string copy, CancellationToken cancellationToken) =>
        new(await connection.BeginRawBinaryCopyAsync(copy, cancellationToken));

    /// <summary>Moves to the next row; false after the last.</summary>
    /// <exception cref="PostgresException">The server gave up half way.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (!_begun) await SkipHeaderAsync(cancellationToken);

        int length;
        while ((length = FindRow()) < 0) await FillAsync(cancellationToken);
        _start += length;
        return length > sizeof(short);
    }

    public bool IsNull(int ordinal) => _fields[ordinal].Length < 0;

    /// <summary>The field as it was sent; valid until the next row is read. Empty for null.</summary>
    public ReadOnlySpan<byte> Bytes(int ordinal)
    {
        var (at, length) = _fields[ordinal];
        return length < 0 ? [] : _buffer.AsSpan(at, length);
    }

    public bool Boolean(int ordinal) => Bytes(ordinal)[0] != 0;

    public int Int32(int ordinal) => BinaryPrimitives.ReadInt32BigEndian(Bytes(ordinal));

    public long Int64(int ordinal) => BinaryPrimitives.ReadInt64BigEndian(Bytes(ordinal));

    public double Double(int ordinal) => BinaryPrimitives.ReadDoubleBigEndian(Bytes(ordinal));

    public Guid Guid(int ordinal) => new(Bytes(ordinal), bigEndian: true);

    public string Text(int ordinal) => Encoding.UTF8.GetString(Bytes(ordinal));

    public string? TextOrNull(int ordinal) => IsNull(ordinal) ? null : Text(ordinal);

    /// <summary>UTF-8 of a <c>jsonb</c> or <c>text</c> field, without the version that jsonb is sent with.</summary>
    public ReadOnlySpan<byte> Json(int ordinal) => Bytes(ordinal)[1..];

    /// <summary>A <c>timestamptz</c>, Unix microseconds.</summary>
    public long UnixMicroseconds(int ordinal) => Int64(ordinal) + MicrosecondsToEpoch;

    /// <summary>A <c>timestamptz</c>.</summary>
    public DateTimeOffset Timestamp(int ordinal) => DateTimeOffset.UnixEpoch.AddTicks(UnixMicroseconds(ordinal) * TimeSpan.TicksPerMicrosecond);

    /// <summary>Ends the copy, read to its end or not.</summary>
    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async ValueTask SkipHeaderAsync(CancellationToken cancellationToken)
    {
        const int fixedBytes = SignatureBytes + (2 * sizeof(int));
        while (_end < fixedBytes) await FillAsync(cancellationToken);
        var extension = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(fixedBytes - sizeof(int)));
        while (_end < fixedBytes + extension) await FillAsync(cancellationToken);
        _start = fixedBytes + extension;
        _begun = true;
    }

    /// <summary>The bytes of the row at the start of the buffer, with its fields noted; -1 if it is not all there.</summary>
    private int FindRow()
    {
        var rest = _buffer.AsSpan(_start, _end - _start);
        if (rest.Length < sizeof(short)) return -1;

        // The trailer is a row of -1 fields.
        var count = BinaryPrimitives.ReadInt16BigEndian(rest);
        if (count > _fields.Length) _fields = new (int, int)[count];
        var at = sizeof(short);
        for (var field = 0; field < count; field++)
        {
            if (rest.Length < at + sizeof(int)) return -1;
            var length = BinaryPrimitives.ReadInt32BigEndian(rest[at..]);
            at += sizeof(int);
            _fields[field] = (_start + at, length);
            if (length > 0) at += length;
        }

        return rest.Length < at ? -1 : at;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length) Array.Resize(ref _buffer, 2 * _buffer.Length);
        var read = await _stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        if (read == 0) throw new EndOfStreamException("COPY ended within a row.");
        _end += read;
    }
}

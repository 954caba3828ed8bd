using System.Buffers.Binary;
using System.Text;
using Npgsql;

namespace AlgoStack.Postgres;

/// <summary>
/// Writes the rows of a <c>copy … from stdin (format binary)</c> into one buffer, without an await a column. Each row is
/// begun with its number of fields and given just as many. Unless <see cref="CompleteAsync"/> was called, nothing is copied.
/// </summary>
public sealed class CopyWriter : IAsyncDisposable
{
    private const int BufferBytes = 64 * 1024;
    private const long MicrosecondsToEpoch = 946_684_800_000_000;

    private static ReadOnlySpan<byte> Signature => [(byte)'P', (byte)'G', (byte)'C', (byte)'O', (byte)'P', (byte)'Y', (byte)'\n', 0xFF, (byte)'\r', (byte)'\n', 0];

    private readonly NpgsqlRawCopyStream _stream;
    private byte[] _buffer = new byte[BufferBytes];
    private int _end;
    private bool _completed;

    private CopyWriter(NpgsqlRawCopyStream stream) => _stream = stream;

    /// <param name="connection">Open, and busy until this is disposed of.</param>
    public static async Task<CopyWriter> BeginAsync(NpgsqlConnection connection, string copy, CancellationToken cancellationToken)
    {
        var writer = new CopyWriter(await connection.BeginRawBinaryCopyAsync(copy, cancellationToken));
        writer.WriteHeader();
        return writer;
    }

    /// <summary>Sends what has piled up, if it is much, and begins a row.</summary>
    public async ValueTask StartRowAsync(short fields, CancellationToken cancellationToken)
    {
        // Half the buffer is more than a row of numbers needs; a longer text makes it grow.
        if (_end > BufferBytes / 2) await FlushAsync(cancellationToken);
        BinaryPrimitives.WriteInt16BigEndian(Next(sizeof(short)), fields);
    }

    public void WriteNull() => BinaryPrimitives.WriteInt32BigEndian(Next(sizeof(int)), -1);

    public void Write(bool value) => Field(sizeof(byte))[0] = value ? (byte)1 : (byte)0;

    public void Write(int value) => BinaryPrimitives.WriteInt32BigEndian(Field(sizeof(int)), value);

    public void Write(long value) => BinaryPrimitives.WriteInt64BigEndian(Field(sizeof(long)), value);

    public void Write(double value) => BinaryPrimitives.WriteDoubleBigEndian(Field(sizeof(double)), value);

    public void Write(Guid value) => value.TryWriteBytes(Field(16), bigEndian: true, out _);

    public void Write(string value) => Encoding.UTF8.GetBytes(value, Field(Encoding.UTF8.GetByteCount(value)));

    public void Write(ReadOnlySpan<byte> value) => value.CopyTo(Field(value.Length));

    /// <summary>A <c>timestamptz</c>.</summary>
    /// <param name="unixMicroseconds">Since 1970, UTC.</param>
    public void WriteTimestamp(long unixMicroseconds) => Write(unixMicroseconds - MicrosecondsToEpoch);

    /// <summary>UTF-8 JSON as <c>jsonb</c>, whose first byte is the version of the form it is sent in.</summary>
    public void WriteJsonb(ReadOnlySpan<byte> json)
    {
        var field = Field(1 + json.Length);
        field[0] = 1;
        json.CopyTo(field[1..]);
    }

    /// <summary>Sends the rest; the rows are there when the server has taken it, at the transaction's commit.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        BinaryPrimitives.WriteInt16BigEndian(Next(sizeof(short)), -1);
        await FlushAsync(cancellationToken);
        _completed = true;
        await _stream.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_completed) await _stream.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The connection ended in the middle of it: nothing is left to cancel, and what failed then says why.
        }

        await _stream.DisposeAsync();
    }

    private void WriteHeader()
    {
        Signature.CopyTo(Next(Signature.Length));
        Next(2 * sizeof(int)).Clear();
    }

    private Span<byte> Field(int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(Next(sizeof(int)), length);
        return Next(length);
    }

    private Span<byte> Next(int length)
    {
        if (_end + length > _buffer.Length) Array.Resize(ref _buffer, Math.Max(2 * _buffer.Length, _end + length));
        _end += length;
        return _buffer.AsSpan(_end - length, length);
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(_buffer.AsMemory(0, _end), cancellationToken);
        _end = 0;
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using AlgoStack.Postgres;

namespace AlgoStack.EventStore.Chain;

/// <summary>
/// SHA-256 of a row as PostgreSQL sends one in binary: the number of values, and for each its type's oid, its length (-1
/// for null) and its bytes. The server comes to the same by <c>sha256(record_send(row(…)))</c>; here it is made of what
/// was read, so that the two check each other.
/// </summary>
/// <param name="types">The oids of the values, which are the first columns of the rows to come.</param>
internal sealed class RowDigest(params int[] types)
{
    public const int Bytes = SHA256.HashSizeInBytes;

    public const string EventColumns =
        """
        seq_id, id, stream_id::text, version, data, bdata, type, timestamp, tenant_id, mt_dotnet_type,
        correlation_id, causation_id, headers, user_name
        """;

    public const string SealColumns = "number, first_seq, last_seq, sealed_at, previous_hash, digests";

    private const int Bigint = 20;
    private const int Bytea = 17;
    private const int Jsonb = 3802;
    private const int Text = 25;
    private const int Timestamptz = 1184;
    private const int Uuid = 2950;
    private const int Varchar = 1043;

    private readonly ArrayBufferWriter<byte> _row = new();

    public static RowDigest OfEvents() => new(
        Bigint, Uuid, Text, Bigint, Jsonb, Bytea, Varchar, Timestamptz, Varchar, Varchar, Varchar, Varchar, Jsonb, Varchar);

    public static RowDigest OfSeals() => new(Bigint, Bigint, Bigint, Timestamptz, Bytea, Bytea);

    /// <summary>Whether the row that was read last has this digest.</summary>
    public bool Matches(CopyReader row, ReadOnlySpan<byte> digest)
    {
        _row.ResetWrittenCount();
        Write(types.Length);
        for (var i = 0; i < types.Length; i++)
        {
            var value = row.Bytes(i);
            Write(types[i]);
            Write(row.IsNull(i) ? -1 : value.Length);
            _row.Write(value);
        }

        Span<byte> found = stackalloc byte[Bytes];
        SHA256.HashData(_row.WrittenSpan, found);
        return found.SequenceEqual(digest);
    }

    private void Write(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(_row.GetSpan(sizeof(int)), value);
        _row.Advance(sizeof(int));
    }
}

using System.Buffers.Binary;
using AlgoStack.Postgres;
using Npgsql;

namespace AlgoStack.EventStore.Chain;

/// <summary>A row of <c>seals</c>, whatever was done to it.</summary>
/// <param name="Number">From 1 without gaps.</param>
/// <param name="First">The first sequence number of the stretch, whether an event has it or not.</param>
/// <param name="Last">The last one, an event's.</param>
/// <param name="IsIntact">Whether <paramref name="Hash"/> is that of all the others.</param>
internal sealed record Seal(long Number, long First, long Last, byte[] PreviousHash, byte[] Digests, byte[] Hash, bool IsIntact)
{
    private const int EntryBytes = sizeof(long) + RowDigest.Bytes;

    /// <summary>What stands before the first.</summary>
    public static readonly Seal None = new(0, 0, 0, [], [], new byte[RowDigest.Bytes], IsIntact: true);

    /// <summary>How many events it vouches for.</summary>
    public int Count => Digests.Length / EntryBytes;

    public long SequenceOf(int entry) => BinaryPrimitives.ReadInt64BigEndian(Digests.AsSpan(entry * EntryBytes));

    public ReadOnlySpan<byte> DigestOf(int entry) => Digests.AsSpan((entry * EntryBytes) + sizeof(long), RowDigest.Bytes);
}

/// <summary>All seals in the order of their numbers.</summary>
internal sealed class SealReader : IAsyncDisposable
{
    private readonly RowDigest _digest = RowDigest.OfSeals();
    private readonly CopyReader _rows;

    private SealReader(CopyReader rows) => _rows = rows;

    public static async Task<SealReader> BeginAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        new(await CopyReader.BeginAsync(
            connection,
            $"copy (select {RowDigest.SealColumns}, hash from seals order by number) to stdout (format binary)",
            cancellationToken));

    /// <summary>Null after the last.</summary>
    public async Task<Seal?> ReadAsync(CancellationToken cancellationToken)
    {
        if (!await _rows.ReadAsync(cancellationToken)) return null;

        return new Seal(
            _rows.Int64(0),
            _rows.Int64(1),
            _rows.Int64(2),
            _rows.Bytes(4).ToArray(),
            _rows.Bytes(5).ToArray(),
            _rows.Bytes(6).ToArray(),
            _digest.Matches(_rows, _rows.Bytes(6)));
    }

    public ValueTask DisposeAsync() => _rows.DisposeAsync();
}

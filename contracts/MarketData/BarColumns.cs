using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace AlgoStack.Contracts.MarketData;

/// <summary>
/// Bars in columns, ordered by (close time, instrument id). Row <c>i</c> is the bar of
/// <c>Instruments[Instrument[i]]</c> that closed at <c>CloseMs[i]</c>, in Unix milliseconds UTC.
/// Prices are in the instrument's quote currency, volume in its units.
/// </summary>
public sealed record BarColumns(
    IReadOnlyList<string> Instruments,
    int[] Instrument,
    long[] CloseMs,
    double[] Open,
    double[] High,
    double[] Low,
    double[] Close,
    double[] Volume)
{
    /// <summary>Media type of the binary form.</summary>
    public const string MediaType = "application/vnd.algostack.bars";

    /// <summary>More rows than this in one block are taken for a corrupt stream.</summary>
    public const int MostRows = 1 << 24;

    private const uint Magic = 0x31524142; // "BAR1", little-endian

    public static BarColumns Empty { get; } = new([], [], [], [], [], [], [], []);

    public int Count => CloseMs.Length;

    /// <summary>
    /// Writes one block: magic, row count, instrument count, the names (length-prefixed UTF-8), then each column
    /// whole, all little-endian. Blocks may follow one another in a stream.
    /// </summary>
    public async Task WriteAsync(Stream stream, CancellationToken cancellationToken = default)
    {
        using var head = new MemoryStream();
        using (var writer = new BinaryWriter(head, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Magic);
            writer.Write(Count);
            writer.Write(Instruments.Count);
            foreach (var instrument in Instruments) writer.Write(instrument);
        }

        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, (int)head.Length);
        await stream.WriteAsync(length, cancellationToken);
        await stream.WriteAsync(head.GetBuffer().AsMemory(0, (int)head.Length), cancellationToken);
        await stream.WriteAsync(Bytes<int>(Instrument), cancellationToken);
        await stream.WriteAsync(Bytes<long>(CloseMs), cancellationToken);
        foreach (var column in (double[][])[Open, High, Low, Close, Volume])
        {
            await stream.WriteAsync(Bytes<double>(column), cancellationToken);
        }
    }

    /// <summary>Reads the next block, or null at the end of the stream.</summary>
    /// <exception cref="InvalidDataException">The stream is not of this form, or ends inside a block.</exception>
    public static async Task<BarColumns?> ReadAsync(Stream stream, CancellationToken cancellationToken = default)
    {
        var length = new byte[4];
        var read = await stream.ReadAtLeastAsync(length, 4, throwOnEndOfStream: false, cancellationToken);
        if (read == 0) return null;

        var size = BinaryPrimitives.ReadInt32LittleEndian(length);
        if (read < 4 || size is < 12 or > MostRows) throw new InvalidDataException($"Bars: expected a block's head, found a length of {size}.");

        var head = new byte[size];
        await FillAsync(stream, head, cancellationToken);
        var (rows, instruments) = ReadHead(head);

        return new BarColumns(
            instruments,
            await ColumnAsync<int>(stream, rows, cancellationToken),
            await ColumnAsync<long>(stream, rows, cancellationToken),
            await ColumnAsync<double>(stream, rows, cancellationToken),
            await ColumnAsync<double>(stream, rows, cancellationToken),
            await ColumnAsync<double>(stream, rows, cancellationToken),
            await ColumnAsync<double>(stream, rows, cancellationToken),
            await ColumnAsync<double>(stream, rows, cancellationToken));
    }

    private static (int Rows, string[] Instruments) ReadHead(byte[] head)
    {
        using var reader = new BinaryReader(new MemoryStream(head), Encoding.UTF8);
        var magic = reader.ReadUInt32();
        if (magic != Magic) throw new InvalidDataException($"Bars: expected a block starting with {Magic:x8}, found {magic:x8}.");

        var rows = reader.ReadInt32();
        var names = reader.ReadInt32();
        if (rows is < 0 or > MostRows || names < 0 || names > head.Length)
        {
            throw new InvalidDataException($"Bars: {rows} rows of {names} instruments is more than a block holds.");
        }

        var instruments = new string[names];
        for (var i = 0; i < names; i++) instruments[i] = reader.ReadString();
        return (rows, instruments);
    }

    private static async Task<T[]> ColumnAsync<T>(Stream stream, int rows, CancellationToken cancellationToken)
        where T : unmanaged
    {
        var bytes = new byte[rows * Marshal.SizeOf<T>()];
        await FillAsync(stream, bytes, cancellationToken);
        return MemoryMarshal.Cast<byte, T>(bytes).ToArray();
    }

    private static async Task FillAsync(Stream stream, byte[] bytes, CancellationToken cancellationToken)
    {
        var read = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        if (read < bytes.Length) throw new InvalidDataException($"Bars: the stream ends {bytes.Length - read} bytes early.");
    }

    private static ReadOnlyMemory<byte> Bytes<T>(T[] column)
        where T : unmanaged => MemoryMarshal.AsBytes(column.AsSpan()).ToArray();
}

using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using Microsoft.Win32.SafeHandles;

namespace AlgoStack.BarFiles;

/// <summary>
/// Bars on disk as they are in memory, little-endian: a head, then each column whole. The head has a hash of each column
/// and begins with one of itself, so that nothing can be cut off or changed unseen.
/// <code>
/// bytes  what
/// 8      ALGOBARS
/// 4      version: 1
/// 4      length of the head: where the columns begin, a multiple of 8
/// 32     SHA-256 of the rest of the head
/// 8      number of rows
/// 8      timeframe in milliseconds
/// 224    SHA-256 of each column
/// 4      number of instruments, then of each: id and currency (length, UTF-8), tick and lot (16 bytes of decimal)
///        columns: close time, open, high, low, close, volume (8 bytes a row), instrument (4 bytes a row)
/// </code>
/// </summary>
internal static class ColumnFile
{
    private const int Version = 1;
    private const int Alignment = 8;
    private const int FrontBytes = 16;
    private const int SealedFrom = FrontBytes + SHA256.HashSizeInBytes;
    private const int MostHeadBytes = 16 * 1024 * 1024;
    private const int Columns = 7;
    private const int RowBytes = (6 * sizeof(long)) + sizeof(int);
    private const int WriteBytes = 1 << 20;

    private static ReadOnlySpan<byte> Magic => "ALGOBARS"u8;

    /// <summary>Whether a file says that it is one. False where there is none.</summary>
    public static bool IsOne(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            Span<byte> magic = stackalloc byte[Magic.Length];
            return RandomAccess.Read(file, magic, 0) == magic.Length && magic.SequenceEqual(Magic);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }

    /// <exception cref="BarFileException">It cannot be read, is of another version, damaged or cut off.</exception>
    public static BarSeries Read(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var length = RandomAccess.GetLength(file);
            var head = ReadHead(file, path, length);
            var series = ReadColumns(file, path, length, head);
            Verify(path, series);
            return series;
        }
        catch (AggregateException e)
        {
            throw e.InnerException as BarFileException ?? Unreadable(path, e.InnerException!);
        }
        catch (Exception e) when (e is ArgumentException or ArithmeticException or EndOfStreamException or FormatException)
        {
            throw Damaged(path, $"its head makes no sense: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, e);
        }
    }

    /// <summary>Writes beside <paramref name="path"/> first, so that a half-written file never has its name.</summary>
    /// <returns>The SHA-256 in the head: equal for equal bars.</returns>
    /// <exception cref="BarFileException">It cannot be written.</exception>
    public static string Write(string path, BarSeries series)
    {
        var half = $"{path}.{Path.GetRandomFileName()}";
        try
        {
            var head = MakeHead(series);
            using (var file = new FileStream(half, FileMode.CreateNew, FileAccess.Write, FileShare.None, WriteBytes))
            {
                file.Write(head);
                for (var column = 0; column < Columns; column++) file.Write(BytesOf(series, column));
                file.Flush(flushToDisk: true);
            }

            File.Move(half, path, overwrite: true);
            return Convert.ToHexStringLower(head.AsSpan(FrontBytes, SHA256.HashSizeInBytes));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            if (File.Exists(half)) File.Delete(half);
            throw new BarFileException(BarFileException.Unwritable, $"{path}: cannot be written: {e.Message}", e);
        }
    }

    private static byte[] MakeHead(BarSeries series)
    {
        using var head = new MemoryStream();
        using var writer = new BinaryWriter(head, Encoding.UTF8);
        writer.Write(Magic);
        writer.Write(Version);
        writer.Write(new byte[sizeof(int) + SHA256.HashSizeInBytes]);
        writer.Write((long)series.Count);
        writer.Write(series.Timeframe.Milliseconds);
        foreach (var hash in Hashes(series)) writer.Write(hash);
        writer.Write(series.Instruments.Count);
        foreach (var instrument in series.Instruments)
        {
            writer.Write(instrument.Id.Value);
            writer.Write(instrument.Currency);
            writer.Write(instrument.Tick);
            writer.Write(instrument.Lot);
        }

        while (head.Length % Alignment != 0) writer.Write((byte)0);
        var bytes = head.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(FrontBytes - sizeof(int)), bytes.Length);
        SHA256.HashData(bytes.AsSpan(SealedFrom)).CopyTo(bytes.AsSpan(FrontBytes));
        return bytes;
    }

    private static Head ReadHead(SafeFileHandle file, string path, long length)
    {
        var front = new byte[SealedFrom];
        ReadWhole(file, path, front, 0);
        var version = BinaryPrimitives.ReadInt32LittleEndian(front.AsSpan(Magic.Length));
        if (version != Version) throw Damaged(path, string.Create(CultureInfo.InvariantCulture, $"expected version {Version}, found {version}"));

        var headBytes = BinaryPrimitives.ReadInt32LittleEndian(front.AsSpan(FrontBytes - sizeof(int)));
        if (headBytes is < SealedFrom or > MostHeadBytes || headBytes % Alignment != 0 || headBytes > length) throw Damaged(path, "its head is cut off");

        var rest = new byte[headBytes - SealedFrom];
        ReadWhole(file, path, rest, SealedFrom);
        if (!SHA256.HashData(rest).AsSpan().SequenceEqual(front.AsSpan(FrontBytes))) throw Damaged(path, "its head has been changed");

        using var reader = new BinaryReader(new MemoryStream(rest), Encoding.UTF8);
        var rows = reader.ReadInt64();
        var timeframe = new Timeframe(reader.ReadInt64());
        var hashes = new byte[Columns][];
        for (var column = 0; column < Columns; column++) hashes[column] = reader.ReadBytes(SHA256.HashSizeInBytes);
        var instruments = new List<Instrument>();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var (id, currency) = (new InstrumentId(reader.ReadString()), reader.ReadString());
            instruments.Add(new Instrument(id, reader.ReadDecimal(), reader.ReadDecimal(), currency));
        }

        return new Head(headBytes, rows, timeframe, hashes, instruments);
    }

    private static BarSeries ReadColumns(SafeFileHandle file, string path, long length, Head head)
    {
        if (head.Rows < 0 || head.Rows > Array.MaxLength || length != head.Bytes + (head.Rows * RowBytes))
        {
            throw Damaged(path, string.Create(
                CultureInfo.InvariantCulture, $"expected {head.Bytes} bytes and {RowBytes} for each of {head.Rows} rows, found {length}"));
        }

        var rows = (int)head.Rows;
        var series = new BarSeries(
            head.Timeframe, head.Instruments, New<int>(rows), New<long>(rows), New<double>(rows), New<double>(rows), New<double>(rows), New<double>(rows), New<double>(rows));
        // Hashing takes most of the time, so columns are read and hashed side by side.
        Parallel.For(0, Columns, column =>
        {
            var bytes = BytesOf(series, column);
            ReadWhole(file, path, bytes, head.Bytes + ((long)column * sizeof(long) * rows));
            if (!SHA256.HashData(bytes).AsSpan().SequenceEqual(head.Hashes[column])) throw Damaged(path, $"its column {NameOf(column)} has been changed");
        });
        return series;
    }

    // Whole as it is, it may have been made by somebody else.
    private static void Verify(string path, BarSeries series)
    {
        for (var i = 1; i < series.Instruments.Count; i++)
        {
            if (series.Instruments[i].Id <= series.Instruments[i - 1].Id) throw Damaged(path, "its instruments are not in the order of their ids");
        }

        var (previous, previousClose) = (0, long.MinValue);
        for (var row = 0; row < series.Count; row++)
        {
            var (instrument, close) = (series.Instrument[row], series.CloseMs[row]);
            if ((uint)instrument >= (uint)series.Instruments.Count) throw Damaged(path, $"row {row} is of no instrument");
            if (close < previousClose || (close == previousClose && instrument <= previous)) throw Damaged(path, $"row {row} is out of order");
            (previous, previousClose) = (instrument, close);
        }
    }

    private static byte[][] Hashes(BarSeries series)
    {
        var hashes = new byte[Columns][];
        Parallel.For(0, Columns, column => hashes[column] = SHA256.HashData(BytesOf(series, column)));
        return hashes;
    }

    private static Span<byte> BytesOf(BarSeries series, int column) => column switch
    {
        0 => MemoryMarshal.AsBytes(series.CloseMs.AsSpan()),
        1 => MemoryMarshal.AsBytes(series.Open.AsSpan()),
        2 => MemoryMarshal.AsBytes(series.High.AsSpan()),
        3 => MemoryMarshal.AsBytes(series.Low.AsSpan()),
        4 => MemoryMarshal.AsBytes(series.Close.AsSpan()),
        5 => MemoryMarshal.AsBytes(series.Volume.AsSpan()),
        _ => MemoryMarshal.AsBytes(series.Instrument.AsSpan()),
    };

    private static string NameOf(int column) => column switch
    {
        0 => "close time",
        1 => "open",
        2 => "high",
        3 => "low",
        4 => "close",
        5 => "volume",
        _ => "instrument",
    };

    private static T[] New<T>(int rows) => GC.AllocateUninitializedArray<T>(rows);

    private static void ReadWhole(SafeFileHandle file, string path, Span<byte> bytes, long offset)
    {
        while (!bytes.IsEmpty)
        {
            var read = RandomAccess.Read(file, bytes, offset);
            if (read == 0) throw Damaged(path, string.Create(CultureInfo.InvariantCulture, $"it ends at byte {offset}"));
            bytes = bytes[read..];
            offset += read;
        }
    }

    private static BarFileException Unreadable(string path, Exception cause) =>
        new(BarFileException.Unreadable, $"{path}: cannot be read: {cause.Message}", cause);

    private static BarFileException Damaged(string path, string why, Exception? cause = null) =>
        new(BarFileException.Damaged, $"{path}: is no whole file of columns: {why}. Make it anew.", cause);

    private sealed record Head(int Bytes, long Rows, Timeframe Timeframe, byte[][] Hashes, IReadOnlyList<Instrument> Instruments);
}

using System.IO.Compression;

namespace AlgoStack.Ingestion.Providers.Replay;

/// <summary>
/// Lines of a text or gzip file as bytes, without their ends. Memory is bounded whatever the file holds: a line over
/// <see cref="MostLineBytes"/> is skipped, not kept.
/// </summary>
internal sealed class LineReader : IDisposable
{
    public const int MostLineBytes = 64 * 1024;

    private const int BufferBytes = 4 * MostLineBytes;

    private readonly Stream _stream;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly string _file;
    private int _start;
    private int _end;
    private bool _ended;

    private LineReader(string file, Stream stream)
    {
        _file = file;
        _stream = stream;
    }

    /// <summary>The number of the line read last, from 1.</summary>
    public long LineNumber { get; private set; }

    /// <summary>Opens a file; one that starts with gzip's magic bytes, or is named <c>.gz</c>, is decompressed.</summary>
    /// <exception cref="BarFileException">It is not there, cannot be read or is empty.</exception>
    public static LineReader Open(string file)
    {
        FileStream? stream = null;
        try
        {
            stream = new FileStream(file, new FileStreamOptions { Options = FileOptions.SequentialScan, BufferSize = BufferBytes });
            if (stream.Length == 0) throw new BarFileException(BarFileException.Empty, $"{file}: the file is empty.");

            var zipped = file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) || (stream.ReadByte() == 0x1f && stream.ReadByte() == 0x8b);
            stream.Position = 0;
            return new LineReader(file, zipped ? new GZipStream(stream, CompressionMode.Decompress) : stream);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BarFileException(BarFileException.NotFound, $"{file}: no such file.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            stream?.Dispose();
            throw new BarFileException(BarFileException.Unreadable, $"{file}: cannot be read: {e.Message}", e);
        }
        catch (BarFileException)
        {
            stream?.Dispose();
            throw;
        }
    }

    /// <summary>False at the end. A line that is too long gives an empty <paramref name="line"/> and <paramref name="tooLong"/>.</summary>
    /// <exception cref="BarFileException">The file cannot be read on, or its gzip form is broken.</exception>
    public bool TryRead(out ReadOnlySpan<byte> line, out bool tooLong)
    {
        tooLong = false;
        while (true)
        {
            var rest = _buffer.AsSpan(_start, _end - _start);
            var length = rest.IndexOf((byte)'\n');
            if (length >= 0 || (_ended && rest.Length > 0))
            {
                line = length >= 0 ? rest[..length] : rest;
                _start += line.Length + (length >= 0 ? 1 : 0);
                LineNumber++;
                if (line.Length > MostLineBytes) tooLong = true;
                if (tooLong) line = default;
                if (line is [.., (byte)'\r']) line = line[..^1];
                return true;
            }

            if (_ended)
            {
                line = default;
                if (!tooLong) return false;
                LineNumber++;
                return true;
            }

            if (rest.Length > MostLineBytes)
            {
                tooLong = true;
                _start = _end = 0;
            }

            Fill();
        }
    }

    public void Dispose() => _stream.Dispose();

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        try
        {
            var read = _stream.Read(_buffer, _end, _buffer.Length - _end);
            _end += read;
            _ended = read == 0;
        }
        catch (InvalidDataException e)
        {
            throw new BarFileException(
                BarFileException.BrokenGzip, $"{_file}: the gzip data is broken after line {LineNumber}: {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new BarFileException(BarFileException.Unreadable, $"{_file}: cannot be read after line {LineNumber}: {e.Message}", e);
        }
    }
}

using System.IO.Compression;

namespace AlgoStack.BarFiles;

/// <summary>
/// Lines of a text, gzip or zip file as bytes, without their ends. Memory is bounded whatever the file holds: a line over
/// <see cref="MostLineBytes"/> is skipped, not kept.
/// </summary>
internal sealed class LineReader : IDisposable
{
    public const int MostLineBytes = 64 * 1024;

    private const int BufferBytes = 4 * MostLineBytes;

    // Decompression asks for little at a time; plain text is read past it, in larger pieces.
    private const int SourceBufferBytes = 64 * 1024;
    private const int MagicBytes = 4;

    private readonly FileStream _source;
    private readonly Stream _text;
    private readonly uint? _checksum;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly string _file;
    private int _lineStart;
    private int _lineLength;
    private int _start;
    private int _end;
    private bool _ended;
    private Crc32 _crc = new();

    private LineReader(string file, FileStream source, Stream text, uint? checksum)
    {
        _file = file;
        _source = source;
        _text = text;
        _checksum = checksum;
    }

    /// <summary>The number of the current line, from 1.</summary>
    public long LineNumber { get; private set; }

    /// <summary>How much of the file has been read, 0 to 1; ahead of the current line by what is buffered.</summary>
    public double Progress => (double)_source.Position / _source.Length;

    /// <summary>The current line is over <see cref="MostLineBytes"/>; <see cref="Line"/> is empty then.</summary>
    public bool TooLong { get; private set; }

    /// <summary>The current line, in the reader's own memory: may be written to, and is gone with the next.</summary>
    public Span<byte> Line => _buffer.AsSpan(_lineStart, _lineLength);

    /// <summary>Opens a file; one that starts with gzip's or zip's magic bytes, or is named so, is decompressed.</summary>
    /// <exception cref="BarFileException">It is not there, cannot be read, is empty, or a zip of anything but one file.</exception>
    public static LineReader Open(string file)
    {
        FileStream? source = null;
        try
        {
            source = new FileStream(file, new FileStreamOptions { Options = FileOptions.SequentialScan, BufferSize = SourceBufferBytes });
            if (source.Length == 0) throw new BarFileException(BarFileException.Empty, $"{file}: the file is empty.");

            var (text, checksum) = TextOf(file, source);
            return new LineReader(file, source, text, checksum);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BarFileException(BarFileException.NotFound, $"{file}: no such file.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            source?.Dispose();
            throw new BarFileException(BarFileException.Unreadable, $"{file}: cannot be read: {e.Message}", e);
        }
        catch (BarFileException)
        {
            source?.Dispose();
            throw;
        }
    }

    /// <summary>Moves to the next line; false at the end.</summary>
    /// <exception cref="BarFileException">The file cannot be read on, or its compressed form is broken.</exception>
    public bool Next()
    {
        TooLong = false;
        while (true)
        {
            var rest = _buffer.AsSpan(_start, _end - _start);
            var length = rest.IndexOf((byte)'\n');
            if (length >= 0 || (_ended && rest.Length > 0))
            {
                Take(length >= 0 ? length : rest.Length);
                if (length >= 0) _start++;
                return true;
            }

            if (_ended)
            {
                // What was skipped up to the end was a line as well.
                if (TooLong) Take(0);
                return TooLong;
            }

            if (rest.Length > MostLineBytes)
            {
                TooLong = true;
                _start = _end = 0;
            }

            Fill();
        }
    }

    public void Dispose()
    {
        _text.Dispose();
        _source.Dispose();
    }

    private static (Stream Text, uint? Checksum) TextOf(string file, FileStream source)
    {
        Span<byte> magic = stackalloc byte[MagicBytes];
        magic = magic[..source.ReadAtLeast(magic, MagicBytes, throwOnEndOfStream: false)];
        source.Position = 0;
        if (IsNamed(file, ".gz") || magic.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b])) return (new GZipStream(source, CompressionMode.Decompress), null);
        return IsNamed(file, ".zip") || magic.SequenceEqual("PK\u0003\u0004"u8) ? OnlyFileOf(file, source) : (source, null);
    }

    private static bool IsNamed(string file, string ending) => file.EndsWith(ending, StringComparison.OrdinalIgnoreCase);

    private static (Stream Text, uint? Checksum) OnlyFileOf(string file, FileStream source)
    {
        try
        {
            var entries = new ZipArchive(source).Entries;
            return entries.Count == 1
                ? (entries[0].Open(), entries[0].Crc32)
                : throw new BarFileException(BarFileException.BrokenZip, $"{file}: expected one file in the zip, found {entries.Count}.");
        }
        catch (InvalidDataException e)
        {
            throw new BarFileException(BarFileException.BrokenZip, $"{file}: the zip is broken: {e.Message}", e);
        }
    }

    private void Take(int length)
    {
        _lineStart = _start;
        _start += length;
        LineNumber++;
        TooLong |= length > MostLineBytes;
        _lineLength = TooLong ? 0 : length;
        if (_lineLength > 0 && _buffer[_lineStart + _lineLength - 1] == '\r') _lineLength--;
    }

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
            var read = _text.Read(_buffer, _end, _buffer.Length - _end);
            if (_checksum is not null) _crc.Add(_buffer.AsSpan(_end, read));
            _end += read;
            _ended = read == 0;
            if (_ended && _checksum is { } checksum && checksum != _crc.Value) throw new InvalidDataException("its checksum is another.");
        }
        catch (InvalidDataException e)
        {
            var (code, form) = _text is GZipStream ? (BarFileException.BrokenGzip, "gzip") : (BarFileException.BrokenZip, "zip");
            throw new BarFileException(code, $"{_file}: the {form} data is broken after line {LineNumber}: {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new BarFileException(BarFileException.Unreadable, $"{_file}: cannot be read after line {LineNumber}: {e.Message}", e);
        }
    }
}

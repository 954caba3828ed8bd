using System.Buffers;
using System.Globalization;
using System.Text.Json;
using AlgoStack.VenueSim.Streaming;
using Microsoft.Win32.SafeHandles;

namespace AlgoStack.VenueSim.Records;

/// <summary>
/// The durable file: a JSON line a change. Lines that come while the disk is busy are written together and share one fsync;
/// only then do the events of them leave, and only then does <see cref="Durable"/> complete.
/// </summary>
/// <remarks><see cref="Append"/> and <see cref="Durable"/> are called by one thread at a time, under the venue's lock.</remarks>
internal sealed class RecordFile : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly TimeProvider _time;
    private readonly Action<IReadOnlyList<TradeUpdate>> _publish;
    private readonly Thread _writer;
    private readonly object _gate = new();
    private Group _filling = new();
    private Group? _writing;
    private bool _ends;
    private long _length;
    private long _lines;
    private DateTimeOffset _last;

    /// <param name="publish">Given the events of lines that are on the disk, in order.</param>
    public RecordFile(string path, TimeProvider time, Action<IReadOnlyList<TradeUpdate>> publish)
    {
        (_time, _publish) = (time, publish);
        _file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        _writer = new Thread(Write) { IsBackground = true, Name = "records" };
    }

    /// <summary>Completes once all that was appended so far is on the disk.</summary>
    public Task Durable
    {
        get
        {
            lock (_gate) return !_filling.IsEmpty ? _filling.Done.Task : _writing?.Done.Task ?? Task.CompletedTask;
        }
    }

    /// <summary>What the file holds; a last line without its end was never answered for and is cut off. Then appending may begin.</summary>
    /// <exception cref="InvalidDataException">A line is not what was written.</exception>
    public IReadOnlyList<Line> Open()
    {
        var bytes = new byte[RandomAccess.GetLength(_file)];
        for (var read = 0; read < bytes.Length;) read += RandomAccess.Read(_file, bytes.AsSpan(read), read);
        _length = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        RandomAccess.SetLength(_file, _length);

        var lines = new List<Line>();
        for (var rest = bytes.AsSpan(0, (int)_length); rest.Length > 0;)
        {
            var end = rest.IndexOf((byte)'\n');
            lines.Add(Parse(rest[..end], lines.Count + 1));
            rest = rest[(end + 1)..];
        }

        _lines = lines.Count;
        _last = lines.Count > 0 ? lines[^1].At : default;
        _writer.Start();
        return lines;
    }

    /// <returns>The line with its number and time.</returns>
    public Line Append(Line line)
    {
        var now = _time.GetUtcNow();
        // Strictly later than the one before, so that pages by time lose nothing.
        _last = now > _last ? now : _last.AddTicks(1);
        line = line with { N = ++_lines, At = _last };
        lock (_gate)
        {
            using (var writer = new Utf8JsonWriter(_filling.Bytes, new JsonWriterOptions { Encoder = VenueJson.File.Encoder, SkipValidation = true }))
                JsonSerializer.Serialize(writer, line, VenueJson.File);
            _filling.Bytes.Write("\n"u8);
            Monitor.Pulse(_gate);
        }

        return line;
    }

    /// <summary>Leaves after the lines that were appended so far.</summary>
    public void Announce(TradeUpdate update)
    {
        lock (_gate)
        {
            _filling.Updates.Add(update);
            Monitor.Pulse(_gate);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _ends = true;
            Monitor.Pulse(_gate);
        }

        if (_writer.IsAlive) _writer.Join();
        _file.Dispose();
    }

    private static Line Parse(ReadOnlySpan<byte> text, int expected)
    {
        try
        {
            var line = JsonSerializer.Deserialize<Line>(text, VenueJson.File);
            if (line?.N == expected) return line;

            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"Line {expected} says that it is {line?.N}."));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"Line {expected} cannot be read: {e.Message}"), e);
        }
    }

    private void Write()
    {
        while (Take() is { } group)
        {
            RandomAccess.Write(_file, group.Bytes.WrittenSpan, _length);
            RandomAccess.FlushToDisk(_file);
            _length += group.Bytes.WrittenCount;
            _publish(group.Updates);
            lock (_gate) _writing = null;
            group.Done.SetResult();
        }
    }

    private Group? Take()
    {
        lock (_gate)
        {
            while (_filling.IsEmpty && !_ends) Monitor.Wait(_gate);
            if (_filling.IsEmpty) return null;

            _writing = _filling;
            _filling = new Group();
            return _writing;
        }
    }

    /// <summary>What one fsync is for.</summary>
    private sealed class Group
    {
        public ArrayBufferWriter<byte> Bytes { get; } = new(4096);

        public List<TradeUpdate> Updates { get; } = [];

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsEmpty => Bytes.WrittenCount == 0 && Updates.Count == 0;
    }
}

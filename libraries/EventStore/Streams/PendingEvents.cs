using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.EventStore.Streams;

/// <summary>The events a session has taken and not yet written, in the order they were given.</summary>
internal sealed class PendingEvents(EventTypes types)
{
    /// <summary>More than this goes in several statements of one transaction, still one round trip.</summary>
    public const int MostEventsPerStatement = 5_000;

    public const int MostBytesPerStatement = 16 * 1024 * 1024;

    private readonly List<PendingEvent> _events = [];
    private readonly Dictionary<string, PendingStream> _streams = new(StringComparer.Ordinal);

    public int Count => _events.Count;

    /// <exception cref="ArgumentException">The stream was given another expected version before.</exception>
    public void Add(string streamId, long? expected, IEnumerable<object> events, DateTimeOffset now)
    {
        StoredText.CheckStreamId(streamId);
        if (!_streams.TryGetValue(streamId, out var stream))
        {
            stream = new PendingStream(streamId, expected);
            _streams.Add(streamId, stream);
        }
        else if (expected is not null && expected != stream.Expected)
        {
            var before = stream.Expected is { } version ? $"version {version}" : "any version";
            throw new ArgumentException($"Stream {streamId}: this session appends to it at {before} already, and now at {expected}.", nameof(expected));
        }

        foreach (var data in events) _events.Add(new PendingEvent(Guid.CreateVersion7(now), stream, data, EventJson.Write(data, streamId, types)));
    }

    public void Clear()
    {
        _events.Clear();
        _streams.Clear();
    }

    /// <summary>The statements that append all of it, to run in this order in one transaction.</summary>
    public List<AppendStatement> Statements(long appendLock, in EventMetadata metadata)
    {
        var statements = new List<AppendStatement>();
        var begun = new HashSet<PendingStream>();
        for (var start = 0; start < _events.Count;)
        {
            var end = EndOf(start);
            statements.Add(new AppendStatement(_events.GetRange(start, end - start), begun, types, appendLock, metadata));
            start = end;
        }

        return statements;
    }

    private int EndOf(int start)
    {
        var bytes = 0L;
        var end = start;
        while (end < _events.Count && end - start < MostEventsPerStatement)
        {
            bytes += _events[end].Json.Length;
            // One event alone may be larger.
            if (bytes > MostBytesPerStatement && end > start) break;
            end++;
        }

        return end;
    }
}

internal sealed record PendingEvent(Guid Id, PendingStream Stream, object Data, byte[] Json);

internal sealed class PendingStream(string id, long? expected)
{
    public string Id { get; } = id;

    public long? Expected { get; } = expected;
}

/// <summary>What a session stores beside each of its events.</summary>
internal readonly record struct EventMetadata(
    DateTimeOffset At, string? CorrelationId, string? CausationId, string? UserName, byte[]? HeadersJson);

/// <summary>A call of <c>append_events</c>: one array a column, and what comes back by event.</summary>
internal sealed class AppendStatement
{
    public const string SequencesColumn = "appended_sequences";

    private readonly List<PendingEvent> _events;
    private readonly int[] _streams;
    private readonly int[] _behind;
    private readonly EventTypes _types;
    private readonly EventMetadata _metadata;

    /// <param name="begun">Streams that earlier statements of the transaction wrote to, and this one adds its own.</param>
    public AppendStatement(
        List<PendingEvent> events, HashSet<PendingStream> begun, EventTypes types, long appendLock, in EventMetadata metadata)
    {
        _events = events;
        _types = types;
        _metadata = metadata;

        // Sorted, so that all appends lock streams in one order.
        var streams = events.Select(e => e.Stream).Distinct().OrderBy(s => s.Id, StringComparer.Ordinal).ToArray();
        var places = new Dictionary<PendingStream, int>(streams.Length);
        for (var i = 0; i < streams.Length; i++) places.Add(streams[i], i);

        // From the back, so that each event knows how many of its stream come after it.
        var counts = new long[streams.Length];
        _streams = new int[events.Count];
        _behind = new int[events.Count];
        for (var i = events.Count - 1; i >= 0; i--)
        {
            var place = places[events[i].Stream];
            _streams[i] = place + 1;
            _behind[i] = (int)counts[place]++;
        }

        // A stream that this transaction has written to is locked: nobody can have come in between.
        var expected = Array.ConvertAll(streams, s => begun.Add(s) ? s.Expected : null);
        Command = CreateCommand(appendLock, streams, expected, counts);
    }

    public NpgsqlBatchCommand Command { get; }

    public IEnumerable<StoredEvent> Stored(long[] sequences, long[] versions)
    {
        for (var i = 0; i < _events.Count; i++)
        {
            var e = _events[i];
            yield return new StoredEvent(
                sequences[i], e.Id, e.Stream.Id, versions[_streams[i] - 1] - _behind[i], e.Data, _types.NameOf(e.Data.GetType()),
                _metadata.At, _metadata.CorrelationId, _metadata.CausationId, _metadata.UserName)
            {
                HeadersJson = _metadata.HeadersJson,
            };
        }
    }

    private NpgsqlBatchCommand CreateCommand(long appendLock, PendingStream[] streams, long?[] expected, long[] counts)
    {
        var kinds = new Dictionary<Type, int>();
        var eventKinds = new int[_events.Count];
        for (var i = 0; i < eventKinds.Length; i++)
        {
            var type = _events[i].Data.GetType();
            if (!kinds.TryGetValue(type, out eventKinds[i])) kinds.Add(type, eventKinds[i] = kinds.Count + 1);
        }

        return new NpgsqlBatchCommand(
            """
            select appended_sequences, stream_versions
            from append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
            """)
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = appendLock },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = _metadata.At },
                Texts(Array.ConvertAll(streams, s => s.Id)),
                new NpgsqlParameter<long?[]> { TypedValue = expected },
                new NpgsqlParameter<long[]> { TypedValue = counts },
                new NpgsqlParameter<Guid[]> { TypedValue = Column(e => e.Id) },
                new NpgsqlParameter<int[]> { TypedValue = _streams },
                Texts(Column(e => e.Stream.Id)),
                new NpgsqlParameter<int[]> { TypedValue = _behind },
                new NpgsqlParameter<int[]> { TypedValue = eventKinds },
                new NpgsqlParameter<byte[][]> { TypedValue = Column(e => e.Json), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb },
                Texts([.. kinds.Keys.Select(_types.NameOf)]),
                Texts([.. kinds.Keys.Select(t => $"{t.FullName}, {t.Assembly.GetName().Name}")]),
                Text(_metadata.CorrelationId),
                Text(_metadata.CausationId),
                new NpgsqlParameter { Value = (object?)_metadata.HeadersJson ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Jsonb },
                Text(_metadata.UserName),
            },
        };
    }

    private T[] Column<T>(Func<PendingEvent, T> select)
    {
        var column = new T[_events.Count];
        for (var i = 0; i < column.Length; i++) column[i] = select(_events[i]);
        return column;
    }

    private static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Varchar };

    private static NpgsqlParameter<string[]> Texts(string[] values) =>
        new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Varchar };
}

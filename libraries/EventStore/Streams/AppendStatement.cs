using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.EventStore.Streams;

/// <summary>A call of <c>append_event</c> or <c>append_events</c> (one array a column), and what comes back by event.</summary>
internal sealed class AppendStatement
{
    public const string SequencesColumn = "appended_sequences";

    /// <summary>More than this goes in several statements of one transaction, still one round trip.</summary>
    public const int MostEvents = 5_000;

    public const int MostBytes = 16 * 1024 * 1024;

    private readonly (PendingEvent Event, int Session)[] _events;
    private readonly EventMetadata[] _sessions;
    private readonly EventLog _log;
    private readonly int[] _streams;
    private readonly int[] _behind;

    /// <param name="events">Each with the place of its session, from 1.</param>
    /// <param name="begun">Streams that earlier statements of the transaction wrote to; this one adds its own.</param>
    private AppendStatement(
        (PendingEvent Event, int Session)[] events, EventMetadata[] sessions, HashSet<string> begun, EventLog log)
    {
        _events = events;
        _sessions = sessions;
        _log = log;
        _streams = new int[events.Length];
        _behind = new int[events.Length];
        if (events is [var (only, _)])
        {
            _streams[0] = 1;
            Command = OneEvent(only, begun.Add(only.Stream.Id) ? only.Stream.Expected : null);
            return;
        }

        // Sorted, so that all appends lock streams in one order. Of sessions that share a stream the first says where it must be.
        var streams = events.Select(e => e.Event.Stream).DistinctBy(s => s.Id, StringComparer.Ordinal).OrderBy(s => s.Id, StringComparer.Ordinal).ToArray();
        var places = new Dictionary<string, int>(streams.Length, StringComparer.Ordinal);
        for (var i = 0; i < streams.Length; i++) places.Add(streams[i].Id, i);

        // From the back, so that each event knows how many of its stream come after it.
        var counts = new long[streams.Length];
        for (var i = events.Length - 1; i >= 0; i--)
        {
            var place = places[events[i].Event.Stream.Id];
            _streams[i] = place + 1;
            _behind[i] = (int)counts[place]++;
        }

        var expected = Array.ConvertAll(streams, s => begun.Add(s.Id) ? s.Expected : null);
        Command = ManyEvents(streams, expected, counts);
    }

    public NpgsqlBatchCommand Command { get; }

    /// <summary>The statements that append what sessions give, in their order, to run in this order in one transaction.</summary>
    public static List<AppendStatement> Of(IReadOnlyList<PendingSave> saves, EventLog log)
    {
        var statements = new List<AppendStatement>();
        var sessions = saves.Select(s => s.Metadata).ToArray();
        var events = saves.SelectMany((save, i) => save.Events.Events.Select(e => (e, i + 1))).ToArray();
        var begun = new HashSet<string>(StringComparer.Ordinal);
        for (var start = 0; start < events.Length;)
        {
            var end = EndOf(events, start);
            statements.Add(new AppendStatement(events[start..end], sessions, begun, log));
            start = end;
        }

        return statements;
    }

    public IEnumerable<StoredEvent> Stored(long[] sequences, long[] versions)
    {
        for (var i = 0; i < _events.Length; i++)
        {
            var (e, session) = _events[i];
            var metadata = _sessions[session - 1];
            yield return new StoredEvent(
                sequences[i], e.Id, e.Stream.Id, versions[_streams[i] - 1] - _behind[i], e.Data, _log.Types.NameOf(e.Data.GetType()),
                metadata.At, metadata.CorrelationId, metadata.CausationId, metadata.UserName)
            {
                HeadersJson = metadata.HeadersJson,
            };
        }
    }

    private static int EndOf((PendingEvent Event, int Session)[] events, int start)
    {
        var bytes = 0L;
        var end = start;
        while (end < events.Length && end - start < MostEvents)
        {
            bytes += events[end].Event.Json.Length;
            // One event alone may be larger.
            if (bytes > MostBytes && end > start) break;
            end++;
        }

        return end;
    }

    private NpgsqlBatchCommand OneEvent(PendingEvent e, long? expected)
    {
        var type = e.Data.GetType();
        var metadata = _sessions[_events[0].Session - 1];
        return new NpgsqlBatchCommand(
            """
            select array[appended_sequence] as appended_sequences, array[stream_version]
            from append_event($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """)
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = _log.AppendLock },
                _log.StreamIdentity.Parameter(e.Stream.Id),
                new NpgsqlParameter<long?> { TypedValue = expected, NpgsqlDbType = NpgsqlDbType.Bigint },
                new NpgsqlParameter<Guid> { TypedValue = e.Id },
                new NpgsqlParameter<byte[]> { TypedValue = e.Json, NpgsqlDbType = NpgsqlDbType.Jsonb },
                Text(_log.Types.NameOf(type)),
                Text(_log.Types.ClrNameOf(type)),
                new NpgsqlParameter<DateTimeOffset> { TypedValue = metadata.At },
                Text(metadata.CorrelationId),
                Text(metadata.CausationId),
                new NpgsqlParameter<byte[]?> { TypedValue = metadata.HeadersJson, NpgsqlDbType = NpgsqlDbType.Jsonb },
                Text(metadata.UserName),
            },
        };
    }

    private NpgsqlBatchCommand ManyEvents(PendingStream[] streams, long?[] expected, long[] counts)
    {
        var kinds = new Dictionary<Type, int>();
        var eventKinds = new int[_events.Length];
        for (var i = 0; i < eventKinds.Length; i++)
        {
            var type = _events[i].Event.Data.GetType();
            if (!kinds.TryGetValue(type, out eventKinds[i])) kinds.Add(type, eventKinds[i] = kinds.Count + 1);
        }

        return new NpgsqlBatchCommand(
            """
            select appended_sequences, stream_versions
            from append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
            """)
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = _log.AppendLock },
                _log.StreamIdentity.Parameter(Array.ConvertAll(streams, s => s.Id)),
                new NpgsqlParameter<long?[]> { TypedValue = expected },
                new NpgsqlParameter<long[]> { TypedValue = counts },
                new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(_events, e => e.Event.Id) },
                new NpgsqlParameter<int[]> { TypedValue = _streams },
                _log.StreamIdentity.Parameter(Array.ConvertAll(_events, e => e.Event.Stream.Id)),
                new NpgsqlParameter<int[]> { TypedValue = _behind },
                new NpgsqlParameter<int[]> { TypedValue = eventKinds },
                new NpgsqlParameter<int[]> { TypedValue = Array.ConvertAll(_events, e => e.Session) },
                Jsons(Array.ConvertAll(_events, e => e.Event.Json)),
                Texts([.. kinds.Keys.Select(_log.Types.NameOf)]),
                Texts([.. kinds.Keys.Select(_log.Types.ClrNameOf)]),
                new NpgsqlParameter<DateTimeOffset[]> { TypedValue = Array.ConvertAll(_sessions, s => s.At) },
                Texts(Array.ConvertAll(_sessions, s => s.CorrelationId)),
                Texts(Array.ConvertAll(_sessions, s => s.CausationId)),
                Jsons(Array.ConvertAll(_sessions, s => s.HeadersJson)),
                Texts(Array.ConvertAll(_sessions, s => s.UserName)),
            },
        };
    }

    private static NpgsqlParameter<string?> Text(string? value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Varchar };

    private static NpgsqlParameter<string?[]> Texts(string?[] values) =>
        new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Varchar };

    private static NpgsqlParameter<byte[]?[]> Jsons(byte[]?[] values) =>
        new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb };
}

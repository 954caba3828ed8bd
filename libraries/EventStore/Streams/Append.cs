using AlgoStack.Postgres;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.EventStore.Streams;

/// <summary>
/// The events of one transaction. One event goes by <c>append_event</c>, some by <c>append_events</c>, an array a column;
/// many by COPY, between <c>begin_append</c>, which says where, and the commit: more round trips, and less work an event.
/// </summary>
internal sealed class Append
{
    public const string SequencesColumn = "appended_sequences";

    public const int MostInArrays = 100;

    private const int MostBytesInArrays = 1024 * 1024;

    private readonly (PendingEvent Event, int Origin)[] _events;
    private readonly EventMetadata[] _origins;
    private readonly EventLog _log;
    private readonly PendingStream[] _streams;
    private readonly long[] _counts;

    /// <summary>By event: the place of its stream, from 1, and how many events of that stream come after it.</summary>
    private readonly int[] _places;

    private readonly int[] _behind;

    public Append(List<PendingSave> saves, EventLog log)
    {
        _log = log;
        _origins = [.. saves.SelectMany(s => s.Metadata)];
        var events = new List<(PendingEvent, int)>();
        var before = 0;
        foreach (var save in saves)
        {
            events.AddRange(save.Events.Events.Select((e, i) => (e, before + save.Origins[i] + 1)));
            before += save.Metadata.Count;
        }

        _events = [.. events];
        _places = new int[_events.Length];
        _behind = new int[_events.Length];
        if (_events is [var (only, _)])
        {
            (_streams, _counts, _places[0]) = ([only.Stream], [1], 1);
            Command = OneEvent(only);
            return;
        }

        // Sorted, so that all appends lock streams in one order. Of sessions that share a stream the first says where it must be.
        _streams = [.. saves.SelectMany(s => s.Events.Streams).DistinctBy(s => s.Id, StringComparer.Ordinal).OrderBy(s => s.Id, StringComparer.Ordinal)];
        _counts = new long[_streams.Length];
        var places = new Dictionary<string, int>(_streams.Length, StringComparer.Ordinal);
        for (var i = 0; i < _streams.Length; i++) places.Add(_streams[i].Id, i);

        // From the back, so that each event knows how many of its stream come after it.
        for (var i = _events.Length - 1; i >= 0; i--)
        {
            var place = places[_events[i].Event.Stream.Id];
            _places[i] = place + 1;
            _behind[i] = (int)_counts[place]++;
        }

        IsCopied = _events.Length > MostInArrays || saves.Sum(s => s.Events.Bytes) > MostBytesInArrays;
        Command = IsCopied ? BeginCopy() : ManyEvents();
    }

    /// <summary>Whether <see cref="Command"/> does the first half alone, and <see cref="CopyAsync"/> the second.</summary>
    public bool IsCopied { get; }

    /// <summary>Returns a row of two arrays: the sequence numbers of the events, and the versions that streams came to.</summary>
    public NpgsqlBatchCommand Command { get; }

    public async Task CopyAsync(NpgsqlConnection connection, Places at, CancellationToken cancellationToken)
    {
        await using var copy = await CopyWriter.BeginAsync(
            connection,
            """
            copy mt_events (
                seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type,
                correlation_id, causation_id, headers, user_name)
            from stdin (format binary)
            """,
            cancellationToken);
        for (var i = 0; i < _events.Length; i++)
        {
            var (e, origin) = _events[i];
            var type = e.Data.GetType();
            var metadata = _origins[origin - 1];
            await copy.StartRowAsync(12, cancellationToken);
            copy.Write(at.Sequences[i]);
            copy.Write(e.Id);
            _log.StreamIdentity.Write(copy, e.Stream.Id);
            copy.Write(Version(i, at));
            copy.WriteJsonb(e.Json);
            copy.Write(_log.Types.NameOf(type));
            copy.WriteTimestamp((metadata.At - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
            copy.Write(_log.Types.ClrNameOf(type));
            Write(copy, metadata.CorrelationId);
            Write(copy, metadata.CausationId);
            if (metadata.HeadersJson is { } headers) copy.WriteJsonb(headers);
            else copy.WriteNull();
            Write(copy, metadata.UserName);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    public List<StoredEvent> Stored(Places at)
    {
        var stored = new List<StoredEvent>(_events.Length);
        for (var i = 0; i < _events.Length; i++)
        {
            var (e, origin) = _events[i];
            var metadata = _origins[origin - 1];
            stored.Add(new StoredEvent(
                at.Sequences[i], e.Id, e.Stream.Id, Version(i, at), e.Data, _log.Types.NameOf(e.Data.GetType()),
                metadata.At, metadata.CorrelationId, metadata.CausationId, metadata.UserName)
            {
                HeadersJson = metadata.HeadersJson,
            });
        }

        return stored;
    }

    private static void Write(CopyWriter copy, string? text)
    {
        if (text is null) copy.WriteNull();
        else copy.Write(text);
    }

    private long Version(int i, Places at) => at.Versions[_places[i] - 1] - _behind[i];

    private NpgsqlBatchCommand OneEvent(PendingEvent e)
    {
        var type = e.Data.GetType();
        var metadata = _origins[_events[0].Origin - 1];
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
                new NpgsqlParameter<long?> { TypedValue = e.Stream.Expected, NpgsqlDbType = NpgsqlDbType.Bigint },
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

    private NpgsqlBatchCommand ManyEvents()
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
                _log.StreamIdentity.Parameter(Array.ConvertAll(_streams, s => s.Id)),
                new NpgsqlParameter<long?[]> { TypedValue = Array.ConvertAll(_streams, s => s.Expected) },
                new NpgsqlParameter<long[]> { TypedValue = _counts },
                new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(_events, e => e.Event.Id) },
                new NpgsqlParameter<int[]> { TypedValue = _places },
                _log.StreamIdentity.Parameter(Array.ConvertAll(_events, e => e.Event.Stream.Id)),
                new NpgsqlParameter<int[]> { TypedValue = _behind },
                new NpgsqlParameter<int[]> { TypedValue = eventKinds },
                new NpgsqlParameter<int[]> { TypedValue = Array.ConvertAll(_events, e => e.Origin) },
                Jsons(Array.ConvertAll(_events, e => e.Event.Json)),
                Texts([.. kinds.Keys.Select(_log.Types.NameOf)]),
                Texts([.. kinds.Keys.Select(_log.Types.ClrNameOf)]),
                new NpgsqlParameter<DateTimeOffset[]> { TypedValue = Array.ConvertAll(_origins, s => s.At) },
                Texts(Array.ConvertAll(_origins, s => s.CorrelationId)),
                Texts(Array.ConvertAll(_origins, s => s.CausationId)),
                Jsons(Array.ConvertAll(_origins, s => s.HeadersJson)),
                Texts(Array.ConvertAll(_origins, s => s.UserName)),
            },
        };
    }

    private NpgsqlBatchCommand BeginCopy() => new("select appended_sequences, stream_versions from begin_append($1, $2, $3, $4, $5)")
    {
        Parameters =
        {
            new NpgsqlParameter<long> { TypedValue = _log.AppendLock },
            _log.StreamIdentity.Parameter(Array.ConvertAll(_streams, s => s.Id)),
            new NpgsqlParameter<long?[]> { TypedValue = Array.ConvertAll(_streams, s => s.Expected) },
            new NpgsqlParameter<long[]> { TypedValue = _counts },
            new NpgsqlParameter<DateTimeOffset> { TypedValue = _origins[^1].At },
        },
    };

    private static NpgsqlParameter<string?> Text(string? value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Varchar };

    private static NpgsqlParameter<string?[]> Texts(string?[] values) =>
        new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Varchar };

    private static NpgsqlParameter<byte[]?[]> Jsons(byte[]?[] values) =>
        new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb };

    /// <summary>What <see cref="Command"/> returned.</summary>
    /// <param name="Sequences">By event.</param>
    /// <param name="Versions">By stream, of its newest event.</param>
    internal readonly record struct Places(long[] Sequences, long[] Versions);
}

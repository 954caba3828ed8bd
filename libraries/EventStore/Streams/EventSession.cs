using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.EventStore.Streams;

/// <summary>
/// A unit of work: what is appended, received and executed here is committed together by <see cref="SaveChangesAsync"/>,
/// or not at all. Reads see what is committed. One session serves one unit of work and one thread.
/// </summary>
public sealed class EventSession
{
    /// <summary>From here on a plan made for the very arrays pays for its making.</summary>
    private const int LargeAppend = 64;

    private readonly EventLog _log;
    private readonly List<Pending> _events = [];
    private readonly List<PendingStream> _streams = [];
    private readonly Dictionary<string, int> _streamIndices = new(StringComparer.Ordinal);
    private readonly List<(Guid MessageId, string Consumer)> _received = [];
    private readonly List<FeedAdvance> _advances = [];
    private readonly List<NpgsqlBatchCommand> _commands = [];

    internal EventSession(EventLog log) => _log = log;

    /// <summary>Stored with every event of the session. Trace context is taken from <see cref="Activity.Current"/>.</summary>
    public string? CorrelationId { get; set; }

    public string? CausationId { get; set; }

    public string? UserName { get; set; }

    /// <summary>Appends to a stream that must not exist.</summary>
    public void StartStream(string streamId, params IEnumerable<object> events) => Append(streamId, 0, events);

    /// <summary>Appends to a stream at whatever version it is; a stream that is not there begins.</summary>
    public void Append(string streamId, params IEnumerable<object> events) => Add(streamId, null, events);

    /// <summary>Appends to a stream that must be at <paramref name="expectedVersion"/>; 0 says that it must not exist.</summary>
    public void Append(string streamId, long expectedVersion, IEnumerable<object> events) => Add(streamId, expectedVersion, events);

    public async Task<StreamState?> FetchStreamStateAsync(string streamId, CancellationToken cancellationToken = default)
    {
        await using var command = _log.Source.CreateCommand(
            "select version, created, timestamp, is_archived from mt_streams where id = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = streamId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) return null;

        return new StreamState(
            streamId,
            reader.GetInt64(0),
            reader.GetFieldValue<DateTimeOffset>(1),
            reader.GetFieldValue<DateTimeOffset>(2),
            reader.GetBoolean(3));
    }

    /// <summary>Events of a stream from one version to another, both included, in order.</summary>
    public async Task<IReadOnlyList<StoredEvent>> FetchStreamAsync(
        string streamId, long fromVersion = 1, long toVersion = long.MaxValue, CancellationToken cancellationToken = default)
    {
        await using var command = _log.Source.CreateCommand(
            $"""
            select {EventReader.Columns} from mt_events
            where stream_id = $1 and version between $2 and $3
            order by version
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = streamId });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = fromVersion });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = toVersion });
        return await EventReader.ReadAsync(command, _log.Types, cancellationToken);
    }

    /// <summary>The aggregate as its events make it, or null when there is no such stream.</summary>
    public async Task<T?> AggregateStreamAsync<T>(string streamId, CancellationToken cancellationToken = default)
        where T : class
    {
        var events = await FetchStreamAsync(streamId, cancellationToken: cancellationToken);
        return events.Count == 0 ? null : _log.Folds.Fold<T>(events.Select(e => e.Data));
    }

    /// <summary>The aggregate, to be written back only if nobody appends in between. A stream that is not there is the seed.</summary>
    public async Task<WritableStream<T>> FetchForWriting<T>(string streamId, CancellationToken cancellationToken = default)
        where T : class
    {
        var events = await FetchStreamAsync(streamId, cancellationToken: cancellationToken);
        return new WritableStream<T>(this, streamId, events.Count == 0 ? 0 : events[^1].Version, _log.Folds.Fold<T>(events.Select(e => e.Data)));
    }

    /// <summary>
    /// False when the message was taken before. True notes it for the commit, which is refused if another session takes
    /// it in between.
    /// </summary>
    public async Task<bool> TryReceiveAsync(Guid messageId, string consumer, CancellationToken cancellationToken = default)
    {
        await using var command = _log.Source.CreateCommand("select exists (select from inbox where message_id = $1 and consumer = $2)");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = messageId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = consumer });
        if (await command.ExecuteScalarAsync(cancellationToken) is true) return false;

        _received.Add((messageId, consumer));
        return true;
    }

    /// <summary>The newest message of a counted feed that <paramref name="consumer"/> has committed; 0 for none.</summary>
    public async Task<long> LastSequenceAsync(string consumer, string feed, int partition, CancellationToken cancellationToken = default)
    {
        await using var command = _log.Source.CreateCommand(
            "select last_sequence from feed_positions where consumer = $1 and feed = $2 and partition = $3");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = consumer });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = feed });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = partition });
        return await command.ExecuteScalarAsync(cancellationToken) is long last ? last : 0;
    }

    /// <summary>Moves a counted feed's position with the commit, which is refused unless it stands at <paramref name="from"/>.</summary>
    public void AdvanceSequence(string consumer, string feed, int partition, long from, long to) =>
        _advances.Add(new FeedAdvance(consumer, feed, partition, from, to));

    /// <summary>Runs the slice's own SQL in the commit's transaction, after the events are written.</summary>
    public void Execute(NpgsqlBatchCommand command) => _commands.Add(command);

    /// <summary>Commits everything in one transaction; the events go in one statement, however many streams they are of.</summary>
    /// <exception cref="ConcurrencyException">A stream or a feed is not where it was expected.</exception>
    /// <exception cref="StreamArchivedException">A stream takes no more events.</exception>
    public async Task SaveChangesAsync(CancellationToken cancellationToken = default)
    {
        if (_events.Count + _received.Count + _advances.Count + _commands.Count == 0) return;

        var now = _log.Clock.GetUtcNow();
        var traceParent = Activity.Current?.Id;
        await using var connection = await _log.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        AddBookkeeping(batch);
        if (_events.Count > 0) AddAppend(batch, now, traceParent);
        foreach (var command in _commands) batch.BatchCommands.Add(command);

        var stored = await ExecuteAsync(batch, now, traceParent, cancellationToken);
        if (stored.Count > 0)
        {
            foreach (var projection in _log.Inline) await projection.ApplyAsync(stored, connection, transaction, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        if (stored.Count > 0) _log.OnCommit();
    }

    private void Add(string streamId, long? expected, IEnumerable<object> events)
    {
        if (!_streamIndices.TryGetValue(streamId, out var index))
        {
            index = _streams.Count;
            _streamIndices.Add(streamId, index);
            _streams.Add(new PendingStream(streamId, expected));
        }

        foreach (var data in events)
        {
            _events.Add(new Pending(Guid.CreateVersion7(_log.Clock.GetUtcNow()), index, ++_streams[index].Count, data));
        }
    }

    private void AddBookkeeping(NpgsqlBatch batch)
    {
        foreach (var (messageId, consumer) in _received)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand("insert into inbox (message_id, consumer) values ($1, $2)")
            {
                Parameters = { new NpgsqlParameter<Guid> { TypedValue = messageId }, new NpgsqlParameter<string> { TypedValue = consumer } },
            });
        }

        foreach (var advance in _advances)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(
                """
                insert into feed_positions as p (consumer, feed, partition, last_sequence) values ($1, $2, $3, $5)
                on conflict (consumer, feed, partition) do update set last_sequence = excluded.last_sequence where p.last_sequence = $4
                """)
            {
                Parameters =
                {
                    new NpgsqlParameter<string> { TypedValue = advance.Consumer },
                    new NpgsqlParameter<string> { TypedValue = advance.Feed },
                    new NpgsqlParameter<int> { TypedValue = advance.Partition },
                    new NpgsqlParameter<long> { TypedValue = advance.From },
                    new NpgsqlParameter<long> { TypedValue = advance.To },
                },
            });
        }
    }

    private void AddAppend(NpgsqlBatch batch, DateTimeOffset now, string? traceParent)
    {
        if (_events.Count >= LargeAppend) batch.BatchCommands.Add(new NpgsqlBatchCommand("set local plan_cache_mode = force_custom_plan"));

        // The lock comes before any sequence number is drawn: see HighWaterMark.
        batch.BatchCommands.Add(new NpgsqlBatchCommand("select pg_advisory_xact_lock_shared($1)")
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = _log.AppendLock } },
        });

        var columns = new AppendColumns(_events, _streams, _log.Types);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            """
            with streams as (
                insert into mt_streams as s (id, version, timestamp)
                select id, events, $1 from unnest($2, $3) as given (id, events) order by id
                on conflict (id) do update set version = s.version + excluded.version, timestamp = excluded.timestamp
                    where not s.is_archived
                returning id, version
            )
            insert into mt_events (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type, correlation_id, causation_id, headers, user_name)
            select nextval('mt_events_sequence'), id, stream_id, version, data, ($8)[kind], $1, ($9)[kind], $10, $11, $12, $13
            from (
                select given.id, streams.id as stream_id, streams.version - given.behind as version, given.data, given.kind
                from unnest($4, $5, $6, $7, $14) with ordinality as given (id, stream, behind, kind, data, place)
                join streams on streams.id = ($2)[given.stream]
                order by given.place
            ) as events
            returning seq_id, stream_id, version
            """)
        {
            Parameters =
            {
                new NpgsqlParameter<DateTimeOffset> { TypedValue = now },
                Texts([.. _streams.Select(s => s.Id)]),
                new NpgsqlParameter<long[]> { TypedValue = [.. _streams.Select(s => s.Count)] },
                new NpgsqlParameter<Guid[]> { TypedValue = columns.Ids },
                new NpgsqlParameter<int[]> { TypedValue = columns.Streams },
                new NpgsqlParameter<long[]> { TypedValue = columns.Behind },
                new NpgsqlParameter<int[]> { TypedValue = columns.Kinds },
                Texts(columns.Names),
                Texts(columns.Types),
                Text(CorrelationId),
                Text(CausationId),
                new NpgsqlParameter
                {
                    Value = traceParent is null ? DBNull.Value : $$"""{"traceparent":"{{traceParent}}"}""",
                    NpgsqlDbType = NpgsqlDbType.Jsonb,
                },
                Text(UserName),
                new NpgsqlParameter { Value = columns.Data, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb },
            },
        });
    }

    private async Task<List<StoredEvent>> ExecuteAsync(
        NpgsqlBatch batch, DateTimeOffset now, string? traceParent, CancellationToken cancellationToken)
    {
        var stored = new List<StoredEvent>(_events.Count);
        try
        {
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            do
            {
                if (reader.FieldCount != 3 || reader.GetName(0) != "seq_id") continue;
                while (await reader.ReadAsync(cancellationToken))
                {
                    if (stored.Count == _events.Count) break;
                    var e = _events[stored.Count];
                    stored.Add(new StoredEvent(
                        reader.GetInt64(0), e.Id, reader.GetString(1), reader.GetInt64(2), e.Data, _log.Types.NameOf(e.Data.GetType()), now, traceParent));
                }
            }
            while (await reader.NextResultAsync(cancellationToken));
        }
        catch (PostgresException e) when (e is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "inbox_pkey" })
        {
            throw new ConcurrencyException($"inbox of {_received[0].Consumer}", 0, 1);
        }

        CheckVersions(stored);
        for (var i = 0; i < _advances.Count; i++)
        {
            if (batch.BatchCommands[_received.Count + i].RecordsAffected == 1) continue;
            var advance = _advances[i];
            throw new ConcurrencyException($"feed {advance.Feed}/{advance.Partition} of {advance.Consumer}", advance.From, -1);
        }

        return stored;
    }

    /// <summary>The streams are locked now, so what they were at before cannot change any more.</summary>
    private void CheckVersions(List<StoredEvent> stored)
    {
        if (stored.Count < _events.Count)
        {
            var taken = stored.Select(e => e.StreamId).ToHashSet(StringComparer.Ordinal);
            throw new StreamArchivedException(_streams.First(s => !taken.Contains(s.Id)).Id);
        }

        for (var i = 0; i < stored.Count; i++)
        {
            var e = _events[i];
            var stream = _streams[e.Stream];
            if (e.Position == 1 && stream.Expected is { } expected && stored[i].Version != expected + 1)
            {
                throw new ConcurrencyException(stream.Id, expected, stored[i].Version - 1);
            }
        }
    }

    private static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Varchar };

    private static NpgsqlParameter Texts(string[] values) => new() { Value = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Varchar };

    private sealed record Pending(Guid Id, int Stream, long Position, object Data);

    private sealed class PendingStream(string id, long? expected)
    {
        public string Id { get; } = id;

        public long? Expected { get; } = expected;

        public long Count { get; set; }
    }

    private sealed record FeedAdvance(string Consumer, string Feed, int Partition, long From, long To);

    /// <summary>The pending events as one array a column, for unnest. Streams and kinds are counted from 1, as arrays are in SQL.</summary>
    private sealed class AppendColumns
    {
        public AppendColumns(List<Pending> events, List<PendingStream> streams, EventTypes types)
        {
            Ids = new Guid[events.Count];
            Streams = new int[events.Count];
            Behind = new long[events.Count];
            Kinds = new int[events.Count];
            Data = new string[events.Count];

            var kinds = new Dictionary<Type, int>();
            for (var i = 0; i < Ids.Length; i++)
            {
                var e = events[i];
                var type = e.Data.GetType();
                if (!kinds.TryGetValue(type, out Kinds[i])) kinds.Add(type, Kinds[i] = kinds.Count + 1);
                Ids[i] = e.Id;
                Streams[i] = e.Stream + 1;
                Behind[i] = streams[e.Stream].Count - e.Position;
                Data[i] = types.Serialize(e.Data);
            }

            Names = [.. kinds.Keys.Select(types.NameOf)];
            Types = [.. kinds.Keys.Select(t => $"{t.FullName}, {t.Assembly.GetName().Name}")];
        }

        public Guid[] Ids { get; }

        public int[] Streams { get; }

        /// <summary>How many events of the same stream come after this one.</summary>
        public long[] Behind { get; }

        public int[] Kinds { get; }

        public string[] Data { get; }

        public string[] Names { get; }

        public string[] Types { get; }
    }
}

using System.Diagnostics;
using System.Text.Json;
using AlgoStack.Postgres;
using Npgsql;

namespace AlgoStack.EventStore.Streams;

/// <summary>
/// A unit of work: what is appended, received and executed here is committed together by <see cref="SaveChangesAsync"/>,
/// or not at all. Until then nothing is sent and no connection is held; reads see what is committed. One session serves
/// one thread.
/// </summary>
public sealed class EventSession
{
    internal const string TraceParentHeader = "traceparent";
    private const string TraceStateHeader = "tracestate";

    private readonly EventLog _log;
    private readonly PendingSave _pending;

    internal EventSession(EventLog log)
    {
        _log = log;
        _pending = new PendingSave(log.Types);
    }

    internal StreamIdentity StreamIdentity => _log.StreamIdentity;

    /// <summary>Stored with every event of the session; the trace id of <see cref="Activity.Current"/> unless set.</summary>
    public string? CorrelationId { get; set; }

    /// <summary>
    /// What brought the events about: the id of the message given to <see cref="TryReceiveAsync"/>, else the parent of
    /// <see cref="Activity.Current"/>, unless set.
    /// </summary>
    public string? CausationId { get; set; }

    public string? UserName { get; set; }

    /// <summary>Stored beside each event, with the W3C trace context of <see cref="Activity.Current"/> added.</summary>
    public IDictionary<string, string> Headers { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Appends to a stream that must not exist.</summary>
    /// <exception cref="InvalidStreamIdException">The id cannot be stored.</exception>
    /// <exception cref="UnknownEventTypeException">An event is not registered.</exception>
    /// <exception cref="UnstorableEventException">An event cannot be stored as it is.</exception>
    /// <exception cref="EventTooLargeException">An event is over 64 MiB of JSON.</exception>
    public void StartStream(string streamId, params IEnumerable<object> events) => Append(streamId, 0, events);

    /// <inheritdoc cref="StartStream(string, IEnumerable{object})"/>
    /// <param name="origin">What brought them about, where that is not the same as for the rest of the session.</param>
    public void StartStream(string streamId, EventOrigin origin, params IEnumerable<object> events) =>
        _pending.Events.Add(StreamIdentity.Check(streamId), 0, events, origin, _log.Clock.GetUtcNow());

    /// <summary>Appends to a stream at whatever version it is; a stream that is not there begins.</summary>
    public void Append(string streamId, params IEnumerable<object> events) =>
        Append(streamId, EventOrigin.OfSession, events);

    /// <summary>As <see cref="Append(string,IEnumerable{object})"/>, of events that something else brought about than the rest of the session.</summary>
    public void Append(string streamId, EventOrigin origin, params IEnumerable<object> events) =>
        _pending.Events.Add(StreamIdentity.Check(streamId), null, events, origin, _log.Clock.GetUtcNow());

    /// <summary>
    /// Appends to a stream that must be at <paramref name="expectedVersion"/> before this session; 0 says that it must not
    /// exist.
    /// </summary>
    public void Append(string streamId, long expectedVersion, IEnumerable<object> events)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(expectedVersion);
        _pending.Events.Add(StreamIdentity.Check(streamId), expectedVersion, events, EventOrigin.OfSession, _log.Clock.GetUtcNow());
    }

    /// <summary>
    /// Closes a stream for good with the commit: it and its events, those of this session included, are marked archived,
    /// and whoever appends later gets <see cref="StreamArchivedException"/>. It is read and followed as before. Nothing
    /// happens to a stream that is not there.
    /// </summary>
    public void ArchiveStream(string streamId) => _pending.Archived.Add(StreamIdentity.Check(streamId));

    public async Task<StreamState?> FetchStreamStateAsync(string streamId, CancellationToken cancellationToken = default)
    {
        streamId = StreamIdentity.Check(streamId);
        await using var connection = await _log.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            "select version, created, timestamp, is_archived from mt_streams where id = $1", connection);
        command.Parameters.Add(StreamIdentity.Parameter(streamId));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) return null;

        return new StreamState(
            streamId,
            reader.GetInt64(0),
            reader.GetFieldValue<DateTimeOffset>(1),
            reader.GetFieldValue<DateTimeOffset>(2),
            reader.GetBoolean(3));
    }

    /// <summary>
    /// Events of a stream in order: from <paramref name="fromVersion"/> through <paramref name="version"/>, and through the
    /// last one stamped at <paramref name="timestamp"/> or before. Clocks may step back, so that one may be stamped later
    /// than <paramref name="timestamp"/>; none is left out in the middle.
    /// </summary>
    /// <exception cref="UnknownEventTypeException">An event's name is not registered.</exception>
    /// <exception cref="UnreadableEventException">An event's JSON is not of its type.</exception>
    public async Task<IReadOnlyList<StoredEvent>> FetchStreamAsync(
        string streamId,
        long? version = null,
        DateTimeOffset? timestamp = null,
        long fromVersion = 1,
        CancellationToken cancellationToken = default)
    {
        streamId = StreamIdentity.Check(streamId);
        await using var connection = await _log.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            $"""
            select {EventReader.Columns} from mt_events
            where stream_id = $1 and version between $2 and $3 {(timestamp is null ? "" : ThroughTimestamp)}
            order by version
            """,
            connection);
        command.Parameters.Add(StreamIdentity.Parameter(streamId));
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = fromVersion });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = version ?? long.MaxValue });
        if (timestamp is not null) command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = timestamp.Value.ToUniversalTime() });
        return await EventReader.ReadAsync(command, _log.Types, cancellationToken);
    }

    private const string ThroughTimestamp =
        "and version <= (select max(version) from mt_events where stream_id = $1 and timestamp <= $4)";

    /// <summary>
    /// The aggregate as its events make it, or as they made it at <paramref name="version"/> or at
    /// <paramref name="timestamp"/> (see <see cref="FetchStreamAsync"/>); null when there was no such stream. A stream that
    /// has not come to the version is taken as it is.
    /// </summary>
    public async Task<T?> AggregateStreamAsync<T>(
        string streamId, long? version = null, DateTimeOffset? timestamp = null, CancellationToken cancellationToken = default)
        where T : class
    {
        var events = await FetchStreamAsync(streamId, version, timestamp, cancellationToken: cancellationToken);
        return events.Count == 0 ? null : _log.Folds.Fold<T>(events);
    }

    /// <summary>The aggregate, to be written back only if nobody appends in between. A stream that is not there is the seed.</summary>
    /// <exception cref="InvalidOperationException">The aggregate has no state there, since it was not registered with a seed.</exception>
    public async Task<WritableStream<T>> FetchForWriting<T>(string streamId, CancellationToken cancellationToken = default)
        where T : class
    {
        streamId = StreamIdentity.Check(streamId);
        var events = await FetchStreamAsync(streamId, cancellationToken: cancellationToken);
        var aggregate = _log.Folds.Fold<T>(events)
            ?? throw new InvalidOperationException($"Stream {streamId}: {typeof(T)} is nothing there; to be written to, it needs a seed.");
        return new WritableStream<T>(this, streamId, events.Count == 0 ? 0 : events[^1].Version, aggregate);
    }

    /// <summary>As <see cref="FetchForWriting{T}(string,CancellationToken)"/>, of a stream known to be at a version.</summary>
    /// <exception cref="ConcurrencyException">The stream is at another version.</exception>
    public async Task<WritableStream<T>> FetchForWriting<T>(string streamId, long expectedVersion, CancellationToken cancellationToken = default)
        where T : class
    {
        var stream = await FetchForWriting<T>(streamId, cancellationToken);
        return stream.Version == expectedVersion ? stream : throw new ConcurrencyException(streamId, expectedVersion, stream.Version);
    }

    /// <summary>
    /// False when the message was taken before. True notes it for the commit, which is refused if another session takes
    /// it in between. The row is kept for good.
    /// </summary>
    public async Task<bool> TryReceiveAsync(Guid messageId, string consumer, CancellationToken cancellationToken = default)
    {
        await using var connection = await _log.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand("select exists (select from inbox where message_id = $1 and consumer = $2)", connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = messageId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = consumer });
        if (await command.ExecuteScalarAsync(cancellationToken) is true) return false;

        _pending.Received.Add((messageId, consumer));
        CausationId ??= messageId.ToString();
        return true;
    }

    /// <summary>The newest message of a counted feed that <paramref name="consumer"/> has committed; 0 for none.</summary>
    public async Task<long> LastSequenceAsync(string consumer, string feed, int partition, CancellationToken cancellationToken = default)
    {
        await using var connection = await _log.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            "select last_sequence from feed_positions where consumer = $1 and feed = $2 and partition = $3", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = consumer });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = feed });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = partition });
        return await command.ExecuteScalarAsync(cancellationToken) is long last ? last : 0;
    }

    /// <summary>As <see cref="LastSequenceAsync"/>, of each partition that the consumer has committed something of.</summary>
    public async Task<IReadOnlyList<(int Partition, long Last)>> LastSequencesAsync(string consumer, string feed, CancellationToken cancellationToken = default)
    {
        await using var connection = await _log.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            "select partition, last_sequence from feed_positions where consumer = $1 and feed = $2 order by partition", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = consumer });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = feed });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var positions = new List<(int, long)>();
        while (await reader.ReadAsync(cancellationToken)) positions.Add((reader.GetInt32(0), reader.GetInt64(1)));
        return positions;
    }

    /// <summary>Moves a counted feed's position with the commit, which is refused unless it stands at <paramref name="from"/>.</summary>
    public void AdvanceSequence(string consumer, string feed, int partition, long from, long to) =>
        _pending.Advances.Add(new FeedAdvance(consumer, feed, partition, from, to));

    /// <summary>
    /// Runs the slice's own SQL in the commit's transaction, before the events are written, in the order given. Rows it
    /// returns are not read.
    /// </summary>
    public void Execute(NpgsqlBatchCommand command) => _pending.Commands.Add(command);

    /// <summary>As <see cref="Execute(NpgsqlBatchCommand)"/>, with parameters <c>$1</c>, <c>$2</c>, ….</summary>
    public void Execute(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
#pragma warning disable CA2100 // The caller's own statement; values come as parameters.
        var command = new NpgsqlBatchCommand(sql);
#pragma warning restore CA2100
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        _pending.Commands.Add(command);
    }

    /// <summary>
    /// Runs <paramref name="work"/> first in the commit's transaction: for what a statement cannot say, binary COPY above
    /// all. It runs again if the session is saved again after a failure. Costs a round trip more than its own.
    /// </summary>
    public void Enlist(Func<NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task> work) => _pending.Enlisted.Add(work);

    /// <summary>
    /// Commits everything in one transaction, and in one round trip unless something is enlisted or projected inline, or
    /// events are many. Where many sessions of this process save at once, they may share that transaction
    /// (<see cref="EventStoreOptions.MostCoalescingDelay"/>). The session is empty afterwards; after an exception it holds
    /// what it held.
    /// </summary>
    /// <exception cref="ConcurrencyException">
    /// A stream or a feed is not where it was expected (<see cref="StreamExistsException"/>,
    /// <see cref="SequenceMismatchException"/>), or a message was received meanwhile
    /// (<see cref="MessageAlreadyReceivedException"/>). Nothing was written.
    /// </exception>
    /// <exception cref="StreamArchivedException">A stream takes no more events. Nothing was written.</exception>
    /// <exception cref="UnstorableMetadataException">What goes beside the events cannot be stored. Nothing was sent.</exception>
    /// <exception cref="StoreFullException">The server's disk is full. Nothing was written.</exception>
    /// <exception cref="TooManyConnectionsException">The server takes no more connections. Nothing was sent.</exception>
    /// <exception cref="NpgsqlException">
    /// The server refused, or the connection broke; whether a commit got through in that case only the store can tell.
    /// </exception>
    public async Task SaveChangesAsync(CancellationToken cancellationToken = default)
    {
        if (_pending.IsEmpty) return;

        _pending.Describe(Metadata);
        await _log.Saves.SaveAsync(_pending, cancellationToken);
        var appended = _pending.Events.Count > 0;
        _pending.Clear();
        if (appended) _log.OnCommit();
    }

    private EventMetadata Metadata(EventOrigin origin)
    {
        var activity = Activity.Current;
        var (correlation, causation) = (origin.CorrelationId ?? CorrelationId, origin.CausationId ?? CausationId);
        var headers = new Dictionary<string, string>(Headers, StringComparer.Ordinal);
        if (origin.Trace != default)
        {
            headers[TraceParentHeader] = $"00-{origin.Trace.TraceId}-{origin.Trace.SpanId}-{(int)origin.Trace.TraceFlags:x2}";
        }
        else if (activity is { Id: { } id, IdFormat: ActivityIdFormat.W3C })
        {
            headers.TryAdd(TraceParentHeader, id);
            if (!string.IsNullOrEmpty(activity.TraceStateString)) headers.TryAdd(TraceStateHeader, activity.TraceStateString);
        }

        StoredText.CheckMetadata("Correlation id", correlation);
        StoredText.CheckMetadata("Causation id", causation);
        StoredText.CheckMetadata("User name", UserName);
        foreach (var (name, value) in Headers)
        {
            StoredText.CheckMetadata("Header", name);
            StoredText.CheckMetadata("Header", value);
        }

        // As the column keeps it, so that an inline projection is given what a rebuild will read.
        var now = _log.Clock.GetUtcNow();
        return new EventMetadata(
            now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)),
            correlation ?? activity?.RootId,
            causation ?? activity?.ParentId,
            UserName,
            headers.Count == 0 ? null : JsonSerializer.SerializeToUtf8Bytes(headers));
    }
}

using System.Diagnostics;
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
    private readonly PendingEvents _events;
    private readonly List<(Guid MessageId, string Consumer)> _received = [];
    private readonly List<FeedAdvance> _advances = [];
    private readonly List<NpgsqlBatchCommand> _commands = [];
    private readonly List<Func<NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task>> _enlisted = [];

    internal EventSession(EventLog log)
    {
        _log = log;
        _events = new PendingEvents(log.Types);
    }

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
    public void StartStream(string streamId, params IEnumerable<object> events) => Append(streamId, 0, events);

    /// <summary>Appends to a stream at whatever version it is; a stream that is not there begins.</summary>
    public void Append(string streamId, params IEnumerable<object> events) => _events.Add(streamId, null, events, _log.Clock.GetUtcNow());

    /// <summary>
    /// Appends to a stream that must be at <paramref name="expectedVersion"/> before this session; 0 says that it must not
    /// exist.
    /// </summary>
    public void Append(string streamId, long expectedVersion, IEnumerable<object> events)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(expectedVersion);
        _events.Add(streamId, expectedVersion, events, _log.Clock.GetUtcNow());
    }

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
    /// <exception cref="UnknownEventTypeException">An event's name is not registered.</exception>
    /// <exception cref="UnreadableEventException">An event's JSON is not of its type.</exception>
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
        return events.Count == 0 ? null : _log.Folds.Fold<T>(events);
    }

    /// <summary>The aggregate, to be written back only if nobody appends in between. A stream that is not there is the seed.</summary>
    /// <exception cref="InvalidOperationException">The aggregate has no state there, since it was not registered with a seed.</exception>
    public async Task<WritableStream<T>> FetchForWriting<T>(string streamId, CancellationToken cancellationToken = default)
        where T : class
    {
        var events = await FetchStreamAsync(streamId, cancellationToken: cancellationToken);
        var aggregate = _log.Folds.Fold<T>(events)
            ?? throw new InvalidOperationException($"Stream {streamId}: {typeof(T)} is nothing there; to be written to, it needs a seed.");
        return new WritableStream<T>(this, streamId, events.Count == 0 ? 0 : events[^1].Version, aggregate);
    }

    /// <summary>
    /// False when the message was taken before. True notes it for the commit, which is refused if another session takes
    /// it in between. The row is kept for good.
    /// </summary>
    public async Task<bool> TryReceiveAsync(Guid messageId, string consumer, CancellationToken cancellationToken = default)
    {
        await using var command = _log.Source.CreateCommand("select exists (select from inbox where message_id = $1 and consumer = $2)");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = messageId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = consumer });
        if (await command.ExecuteScalarAsync(cancellationToken) is true) return false;

        _received.Add((messageId, consumer));
        CausationId ??= messageId.ToString();
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

    /// <summary>
    /// Runs the slice's own SQL in the commit's transaction, before the events are written, in the order given. Rows it
    /// returns are not read.
    /// </summary>
    public void Execute(NpgsqlBatchCommand command) => _commands.Add(command);

    /// <summary>As <see cref="Execute(NpgsqlBatchCommand)"/>, with parameters <c>$1</c>, <c>$2</c>, ….</summary>
    public void Execute(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
#pragma warning disable CA2100 // The caller's own statement; values come as parameters.
        var command = new NpgsqlBatchCommand(sql);
#pragma warning restore CA2100
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        _commands.Add(command);
    }

    /// <summary>
    /// Runs <paramref name="work"/> first in the commit's transaction: for what a statement cannot say, binary COPY above
    /// all. It runs again if the session is saved again after a failure. Costs a round trip more than its own.
    /// </summary>
    public void Enlist(Func<NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task> work) => _enlisted.Add(work);

    /// <summary>
    /// Commits everything in one transaction, and in one round trip unless something is enlisted or projected inline. The
    /// session is empty afterwards; after an exception it holds what it held.
    /// </summary>
    /// <exception cref="ConcurrencyException">
    /// A stream or a feed is not where it was expected (<see cref="StreamExistsException"/>,
    /// <see cref="SequenceMismatchException"/>), or a message was received meanwhile
    /// (<see cref="MessageAlreadyReceivedException"/>). Nothing was written.
    /// </exception>
    /// <exception cref="StreamArchivedException">A stream takes no more events. Nothing was written.</exception>
    /// <exception cref="NpgsqlException">
    /// The server refused, or the connection broke; whether a commit got through in that case only the store can tell.
    /// </exception>
    public async Task SaveChangesAsync(CancellationToken cancellationToken = default)
    {
        if (_events.Count + _received.Count + _advances.Count + _commands.Count + _enlisted.Count == 0) return;

        var statements = _events.Statements(_log.AppendLock, Metadata());
        try
        {
            await using var connection = await _log.Source.OpenConnectionAsync(cancellationToken);
            await using var batch = new NpgsqlBatch(connection);
            Fill(batch, statements);
            if (_enlisted.Count == 0 && (statements.Count == 0 || _log.Inline.Count == 0))
            {
                // A batch without a transaction is one.
                await batch.ExecuteNonQueryAsync(cancellationToken);
            }
            else
            {
                await SaveInStepsAsync(connection, batch, statements, cancellationToken);
            }
        }
        catch (PostgresException e)
        {
            if (SaveRefusal.From(e, _received) is { } refusal) throw refusal;
            throw;
        }

        Clear();
        if (statements.Count > 0) _log.OnCommit();
    }

    private async Task SaveInStepsAsync(
        NpgsqlConnection connection, NpgsqlBatch batch, List<AppendStatement> statements, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        foreach (var work in _enlisted) await work(connection, transaction, cancellationToken);

        var stored = batch.BatchCommands.Count == 0 ? [] : await ExecuteAsync(batch, statements, cancellationToken);
        if (stored.Count > 0)
        {
            foreach (var projection in _log.Inline)
            {
                var events = projection.Select(stored);
                if (events.Count > 0) await projection.ApplyAsync(events, connection, transaction, cancellationToken);
            }
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private async Task<List<StoredEvent>> ExecuteAsync(
        NpgsqlBatch batch, List<AppendStatement> statements, CancellationToken cancellationToken)
    {
        var stored = new List<StoredEvent>(_events.Count);
        var next = 0;
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        do
        {
            if (reader.FieldCount == 0 || reader.GetName(0) != AppendStatement.SequencesColumn) continue;

            await reader.ReadAsync(cancellationToken);
            stored.AddRange(statements[next++].Stored(reader.GetFieldValue<long[]>(0), reader.GetFieldValue<long[]>(1)));
        }
        while (await reader.NextResultAsync(cancellationToken));

        return stored;
    }

    // The events go last: from there to the commit the append lock is held.
    private void Fill(NpgsqlBatch batch, List<AppendStatement> statements)
    {
        foreach (var advance in _advances) batch.BatchCommands.Add(advance.ToCommand());
        foreach (var (messageId, consumer) in _received)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand("insert into inbox (message_id, consumer) values ($1, $2)")
            {
                Parameters = { new NpgsqlParameter<Guid> { TypedValue = messageId }, new NpgsqlParameter<string> { TypedValue = consumer } },
            });
        }

        foreach (var command in _commands) batch.BatchCommands.Add(command);
        foreach (var statement in statements) batch.BatchCommands.Add(statement.Command);
    }

    private EventMetadata Metadata()
    {
        var activity = Activity.Current;
        var headers = new Dictionary<string, string>(Headers, StringComparer.Ordinal);
        if (activity is { Id: { } id, IdFormat: ActivityIdFormat.W3C })
        {
            headers.TryAdd(TraceParentHeader, id);
            if (!string.IsNullOrEmpty(activity.TraceStateString)) headers.TryAdd(TraceStateHeader, activity.TraceStateString);
        }

        // As the column keeps it, so that an inline projection is given what a rebuild will read.
        var now = _log.Clock.GetUtcNow();
        return new EventMetadata(
            now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)),
            CorrelationId ?? activity?.RootId,
            CausationId ?? activity?.ParentId,
            UserName,
            headers.Count == 0 ? null : headers);
    }

    private void Clear()
    {
        _events.Clear();
        _received.Clear();
        _advances.Clear();
        _commands.Clear();
        _enlisted.Clear();
    }
}

/// <summary>A counted feed's position that moves with a commit.</summary>
internal sealed record FeedAdvance(string Consumer, string Feed, int Partition, long From, long To)
{
    public NpgsqlBatchCommand ToCommand() => new("select advance_feed($1, $2, $3, $4, $5)")
    {
        Parameters =
        {
            new NpgsqlParameter<string> { TypedValue = Consumer },
            new NpgsqlParameter<string> { TypedValue = Feed },
            new NpgsqlParameter<int> { TypedValue = Partition },
            new NpgsqlParameter<long> { TypedValue = From },
            new NpgsqlParameter<long> { TypedValue = To },
        },
    };
}

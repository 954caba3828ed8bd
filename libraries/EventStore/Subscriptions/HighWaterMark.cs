using AlgoStack.EventStore.Streams;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AlgoStack.EventStore.Subscriptions;

/// <summary>
/// How far the log may be read without missing an event. Sequence numbers are drawn before commit, so a bare
/// <c>max(seq_id)</c> would pass over appends in flight. Every append holds a lock shared from before it draws a number;
/// this takes the lock exclusively, reads the maximum in a new statement, and so finds no append in flight.
/// </summary>
internal sealed partial class HighWaterMark(EventLog log, ILogger logger)
{
    /// <summary>How late a commit is noticed at worst when nobody wakes us.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);

    // A read that waits stalls every writer behind it, so one that fails leaves them alone for a while.
    private static readonly TimeSpan FirstBackOff = TimeSpan.FromSeconds(0.1);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan NoteInterval = TimeSpan.FromSeconds(1);

    // Appends take milliseconds, so that one transaction has it by then, or many that leave no gap.
    private static readonly TimeSpan NameHolderAfter = TimeSpan.FromSeconds(1);

    private readonly BackOff _backOff = new(FirstBackOff, LongestBackOff, log.Clock);
    private TaskCompletionSource _moved = NewSignal();
    private volatile LockHolder? _holder;
    private long _heldSince;
    private long _mark;
    private long _noted;
    private long _notedAt;

    /// <summary>The shortest time from one read to the next, however many commits there are; at most 200 a second.</summary>
    public TimeSpan BetweenReads { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>The mark as last read.</summary>
    public long Value => Volatile.Read(ref _mark);

    /// <summary>Whose transaction keeps the mark where it is, when one has for over a second.</summary>
    public LockHolder? Holder => _holder;

    /// <summary>Returns the mark as soon as it is beyond <paramref name="position"/>, and in any case after <paramref name="longest"/>.</summary>
    public async Task<long> WaitBeyondAsync(long position, TimeSpan longest, CancellationToken cancellationToken)
    {
        // Taken before the look, so that a move in between is not missed.
        var moved = Volatile.Read(ref _moved).Task;
        if (Value > position) return Value;

        try
        {
            await moved.WaitAsync(longest, log.Clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The caller has something to look after.
        }

        return Value;
    }

    /// <summary>Reads the mark whenever woken, and by polling.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                if (await TryMoveAsync(stopping))
                {
                    _backOff.Reset();
                    _heldSince = 0;
                    _holder = null;
                    await Task.Delay(BetweenReads, log.Clock, stopping);
                    await WaitForWakeAsync(stopping);
                    continue;
                }

                await NameHolderAsync(stopping);
            }
            catch (Exception e) when (e is NpgsqlException or IOException or InvalidOperationException or TimeoutException)
            {
                LogUnread(e.Message);
            }

            await _backOff.DelayAsync(stopping);
        }
    }

    /// <summary>Reads the mark now, if appends let it; for who does not wait for the next time.</summary>
    public Task ReadAsync(CancellationToken cancellationToken) => TryMoveAsync(cancellationToken);

    /// <summary>False when appends held the lock all the while; the old mark stands then.</summary>
    private async Task<bool> TryMoveAsync(CancellationToken cancellationToken)
    {
        await using var connection = await log.Source.OpenConnectionAsync(cancellationToken);
        if (await NewestAsync(connection, cancellationToken) <= Value) return true;
        if (await TryReadAsync(connection, cancellationToken) is not { } mark) return false;

        Move(mark);
        Interlocked.Exchange(ref _moved, NewSignal()).SetResult();
        if (log.Clock.GetElapsedTime(_notedAt) >= NoteInterval) await NoteAsync(connection, cancellationToken);
        return true;
    }

    private async Task NameHolderAsync(CancellationToken cancellationToken)
    {
        if (_heldSince == 0) _heldSince = log.Clock.GetTimestamp();
        if (log.Clock.GetElapsedTime(_heldSince) < NameHolderAfter) return;

        _holder = await LockHolder.FindAsync(log, cancellationToken);
        if (_holder is not null) LogHeld(Value, _holder);
    }

    private void Move(long mark)
    {
        lock (_backOff) _mark = Math.Max(_mark, mark);
    }

    private async Task WaitForWakeAsync(CancellationToken stopping)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        bounded.CancelAfter(PollInterval);
        try
        {
            await log.Wakes.ReadAsync(bounded.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // Nobody woke us: polling is the truth.
            if (_noted < Value)
            {
                await using var connection = await log.Source.OpenConnectionAsync(stopping);
                await NoteAsync(connection, stopping);
            }
        }
    }

    private static async Task<long> NewestAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Newest, connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private const string Newest = "select coalesce(max(seq_id), 0) from mt_events";

    /// <summary>First without waiting, then with a wait that writers hardly notice.</summary>
    private async Task<long?> TryReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // Each batch is one transaction and one round trip, so that the lock is held no longer than it must.
        await using var attempt = new NpgsqlBatch(connection)
        {
            BatchCommands = { LockCommand("select pg_try_advisory_xact_lock($1)"), new NpgsqlBatchCommand(Newest) },
        };
        await using (var reader = await attempt.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            if (reader.GetBoolean(0))
            {
                await reader.NextResultAsync(cancellationToken);
                await reader.ReadAsync(cancellationToken);
                return reader.GetInt64(0);
            }
        }

        await using var wait = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("select set_config('lock_timeout', '50ms', true)"),
                // As text, since the lock's own result is void.
                LockCommand("select pg_advisory_xact_lock($1)::text"),
                new NpgsqlBatchCommand(Newest),
            },
        };
        try
        {
            await using var reader = await wait.ExecuteReaderAsync(cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            return reader.GetInt64(0);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return null;
        }
    }

    private NpgsqlBatchCommand LockCommand(string sql)
    {
#pragma warning disable CA2100 // One of the two above.
        var command = new NpgsqlBatchCommand(sql);
#pragma warning restore CA2100
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = log.AppendLock });
        return command;
    }

    /// <summary>Leaves the mark where Marten's daemon keeps it, for whoever looks; nothing here reads it.</summary>
    private async Task NoteAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var mark = Value;
        await using var note = new NpgsqlCommand(
            """
            insert into mt_event_progression as p (name, last_seq_id) values ('HighWaterMark', $1)
            on conflict (name) do update
                set last_seq_id = greatest(p.last_seq_id, excluded.last_seq_id), last_updated = transaction_timestamp()
            """,
            connection);
        note.Parameters.Add(new NpgsqlParameter<long> { TypedValue = mark });
        await note.ExecuteNonQueryAsync(cancellationToken);
        _noted = mark;
        _notedAt = log.Clock.GetTimestamp();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The high-water mark stays at {Mark}: {Holder}.")]
    private partial void LogHeld(long mark, LockHolder holder);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The high-water mark cannot be read for now: {Reason}")]
    private partial void LogUnread(string reason);
}

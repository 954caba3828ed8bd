using AlgoStack.EventStore.Streams;
using Npgsql;

namespace AlgoStack.EventStore.Subscriptions;

/// <summary>
/// How far the log may be read without missing an event. Sequence numbers are drawn before commit, so a bare
/// <c>max(seq_id)</c> would pass over appends in flight. Every append holds a lock shared from before it draws a number;
/// this takes the lock exclusively, reads the maximum in a new statement, and so finds no append in flight.
/// </summary>
internal sealed class HighWaterMark(EventLog log) : IDisposable
{
    private static readonly TimeSpan FirstBackOff = TimeSpan.FromSeconds(0.1);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _one = new(1, 1);
    private TimeSpan _backOff = FirstBackOff;
    private long _notBefore;
    private long _mark;

    /// <summary>The mark as last read exactly.</summary>
    public long Value => Volatile.Read(ref _mark);

    /// <summary>
    /// Reads the mark anew. While an append holds the lock, and for 0.1 to 2 s after such a failure, the old mark stands:
    /// a waiting exclusive lock stalls every writer.
    /// </summary>
    public async Task<long> ReadAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (log.Clock.GetTimestamp() < _notBefore) return Value;

            await using var connection = await log.Source.OpenConnectionAsync(cancellationToken);
            if (await NewestAsync(connection, cancellationToken) <= Value) return Value;

            if (await TryBarrierAsync(connection, cancellationToken) is { } mark)
            {
                _backOff = FirstBackOff;
                Volatile.Write(ref _mark, mark);
            }
            else
            {
                _notBefore = log.Clock.GetTimestamp() + (long)(_backOff.TotalSeconds * log.Clock.TimestampFrequency);
                _backOff = _backOff * 2 < LongestBackOff ? _backOff * 2 : LongestBackOff;
            }

            return Value;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private static async Task<long> NewestAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select coalesce(max(seq_id), 0) from mt_events", connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<long?> TryBarrierAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            // First without waiting, then with a wait that no writer notices.
            await using var attempt = new NpgsqlCommand("select pg_try_advisory_xact_lock($1)", connection, transaction);
            attempt.Parameters.Add(new NpgsqlParameter<long> { TypedValue = log.AppendLock });
            if (await attempt.ExecuteScalarAsync(cancellationToken) is not true)
            {
                await using var wait = new NpgsqlBatch(connection, transaction)
                {
                    BatchCommands =
                    {
                        new NpgsqlBatchCommand("set local lock_timeout = '50ms'"),
                        new NpgsqlBatchCommand("select pg_advisory_xact_lock($1)")
                        {
                            Parameters = { new NpgsqlParameter<long> { TypedValue = log.AppendLock } },
                        },
                    },
                };
                await wait.ExecuteNonQueryAsync(cancellationToken);
            }

            var mark = await NewestAsync(connection, cancellationToken);
            await using var note = new NpgsqlCommand(
                """
                insert into mt_event_progression as p (name, last_seq_id) values ('HighWaterMark', $1)
                on conflict (name) do update set last_seq_id = greatest(p.last_seq_id, excluded.last_seq_id), last_updated = transaction_timestamp()
                """,
                connection,
                transaction);
            note.Parameters.Add(new NpgsqlParameter<long> { TypedValue = mark });
            await note.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return mark;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return null;
        }
    }
}

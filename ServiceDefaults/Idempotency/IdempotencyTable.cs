using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.ServiceDefaults.Idempotency;

/// <summary>Keys, what was asked with them and what was answered, for a day. Who writes of a key has taken it in flight.</summary>
internal sealed class IdempotencyTable(NpgsqlDataSource database, TimeProvider clock)
{
    private const int MostRemovedAtOnce = 1_000;

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>Notes what is asked with a key that is new or has expired, and tells what is noted of it.</summary>
    public async Task<(byte[] RequestHash, DateTimeOffset NotedAt, KeptAnswer? Answer)> NoteAsync(IdempotencyKey key, byte[] requestHash, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var commands = database.CreateBatch();
        commands.BatchCommands.Add(new NpgsqlBatchCommand(
            """
            insert into idempotency_keys (caller, key, request_hash, noted_at, expires_at) values ($1, $2, $3, $4, $5)
            on conflict (caller, key) do update
            set request_hash = excluded.request_hash, noted_at = excluded.noted_at, expires_at = excluded.expires_at,
                status = null, content_type = null, location = null, body = null
            where idempotency_keys.expires_at <= excluded.noted_at
            """)
        {
            Parameters =
            {
                new() { Value = key.Caller },
                new() { Value = key.Value },
                new() { Value = requestHash },
                new() { Value = now },
                new() { Value = now + Lifetime },
            },
        });
        commands.BatchCommands.Add(new NpgsqlBatchCommand(
            "select request_hash, noted_at, status, content_type, location, body from idempotency_keys where caller = $1 and key = $2")
        {
            Parameters = { new() { Value = key.Caller }, new() { Value = key.Value } },
        });
        await using var reader = await commands.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (
            reader.GetFieldValue<byte[]>(0),
            reader.GetFieldValue<DateTimeOffset>(1),
            reader.IsDBNull(2) ? null : new KeptAnswer(reader.GetInt32(2), Text(3), Text(4), reader.GetFieldValue<byte[]>(5)));

        string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    }

    public async Task KeepAsync(IdempotencyKey key, KeptAnswer answer, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "update idempotency_keys set status = $3, content_type = $4, location = $5, body = $6 where caller = $1 and key = $2");
        command.Parameters.Add(new() { Value = key.Caller });
        command.Parameters.Add(new() { Value = key.Value });
        command.Parameters.Add(new() { Value = answer.Status });
        command.Parameters.Add(Text(answer.ContentType));
        command.Parameters.Add(Text(answer.Location));
        command.Parameters.Add(new() { Value = answer.Body });
        await command.ExecuteNonQueryAsync(cancellationToken);

        static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };
    }

    /// <summary>Removes keys that have expired, the oldest first.</summary>
    /// <returns>Whether there may be more of them.</returns>
    public async Task<bool> RemoveExpiredAsync(CancellationToken cancellationToken)
    {
        // One that a request takes over at this moment is looked at again, and is not expired any more.
        await using var command = database.CreateCommand(
            $"""
            delete from idempotency_keys
            where (caller, key) in (
                select caller, key from idempotency_keys where expires_at <= $1 order by expires_at limit {MostRemovedAtOnce})
              and expires_at <= $1
            """);
        command.Parameters.Add(new() { Value = clock.GetUtcNow() });
        return await command.ExecuteNonQueryAsync(cancellationToken) == MostRemovedAtOnce;
    }
}

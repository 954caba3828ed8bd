using AlgoStack.Postgres;
using Npgsql;

namespace AlgoStack.ServiceDefaults.Idempotency;

/// <summary>
/// Keys whose requests are being handled, by whichever instance of the service. Each is an advisory lock on one connection
/// outside the pool: what a process held that died is free at once, and however many requests are in flight, none of
/// them holds a connection. Who loses that connection goes on, and nobody else is held back any more.
/// </summary>
internal sealed class KeysInFlight(ServiceDatabase database) : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    // The server gives a session a lock that it has once more.
    private readonly HashSet<long> _taken = [];

    private NpgsqlConnection? _connection;

    /// <summary>False when another request has it.</summary>
    public async Task<bool> TryTakeAsync(IdempotencyKey key, CancellationToken cancellationToken)
    {
        var lockKey = LockKey(key);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_taken.Contains(lockKey) || !await TryLockAsync(lockKey)) return false;

            _taken.Add(lockKey);
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    public async Task ReleaseAsync(IdempotencyKey key)
    {
        var lockKey = LockKey(key);
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            _taken.Remove(lockKey);
            if (_connection is not null) await AskAsync(_connection, "select pg_advisory_unlock($1)", lockKey);
        }
        catch (NpgsqlException)
        {
            await DropAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await DropAsync();
        _turn.Dispose();
    }

    private async Task<bool> TryLockAsync(long lockKey)
    {
        const string sql = "select pg_try_advisory_lock($1)";
        if (_connection is not null)
        {
            try
            {
                return await AskAsync(_connection, sql, lockKey);
            }
            catch (NpgsqlException)
            {
                // The server may have gone and come back since.
                await DropAsync();
            }
        }

        var connection = database.CreateConnection();
        await connection.OpenAsync(CancellationToken.None);
        _connection = connection;
        return await AskAsync(connection, sql, lockKey);
    }

    private async Task DropAsync()
    {
        if (_connection is not null) await _connection.DisposeAsync();
        _connection = null;
    }

    private long LockKey(IdempotencyKey key) => database.LockKey($"idempotency/{key.Caller}\n{key.Value}");

    // Nobody may cancel it: a lock that was given and not heard of would be held for ever.
    private static async Task<bool> AskAsync(NpgsqlConnection connection, string sql, long lockKey)
    {
#pragma warning disable CA2100 // One of the two above.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = lockKey });
        return await command.ExecuteScalarAsync(CancellationToken.None) is true;
    }
}

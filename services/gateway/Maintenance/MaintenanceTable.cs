using AlgoStack.Contracts.Operations;
using Npgsql;

namespace AlgoStack.Gateway.Maintenance;

/// <summary>Whether nothing may be changed, for all instances.</summary>
internal sealed class MaintenanceTable(NpgsqlDataSource database, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private volatile MaintenanceStatus? _last;
    private int _switched;

    /// <summary>As it was when it was read last.</summary>
    public MaintenanceStatus? Last => _last;

    /// <returns>Null where everything may be changed. While the database is away, what was so when it was read last.</returns>
    public async Task<MaintenanceStatus?> ReadAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        using var until = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        var switched = Volatile.Read(ref _switched);
        try
        {
            await using var command = database.CreateCommand("select reason, started_by, started_at from maintenance");
            var found = await ReadOneAsync(command, until.Token);
            // What was read while it was switched here may be older than that.
            if (switched == Volatile.Read(ref _switched)) _last = found;
            return found;
        }
        catch (Exception e) when (e is NpgsqlException || e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return _last;
        }
    }

    /// <summary>Begins it, or says another reason for one that has begun.</summary>
    public async Task<MaintenanceStatus> BeginAsync(string reason, string by, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            insert into maintenance (reason, started_by, started_at) values ($1, $2, $3)
            on conflict (one) do update set reason = excluded.reason
            returning reason, started_by, started_at
            """);
        command.Parameters.Add(new() { Value = reason });
        command.Parameters.Add(new() { Value = by });
        command.Parameters.Add(new() { Value = clock.GetUtcNow() });
        var begun = await ReadOneAsync(command, cancellationToken) ?? throw new InvalidOperationException("An insert that returns a row returned none.");
        Switch(begun);
        return begun;
    }

    public async Task EndAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("delete from maintenance");
        await command.ExecuteNonQueryAsync(cancellationToken);
        Switch(null);
    }

    private void Switch(MaintenanceStatus? now)
    {
        Interlocked.Increment(ref _switched);
        _last = now;
    }

    private static async Task<MaintenanceStatus?> ReadOneAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new MaintenanceStatus(reader.GetString(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2))
            : null;
    }
}

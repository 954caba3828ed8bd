using AlgoStack.EventStore.Streams;
using Npgsql;

namespace AlgoStack.EventStore.Projections;

/// <summary>Truncate, and the same code again.</summary>
internal sealed class ProjectionRebuild(EventLog log)
{
    private const int PageSize = 5_000;

    /// <summary>Empties the tables and sets the progress back in one transaction; the shard, wherever it runs, does the rest.</summary>
    public async Task StartOverAsync(Projection projection, CancellationToken cancellationToken)
    {
        await using var connection = await log.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // The row first, as the shard does: a page is then wholly before this or after.
        await using var reset = new NpgsqlCommand(
            "update mt_event_progression set last_seq_id = 0, last_updated = transaction_timestamp() where name = $1", connection);
        reset.Parameters.Add(new NpgsqlParameter<string> { TypedValue = projection.ShardName });
        await reset.ExecuteNonQueryAsync(cancellationToken);
        await TruncateAsync(connection, projection, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        log.Wake();
    }

    /// <summary>
    /// In one transaction. An append that has written to the tables is waited for and then seen; one that has not yet
    /// waits for the tables, is not seen, and applies its events itself.
    /// </summary>
    public async Task InlineAsync(Projection projection, CancellationToken cancellationToken)
    {
        await using var connection = await log.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await TruncateAsync(connection, projection, cancellationToken);
        for (var last = 0L; ;)
        {
            var page = await ReadAsync(connection, last, cancellationToken);
            if (page.Count == 0) break;

            var events = projection.Select(page);
            if (events.Count > 0) await projection.ApplyAsync(events, connection, transaction, cancellationToken);
            last = page[^1].Sequence;
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private async Task<List<StoredEvent>> ReadAsync(NpgsqlConnection connection, long last, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select {EventReader.Columns} from mt_events
            where seq_id > $1
            order by seq_id
            limit {PageSize}
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = last });
        return await EventReader.ReadAsync(command, log.Types, cancellationToken);
    }

    private static async Task TruncateAsync(NpgsqlConnection connection, Projection projection, CancellationToken cancellationToken)
    {
        if (projection.Tables.Count == 0) return;

        var tables = string.Join(", ", projection.Tables.Select(t => $"\"{t.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));
#pragma warning disable CA2100 // Names that the projection's code states, quoted.
        await using var command = new NpgsqlCommand($"truncate {tables}", connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

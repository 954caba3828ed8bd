using AlgoStack.Postgres;
using Npgsql;

namespace AlgoStack.Gateway.Limits;

/// <summary>What all instances of the gateway have let through, in PostgreSQL.</summary>
internal sealed class RateTable(NpgsqlDataSource source, ServiceDatabase database)
{
    /// <summary>Adds what is to be added and reads what then counts, in one round trip.</summary>
    public async Task<Dictionary<Guid, (long Used, long? Oldest)>> CountAsync(
        IReadOnlyList<RateChange> changes, IReadOnlyList<(Guid Counter, long Slice)> asked, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(source, cancellationToken);
        await using var commands = connection.CreateBatch();
        // In one order everywhere, so that two instances wait for each other and not both at once.
        commands.BatchCommands.Add(new NpgsqlBatchCommand(
            """
            insert into rate_counts as c (counter, slice, used, expires_at)
            select * from unnest($1::uuid[], $2::bigint[], $3::integer[], $4::timestamptz[]) order by 1, 2
            on conflict (counter, slice) do update set used = c.used + excluded.used
            """)
        {
            Parameters =
            {
                new() { Value = changes.Select(c => c.Counter).ToArray() },
                new() { Value = changes.Select(c => c.Slice).ToArray() },
                new() { Value = changes.Select(c => c.By).ToArray() },
                new() { Value = changes.Select(c => c.ExpiresAt).ToArray() },
            },
        });
        commands.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
            select a.counter, coalesce(sum(c.used), 0)::bigint, min(c.slice)
            from unnest($1::uuid[], $2::bigint[]) as a (counter, slice)
            left join rate_counts c on c.counter = a.counter and c.slice between a.slice - {RateLimit.Slices} and a.slice + 1 and c.used > 0
            group by a.counter
            """)
        {
            Parameters = { new() { Value = asked.Select(a => a.Counter).ToArray() }, new() { Value = asked.Select(a => a.Slice).ToArray() } },
        });
        await using var reader = await commands.ExecuteReaderAsync(cancellationToken);
        var counts = new Dictionary<Guid, (long, long?)>();
        while (await reader.ReadAsync(cancellationToken)) counts[reader.GetGuid(0)] = (reader.GetInt64(1), reader.IsDBNull(2) ? null : reader.GetInt64(2));
        return counts;
    }

    public async Task ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("delete from rate_counts where expires_at < $1");
        command.Parameters.Add(new() { Value = before });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <param name="By">Below zero where something goes back.</param>
internal sealed record RateChange(Guid Counter, long Slice, int By, DateTimeOffset ExpiresAt);

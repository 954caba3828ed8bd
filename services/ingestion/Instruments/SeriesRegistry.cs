using Npgsql;

namespace AlgoStack.Ingestion.Instruments;

/// <summary>The numbers that economic series have on the tape.</summary>
internal sealed class SeriesRegistry(NpgsqlDataSource database)
{
    /// <summary>The numbers of these names, in their order; new names are given one.</summary>
    public async Task<int[]> EnsureAsync(string[] names, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            insert into series (name)
            select n.name from unnest($1) as n (name)
            on conflict (name) do nothing
            """);
        command.Parameters.Add(new() { Value = names });
        await command.ExecuteNonQueryAsync(cancellationToken);

        await using var query = database.CreateCommand(
            """
            select s.id
            from unnest($1) with ordinality as n (name, place)
            join series s on s.name = n.name
            order by n.place
            """);
        query.Parameters.Add(new() { Value = names });
        await using var reader = await query.ExecuteReaderAsync(cancellationToken);
        var ids = new List<int>(names.Length);
        while (await reader.ReadAsync(cancellationToken)) ids.Add(reader.GetInt32(0));
        return [.. ids];
    }

    /// <summary>The number of that name, or null.</summary>
    public async Task<int?> FindAsync(string name, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select id from series where name = $1");
        command.Parameters.Add(new() { Value = name });
        return (int?)await command.ExecuteScalarAsync(cancellationToken);
    }
}

using System.Globalization;
using Npgsql;

namespace AlgoStack.Ingestion.Retention;

/// <summary>A table of the tape: partitioned by month on one column of time.</summary>
internal sealed record TapeTable(string Name, string Key)
{
    public string Partition(DateOnly month) => string.Create(CultureInfo.InvariantCulture, $"{Name}_{month:yyyyMM}");

    /// <summary>What the catalog says of a table's key.</summary>
    public static async Task<TapeTable> FindAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select a.attname::text
            from pg_partitioned_table p
            join pg_attribute a on a.attrelid = p.partrelid and a.attnum = p.partattrs[0]
            where p.partrelid = to_regclass($1)
            """,
            connection);
        command.Parameters.Add(new() { Value = name });
        return await command.ExecuteScalarAsync(cancellationToken) is string key
            ? new TapeTable(name, key)
            : throw new ArgumentException($"Tape table: expected a partitioned one, found '{name}'.", nameof(name));
    }
}

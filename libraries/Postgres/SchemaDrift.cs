using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace AlgoStack.Postgres;

/// <summary>
/// Compares the schema as it is with what its migrations make: applies them to a schema of their own in a transaction that
/// is rolled back, and compares what the catalog says of the two. Partitions, which are made as they are needed, are left
/// out. Takes a tenth of a second, and no lock that anybody waits for.
/// </summary>
public sealed class SchemaDrift(ServiceDatabase database, IEnumerable<MigrationSource> sources) : IHealthCheck
{
    /// <summary>Every table, column, index, constraint, function and trigger that is missing, unknown or different.</summary>
    public async Task<IReadOnlyList<string>> FindAsync(CancellationToken cancellationToken = default)
    {
        await using var connection = database.CreateOwnerConnection();
        await connection.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var known = sources.SelectMany(source => Migration.ReadAll(source).Values).ToList();
        var found = await DescribeAsync(connection, database.Schema, cancellationToken);
        // What a newer version added cannot be told from drift.
        if (await IsNewerAsync(connection, known, cancellationToken)) return [];

        var scratch = $"{database.Schema}_expected";
        await ExecuteAsync(
            connection,
            $"create schema \"{scratch}\" authorization \"{database.Role}\"; set local role \"{database.Role}\"; set local search_path to \"{scratch}\"",
            cancellationToken);
        await ExecuteAsync(connection, Migrator.Table, cancellationToken);
        foreach (var migration in known) await ExecuteAsync(connection, migration.ForScratch(), cancellationToken);
        var expected = await DescribeAsync(connection, scratch, cancellationToken);
        await transaction.RollbackAsync(cancellationToken);
        return [.. Compare(expected, found)];
    }

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var differences = await FindAsync(cancellationToken);
        return differences.Count == 0
            ? HealthCheckResult.Healthy()
            : new HealthCheckResult(context.Registration.FailureStatus, $"Schema {database.Schema}: {string.Join("; ", differences)}.");
    }

    private static IEnumerable<string> Compare(SortedDictionary<string, string> expected, SortedDictionary<string, string> found)
    {
        foreach (var (what, definition) in expected)
        {
            if (!found.TryGetValue(what, out var other)) yield return $"{what} is missing";
            else if (other != definition) yield return $"{what}: expected '{definition}', found '{other}'";
        }

        foreach (var what in found.Keys)
        {
            if (!expected.ContainsKey(what)) yield return $"{what} is unknown";
        }
    }

    private async Task<bool> IsNewerAsync(NpgsqlConnection connection, List<Migration> known, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select exists (
                select from "{database.Schema}".migrations m
                where m.source = any($1) and not exists (select from unnest($1, $2) as k (source, number) where k.source = m.source and k.number = m.number))
            """,
            connection);
        command.Parameters.Add(new() { Value = known.ConvertAll(migration => migration.Source) });
        command.Parameters.Add(new() { Value = known.ConvertAll(migration => migration.Number) });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>What the catalog says of a schema, without the schema's own name.</summary>
    private static async Task<SortedDictionary<string, string>> DescribeAsync(
        NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, $"set local search_path to \"{schema}\"", cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            with tables as (
                select c.oid, c.relname, c.relkind
                from pg_class c
                where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition
                    -- A partition that has just been taken off.
                    and not exists (
                        select from pg_class p
                        where p.relnamespace = c.relnamespace and p.relkind = 'p' and c.relname ~ ('^' || p.relname || '_[0-9]{6}$'))
            )
            select 'table ' || relname,
                case relkind when 'p' then 'partitioned by ' || pg_get_partkeydef(oid) when 'r' then 'plain' else pg_get_viewdef(oid) end
            from tables
            union all
            select 'column ' || t.relname || '.' || a.attname,
                concat_ws(' ', format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'not null' end,
                    case a.attidentity when 'a' then 'identity always' when 'd' then 'identity' end,
                    case when a.attgenerated <> '' then 'generated' end,
                    'default ' || pg_get_expr(d.adbin, d.adrelid))
            from tables t
            join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
            left join pg_attrdef d on d.adrelid = t.oid and d.adnum = a.attnum
            union all
            select 'index ' || x.relname, pg_get_indexdef(x.oid) || case when i.indisvalid then '' else ' invalid' end
            from tables t join pg_index i on i.indrelid = t.oid join pg_class x on x.oid = i.indexrelid
            union all
            select 'constraint ' || t.relname || '.' || c.conname, pg_get_constraintdef(c.oid)
            from tables t join pg_constraint c on c.conrelid = t.oid
            union all
            select 'trigger ' || t.relname || '.' || g.tgname, pg_get_triggerdef(g.oid)
            from tables t join pg_trigger g on g.tgrelid = t.oid and not g.tgisinternal
            union all
            select 'function ' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', pg_get_functiondef(p.oid)
            from pg_proc p
            where p.pronamespace = current_schema()::regnamespace and p.prokind in ('f', 'p')
            union all
            select 'sequence ' || c.relname, format_type(s.seqtypid, null) || ' by ' || s.seqincrement
            from pg_class c join pg_sequence s on s.seqrelid = c.oid
            where c.relnamespace = current_schema()::regnamespace
            """,
            connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var described = new SortedDictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
            described[reader.GetString(0)] = reader.GetString(1).Replace($"{schema}.", "", StringComparison.Ordinal);
        return described;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // Our own migrations, and names that ServiceDatabase has checked.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

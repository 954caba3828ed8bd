using AlgoStack.Postgres;
using Npgsql;

namespace AlgoStack.EventStore.Projections;

/// <summary>
/// A second set of a projection's tables, empty at first, in a schema beside the store's own. On a connection whose
/// search path has that schema in front, the projection's own SQL writes into them, and reads all else where it always does.
/// They may not have foreign keys, views on them, or columns that draw from a sequence of the table's own.
/// </summary>
internal sealed class ShadowTables(ServiceDatabase database, IReadOnlyList<string> tables)
{
    private readonly string _schema = $"{database.Schema}_rebuild";

    /// <summary>Makes them anew and turns the connection to them.</summary>
    public async Task MakeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await MakeSchemaAsync(cancellationToken);
        // What is lost in a crash of the server is lost with the rest of the rebuild.
        await ExecuteAsync(connection, $"set search_path to \"{_schema}\", \"{database.Schema}\"; set synchronous_commit to off", cancellationToken);

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await DropAsync(connection, cancellationToken);
        foreach (var statement in await DefinitionAsync(connection, cancellationToken)) await ExecuteAsync(connection, statement, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Puts them in the place of the tables that serve, which are dropped, in the caller's transaction.</summary>
    public async Task SwitchAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        foreach (var table in tables)
        {
            await ExecuteAsync(
                connection,
                $"""drop table "{database.Schema}".{Quote(table)}; alter table "{_schema}".{Quote(table)} set schema "{database.Schema}" """,
                cancellationToken);
        }
    }

    public async Task DropAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        foreach (var table in tables) await ExecuteAsync(connection, $"drop table if exists \"{_schema}\".{Quote(table)}", cancellationToken);
    }

    // The role may not make schemas.
    private async Task MakeSchemaAsync(CancellationToken cancellationToken)
    {
        await using var owner = database.CreateOwnerConnection();
        await owner.OpenAsync(cancellationToken);
        await ExecuteAsync(
            owner,
            $"""
            select pg_advisory_lock({database.LockKey("rebuild")});
            create schema if not exists "{_schema}" authorization "{database.Role}"
            """,
            cancellationToken);
    }

    /// <summary>
    /// With the names of keys and indexes, which "like … including all" makes up anew: a later migration may name them.
    /// </summary>
    private async Task<List<string>> DefinitionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            with served as (
                select c.oid, c.relname as name
                from pg_class c
                where c.relnamespace = $2::regnamespace and c.relname = any ($3)
            )
            select 1 as step, format('create table %I.%I (like %I.%I including all excluding indexes)', $1, name, $2, name) from served
            union all
            select 2, format('alter table %I.%I add constraint %I %s', $1, name, conname, pg_get_constraintdef(k.oid))
            from served join pg_constraint k on k.conrelid = served.oid and k.contype in ('p', 'u', 'x')
            union all
            select 3, replace(pg_get_indexdef(i.indexrelid), format(' ON %I.%I USING ', $2, name), format(' ON %I.%I USING ', $1, name))
            from served join pg_index i on i.indrelid = served.oid
            where not exists (select from pg_constraint where conindid = i.indexrelid)
            order by step
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _schema });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = database.Schema });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. tables] });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var statements = new List<string>();
        while (await reader.ReadAsync(cancellationToken)) statements.Add(reader.GetString(1));
        return statements;
    }

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // Names that the projection's code states, quoted, and what the server made of its own catalogue.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

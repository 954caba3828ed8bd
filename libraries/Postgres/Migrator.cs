using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AlgoStack.Postgres;

/// <summary>Where numbered migrations come from: embedded resources <c>{folder}/NNNN_name.sql</c> of an assembly.</summary>
/// <param name="Name">Told apart by this in the table of what was applied.</param>
/// <param name="Form">Another form of the same migrations, such as other types of columns; null for the files as they are.</param>
public sealed record MigrationSource(string Name, Assembly Assembly, string Folder, MigrationForm? Form = null);

/// <summary>A form that all migrations of a source take, from the first one on.</summary>
/// <param name="Name">Kept with what was applied, as <c>NNNN_name.form</c>.</param>
/// <param name="Rewrite">From a file's text to what is applied.</param>
public sealed record MigrationForm(string Name, Func<string, string> Rewrite);

/// <summary>The database and the code do not agree on the schema; the message says on what.</summary>
public sealed class MigrationException(string message) : Exception(message);

/// <summary>
/// Makes the schema and role and applies migrations, each in a transaction of its own, under a lock that one process
/// holds at a time. What was applied is never applied again, and never changed.
/// </summary>
public sealed partial class Migrator(ServiceDatabase database, ILogger<Migrator> logger)
{
    // One lock for all services of a database.
    private const long MigrationLock = 0x416C676F53746163;

    public async Task MigrateAsync(IEnumerable<MigrationSource> sources, CancellationToken cancellationToken)
    {
        await using var connection = database.CreateOwnerConnection();
        await connection.OpenAsync(cancellationToken);
        await ExecuteAsync(connection, $"select pg_advisory_lock({MigrationLock})", cancellationToken);
        await ExecuteAsync(connection, SchemaAndRole(), cancellationToken);
        await ExecuteAsync(connection, $"set role \"{database.Role}\"; set search_path to \"{database.Schema}\"", cancellationToken);
        await ExecuteAsync(
            connection,
            """
            create table if not exists migrations (
                source     text not null,
                number     integer not null,
                name       text not null,
                checksum   text not null,
                applied_at timestamptz not null default now(),
                primary key (source, number)
            )
            """,
            cancellationToken);

        foreach (var source in sources) await ApplyAsync(connection, source, cancellationToken);
    }

    private async Task ApplyAsync(NpgsqlConnection connection, MigrationSource source, CancellationToken cancellationToken)
    {
        var wanted = Read(source);
        var applied = await AppliedAsync(connection, source.Name, cancellationToken);
        if (applied.Count > 0 && applied.Keys.Max() is var newest && newest > wanted.Keys.DefaultIfEmpty(0).Max())
        {
            throw new MigrationException(
                $"Schema {database.Schema}: migration {newest} of {source.Name} was applied by a newer version; this one knows up to {wanted.Keys.DefaultIfEmpty(0).Max()}.");
        }

        foreach (var (number, migration) in wanted)
        {
            if (applied.TryGetValue(number, out var before))
            {
                if (before == (migration.Name, migration.Checksum)) continue;
                throw new MigrationException(
                    $"Schema {database.Schema}: migration {migration.Name} of {source.Name} was applied "
                    + (before.Name == migration.Name ? $"with checksum {before.Checksum[..12]}, and now has {migration.Checksum[..12]}." : $"as {before.Name}."));
            }

            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await ExecuteAsync(connection, migration.Sql, cancellationToken);
            await using var record = new NpgsqlCommand(
                "insert into migrations (source, number, name, checksum) values ($1, $2, $3, $4)", connection)
            {
                Parameters = { new() { Value = source.Name }, new() { Value = number }, new() { Value = migration.Name }, new() { Value = migration.Checksum } },
            };
            await record.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            LogApplied(database.Schema, source.Name, migration.Name);
        }
    }

    private static SortedDictionary<int, (string Name, string Sql, string Checksum)> Read(MigrationSource source)
    {
        var found = new SortedDictionary<int, (string, string, string)>();
        var marker = $".{source.Folder}.";
        foreach (var resource in source.Assembly.GetManifestResourceNames())
        {
            var at = resource.IndexOf(marker, StringComparison.Ordinal);
            if (at < 0 || !resource.EndsWith(".sql", StringComparison.Ordinal)) continue;

            var name = resource[(at + marker.Length)..^".sql".Length];
            if (!int.TryParse(name.Split('_')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                throw new MigrationException($"Migration {resource}: expected NNNN_name.sql.");
            }

            using var reader = new StreamReader(source.Assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
            var sql = reader.ReadToEnd();
            if (source.Form is { } form) (name, sql) = ($"{name}.{form.Name}", form.Rewrite(sql));
            var checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql.ReplaceLineEndings("\n"))));
            if (!found.TryAdd(number, (name, sql, checksum)))
            {
                throw new MigrationException($"Migration {resource}: number {number} is taken by {found[number].Item1}.");
            }
        }

        return found;
    }

    private static async Task<Dictionary<int, (string Name, string Checksum)>> AppliedAsync(NpgsqlConnection connection, string source, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select number, name, checksum from migrations where source = $1", connection)
        {
            Parameters = { new() { Value = source } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var applied = new Dictionary<int, (string, string)>();
        while (await reader.ReadAsync(cancellationToken)) applied.Add(reader.GetInt32(0), (reader.GetString(1), reader.GetString(2)));
        return applied;
    }

    // Roles belong to the server, the lock only to the database, so another database's services may make the same role
    // at the same moment.
    private string SchemaAndRole() =>
        $"""
        do $$ begin
            create role "{database.Role}" nologin;
        exception when duplicate_object or unique_violation then
            null;
        end $$;
        do $$ begin
            if not pg_has_role('{database.Role}', 'member') then
                grant "{database.Role}" to current_user;
            end if;
        end $$;
        create schema if not exists "{database.Schema}" authorization "{database.Role}";
        """;

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // Our own migrations, and names that ServiceDatabase has checked.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Schema {Schema}: applied {Migration} of {Source}.")]
    private partial void LogApplied(string schema, string source, string migration);
}

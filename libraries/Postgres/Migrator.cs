using Microsoft.Extensions.Logging;
using Npgsql;

namespace AlgoStack.Postgres;

/// <summary>
/// Makes the schema and role and applies migrations, under a lock that one process holds at a time. Everything is checked
/// before anything is applied, and what is applied is applied as one: all in one transaction, but for migrations that ask
/// to be outside. What was applied is never applied again, and never changed.
/// </summary>
public sealed partial class Migrator(ServiceDatabase database, ILogger<Migrator> logger, TimeProvider? clock = null, ServiceBuild? build = null)
{
    /// <summary>What keeps the books.</summary>
    internal const string Table = BuildRegister.Table +
        """
        create table if not exists migrations (
            source     text not null,
            number     integer not null,
            name       text not null,
            checksum   text not null,
            applied_at timestamptz not null default now(),
            primary key (source, number)
        );
        do $$ begin
            if not exists (select from pg_attribute where attrelid = 'migrations'::regclass and attname = 'needs') then
                alter table migrations add column needs integer not null default 0;
            end if;
        end $$
        """;

    // One lock for all services of a database.
    private const long MigrationLock = 0x416C676F53746163;

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(100);

    /// <exception cref="MigrationException">
    /// The schema and the code do not agree, a build was registered that this one is older than, or a migration failed; nothing was applied.
    /// </exception>
    /// <exception cref="PostgresException">The server is not ready, or a table is busy (55P03); try again.</exception>
    public async Task MigrateAsync(IEnumerable<MigrationSource> sources, CancellationToken cancellationToken)
    {
        var known = sources.Select(source => (source.Name, Migrations: Migration.ReadAll(source))).ToList();
        await using var connection = database.CreateOwnerConnection();
        await connection.OpenAsync(cancellationToken);
        await LockAsync(connection, cancellationToken);
        await ExecuteAsync(connection, SchemaAndRole(), cancellationToken);
        await ExecuteAsync(connection, $"set role \"{database.Role}\"; set search_path to \"{database.Schema}\"", cancellationToken);
        await ExecuteAsync(connection, Table, cancellationToken);
        if (build is not null) await BuildRegister.RegisterAsync(connection, database.Schema, build, cancellationToken);

        var pending = new List<Migration>();
        foreach (var (source, migrations) in known) pending.AddRange(await PendingAsync(connection, source, migrations, cancellationToken));
        while (pending.Count > 0)
        {
            var together = pending.TakeWhile(migration => !migration.IsOutsideTransaction).ToList();
            if (together.Count > 0) await ApplyTogetherAsync(connection, together, cancellationToken);
            else await ApplyOutsideAsync(connection, pending[0], cancellationToken);
            pending.RemoveRange(0, Math.Max(1, together.Count));
        }
    }

    // By trying: who waits in a statement holds a snapshot, which "create index concurrently" would wait for in turn.
    private async Task LockAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select pg_try_advisory_lock($1)", connection);
        command.Parameters.Add(new() { Value = MigrationLock });
        while (await command.ExecuteScalarAsync(cancellationToken) is not true)
            await Task.Delay(BetweenTries, clock ?? TimeProvider.System, cancellationToken);
    }

    /// <summary>Compares what a source has with what was applied of it.</summary>
    private async Task<IEnumerable<Migration>> PendingAsync(
        NpgsqlConnection connection, string source, SortedDictionary<int, Migration> known, CancellationToken cancellationToken)
    {
        var newest = known.Keys.DefaultIfEmpty(0).Max();
        var last = 0;
        await using var command = new NpgsqlCommand("select number, name, checksum, needs from migrations where source = $1 order by number", connection)
        {
            Parameters = { new() { Value = source } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var applied = new HashSet<int>();
        while (await reader.ReadAsync(cancellationToken))
        {
            last = reader.GetInt32(0);
            applied.Add(last);
            var (name, checksum, needs) = (reader.GetString(1), reader.GetString(2), reader.GetInt32(3));
            if (known.TryGetValue(last, out var migration))
            {
                if (migration.Name != name) throw Disagreement($"migration {migration.Name} of {source} was applied as {name}");
                if (migration.Checksum != checksum)
                    throw Disagreement($"migration {name} of {source} was applied with checksum {checksum[..12]}, and now has {migration.Checksum[..12]}");
            }
            else if (last < newest)
            {
                throw Disagreement($"migration {name} of {source} was applied and is not among those of this version");
            }
            else if (needs > newest)
            {
                throw Disagreement($"migration {name} of {source} was applied by a newer version and needs one that knows {needs}; this one knows up to {newest}");
            }
            else
            {
                LogNewer(database.Schema, name, source);
            }
        }

        var pending = known.Values.Where(migration => !applied.Contains(migration.Number)).ToList();
        return pending.Count == 0 || pending[0].Number > last
            ? pending
            : throw Disagreement($"migration {pending[0].Name} of {source} comes too late: {last} was applied before it");
    }

    private async Task ApplyTogetherAsync(NpgsqlConnection connection, List<Migration> migrations, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // A table that is busy is not waited for with everybody else in a queue behind.
        await ExecuteAsync(connection, "set local lock_timeout = '2s'", cancellationToken);
        foreach (var migration in migrations) await ApplyAsync(connection, migration, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        foreach (var migration in migrations) LogApplied(database.Schema, migration.Source, migration.Name);
    }

    private async Task ApplyOutsideAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancellationToken)
    {
        // What such a migration leaves when it breaks off.
        await using (var invalid = new NpgsqlCommand(
            "select i.indexrelid::regclass::text from pg_index i join pg_class c on c.oid = i.indexrelid where not i.indisvalid and c.relnamespace = current_schema()::regnamespace and c.relkind = 'i'",
            connection))
        {
            if (await invalid.ExecuteScalarAsync(cancellationToken) is string index)
                await ExecuteAsync(connection, $"drop index concurrently if exists {index}", cancellationToken);
        }

        await ApplyAsync(connection, migration, cancellationToken);
        LogApplied(database.Schema, migration.Source, migration.Name);
    }

    private async Task ApplyAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var statement in migration.Statements()) await ExecuteAsync(connection, statement, cancellationToken);
        }
        catch (PostgresException e) when (!e.IsTransient && e.SqlState != PostgresErrorCodes.LockNotAvailable)
        {
            throw new MigrationException($"Schema {database.Schema}: migration {migration.Name} of {migration.Source} failed: {e.MessageText}", e);
        }

        await using var record = new NpgsqlCommand("insert into migrations (source, number, name, checksum, needs) values ($1, $2, $3, $4, $5)", connection)
        {
            Parameters =
            {
                new() { Value = migration.Source },
                new() { Value = migration.Number },
                new() { Value = migration.Name },
                new() { Value = migration.Checksum },
                new() { Value = migration.Needs },
            },
        };
        await record.ExecuteNonQueryAsync(cancellationToken);
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

    private MigrationException Disagreement(string what) => new($"Schema {database.Schema}: {what}.");

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // Our own migrations, and names that ServiceDatabase has checked.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Schema {Schema}: applied {Migration} of {Source}.")]
    private partial void LogApplied(string schema, string source, string migration);

    [LoggerMessage(Level = LogLevel.Information, Message = "Schema {Schema}: {Migration} of {Source} is from a newer version, which this one may run beside.")]
    private partial void LogNewer(string schema, string migration, string source);
}

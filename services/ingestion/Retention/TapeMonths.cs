using System.Globalization;
using AlgoStack.Postgres;
using AlgoStack.Postgres.Archives;
using Npgsql;

namespace AlgoStack.Ingestion.Retention;

/// <summary>
/// Months of the tape's tables, which come when something is to be written to them: a new one as an empty partition, one
/// that is archived from its archive. A month is on the tape whole, or in one archive whole.
/// </summary>
internal sealed partial class TapeMonths(
    NpgsqlDataSource database, ServiceDatabase service, ArchiveFolder archives, TimeProvider clock, ILogger<TapeMonths> logger)
{
    /// <summary>How long a reader may hold up taking a partition off before it is left for later.</summary>
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);

    private const int MostTries = 300;

    public ArchiveFolder Archives => archives;

    /// <summary>Makes the months that the tape has never had.</summary>
    public async Task PrepareAsync(string tape, IEnumerable<DateOnly> months, CancellationToken cancellationToken)
    {
        foreach (var month in months) await TryOpenAsync(tape, month, restore: false, cancellationToken);
    }

    /// <summary>Opens months for writing. Returns when all are; one that is archived is restored first.</summary>
    /// <exception cref="ArchiveException">The archive of one is damaged; the month stays archived.</exception>
    public async Task OpenAsync(string tape, IEnumerable<DateOnly> months, CancellationToken cancellationToken)
    {
        foreach (var month in months)
        {
            if (await TryOpenAsync(tape, month, restore: false, cancellationToken)) continue;

            await using var owner = await LockAsync(cancellationToken);
            var table = await TapeTable.FindAsync(owner, tape, cancellationToken);
            await RemoveArchivedAsync(owner, table, month, cancellationToken);
            await TryOpenAsync(tape, month, restore: true, cancellationToken);
            LogRestored(tape, month);
        }
    }

    /// <summary>
    /// A connection that alone takes months off the tape or brings them back. Whoever waits for it waits at most for one
    /// month's archive.
    /// </summary>
    public async Task<NpgsqlConnection> LockAsync(CancellationToken cancellationToken)
    {
        var owner = service.CreateConnection();
        await owner.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand("select pg_advisory_lock($1)", owner) { CommandTimeout = 0 };
        command.Parameters.Add(new() { Value = service.LockKey("retention") });
        await command.ExecuteNonQueryAsync(cancellationToken);
        return owner;
    }

    /// <summary>
    /// Takes the partition of an archived month off the tape and drops it; nothing where that was done. Nobody waits for
    /// it: what holds it up, a long query, is let go first every time.
    /// </summary>
    /// <param name="owner">Of <see cref="LockAsync"/>.</param>
    public async Task RemoveArchivedAsync(NpgsqlConnection owner, TapeTable table, DateOnly month, CancellationToken cancellationToken)
    {
        var partition = table.Partition(month);
        for (var tries = 1; await IsArchivedAsync(owner, table.Name, month, cancellationToken); tries++)
        {
            try
            {
                await ExecuteAsync(owner, "set lock_timeout = '1s'", cancellationToken);
                if (await DetachCommandAsync(owner, table.Name, partition, cancellationToken) is { } detach)
                    await ExecuteAsync(owner, detach, cancellationToken);
                await ExecuteAsync(owner, $"drop table if exists {partition}", cancellationToken);
                return;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable && tries < MostTries)
            {
                await Task.Delay(BetweenTries, clock, cancellationToken);
            }
        }
    }

    /// <summary>False where the month is archived and not to be restored.</summary>
    private async Task<bool> TryOpenAsync(string tape, DateOnly month, bool restore, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var table = await TapeTable.FindAsync(connection, tape, cancellationToken);
        var (state, manifest) = await TakeAsync(connection, tape, month, cancellationToken);
        if (state == "archived" && !restore) return false;

        if (state != "leaving") await AttachAsync(connection, table, month, state == "archived" ? manifest : null, cancellationToken);
        await using var open = new NpgsqlCommand(
            "update tape_months set state = 'open', opened_at = $3 where tape = $1 and month = $2 and state <> 'open'", connection);
        open.Parameters.Add(new() { Value = tape });
        open.Parameters.Add(new() { Value = month });
        open.Parameters.Add(new() { Value = clock.GetUtcNow() });
        await open.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private async Task<(string State, ArchiveManifest? Manifest)> TakeAsync(
        NpgsqlConnection connection, string tape, DateOnly month, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("insert into tape_months (tape, month, state, opened_at) values ($1, $2, 'open', $3) on conflict do nothing")
                {
                    Parameters = { new() { Value = tape }, new() { Value = month }, new() { Value = clock.GetUtcNow() } },
                },
                new("select state, manifest::text, manifest ->> 'name' from tape_months where tape = $1 and month = $2 for update")
                {
                    Parameters = { new() { Value = tape }, new() { Value = month } },
                },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetString(0), reader.IsDBNull(1) ? null : ArchiveManifest.Parse(reader.GetString(1), reader.GetString(2)));
    }

    // Made beside the table and attached: "create table … partition of" would stop every reader and writer while it waits
    // for its lock.
    private async Task AttachAsync(
        NpgsqlConnection connection, TapeTable table, DateOnly month, ArchiveManifest? manifest, CancellationToken cancellationToken)
    {
        var partition = table.Partition(month);
        await using (var exists = new NpgsqlCommand("select to_regclass($1) is not null", connection))
        {
            exists.Parameters.Add(new() { Value = partition });
            if (await exists.ExecuteScalarAsync(cancellationToken) is true) return;
        }

        await ExecuteAsync(connection, $"create table {partition} (like {table.Name} including all)", cancellationToken);
        if (manifest is not null) await archives.CopyIntoAsync(manifest, connection, partition, cancellationToken);
        await ExecuteAsync(
            connection,
            string.Create(
                CultureInfo.InvariantCulture,
                $"alter table {table.Name} attach partition {partition} for values from ('{month:yyyy-MM-dd}T00:00:00Z') to ('{month.AddMonths(1):yyyy-MM-dd}T00:00:00Z')"),
            cancellationToken);
    }

    private static async Task<bool> IsArchivedAsync(NpgsqlConnection owner, string tape, DateOnly month, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select state = 'archived' from tape_months where tape = $1 and month = $2", owner);
        command.Parameters.Add(new() { Value = tape });
        command.Parameters.Add(new() { Value = month });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>Null where it is off already. A detachment that broke off is finished by another command.</summary>
    private static async Task<string?> DetachCommandAsync(
        NpgsqlConnection owner, string tape, string partition, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select inhdetachpending from pg_inherits where inhrelid = to_regclass($1)", owner);
        command.Parameters.Add(new() { Value = partition });
        return await command.ExecuteScalarAsync(cancellationToken) switch
        {
            true => $"alter table {tape} detach partition {partition} finalize",
            false => $"alter table {tape} detach partition {partition} concurrently",
            _ => null,
        };
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // Names of the tape's tables, and dates.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Month} of {Tape} is on the tape again, from its archive.")]
    private partial void LogRestored(string tape, DateOnly month);
}

using AlgoStack.Ingestion.Tape;
using AlgoStack.Ingestion.Tape.Kinds;
using AlgoStack.Postgres.Archives;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.Ingestion.Retention;

/// <summary>
/// Takes months that have had their time off the tape: closes the month, writes its archive and reads it back, lets the
/// archive answer for it, and then takes the partition off and drops it. A month that somebody writes to meanwhile stays.
/// Whatever is broken off is taken up again by the next run.
/// </summary>
internal sealed partial class TapeArchiver(
    TapeMonths months, ArchiveFolder archives, RetentionOptions options, TimeProvider clock, ILogger<TapeArchiver> logger)
{
    /// <summary>A month that was made, or came back, so lately is in use.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromDays(7);

    /// <summary>Archives every month that is due, and finishes what was broken off. A month that fails stays for the next run.</summary>
    /// <returns>The archives that answer for months from here on.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken)
    {
        var archived = new List<string>();
        foreach (var (kind, month) in await DueAsync(cancellationToken))
        {
            try
            {
                if (await ArchiveAsync(kind, month, cancellationToken) is { } archive) archived.Add(archive);
            }
            catch (Exception e) when (e is NpgsqlException or IOException or UnauthorizedAccessException or ArchiveException)
            {
                LogFailed(e, kind.Table, month);
            }
        }

        return archived;
    }

    /// <returns>The archive's name, or null where there is no such month or somebody writes to it.</returns>
    /// <exception cref="ArchiveException">The archive does not read back as what was written; the month stays on the tape.</exception>
    public async Task<string?> ArchiveAsync(TapeKind kind, DateOnly month, CancellationToken cancellationToken)
    {
        await using var owner = await months.LockAsync(cancellationToken);
        if (await CloseAsync(owner, kind.Table, month, cancellationToken) is not { } part) return null;

        var partition = kind.Partition(month);
        var archive = $"{partition}_{part.Number}";
        if (part.State == "leaving")
        {
            var manifest = await archives.WriteAsync(owner, archive, kind.Table, partition, kind.Time, cancellationToken);
            if (!await HandOverAsync(owner, kind.Table, month, part.Number, manifest, cancellationToken))
            {
                archives.Delete(manifest.Name);
                return null;
            }

            LogArchived(partition, manifest.Rows, manifest.Bytes, manifest.Name);
        }

        await months.RemoveArchivedAsync(owner, kind, month, cancellationToken);
        for (var older = 1; older < part.Number; older++) archives.Delete($"{partition}_{older}");
        return archive;
    }

    private async Task<List<(TapeKind Kind, DateOnly Month)>> DueAsync(CancellationToken cancellationToken)
    {
        await using var owner = await months.LockAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            select m.tape, m.month
            from tape_months m
            left join unnest($1, $2) as kept (tape, months) on kept.tape = m.tape
            where (m.state = 'open' and m.opened_at <= $4 - $5
                   and m.month + make_interval(months => 1 + coalesce(kept.months, $3)) <= $4 at time zone 'utc')
               or m.state = 'leaving'
               or (m.state = 'archived' and to_regclass(m.tape || '_' || to_char(m.month, 'YYYYMM')) is not null)
            order by m.month, m.tape
            """,
            owner);
        command.Parameters.Add(new() { Value = options.Months.Keys.ToArray() });
        command.Parameters.Add(new() { Value = options.Months.Values.ToArray() });
        command.Parameters.Add(new() { Value = RetentionOptions.MarketMonths });
        command.Parameters.Add(new() { Value = clock.GetUtcNow() });
        command.Parameters.Add(new() { Value = Quiet });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var due = new List<(TapeKind, DateOnly)>();
        while (await reader.ReadAsync(cancellationToken)) due.Add((TapeKinds.All.First(kind => kind.Table == reader.GetString(0)), reader.GetFieldValue<DateOnly>(1)));
        return due;
    }

    /// <summary>Waits for who writes to the month now; whoever wants to write to it later takes it back.</summary>
    private static async Task<(string State, int Number)?> CloseAsync(
        NpgsqlConnection owner, string tape, DateOnly month, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            update tape_months
            set state = case state when 'open' then 'leaving' else state end, part = case state when 'archived' then part else part + 1 end
            where tape = $1 and month = $2
            returning state, part
            """,
            owner);
        command.Parameters.Add(new() { Value = tape });
        command.Parameters.Add(new() { Value = month });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetString(0), reader.GetInt32(1)) : null;
    }

    /// <summary>From here on the archive answers for the month; false where somebody took it back.</summary>
    private static async Task<bool> HandOverAsync(
        NpgsqlConnection owner, string tape, DateOnly month, int part, ArchiveManifest manifest, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "update tape_months set state = 'archived', manifest = $4 where tape = $1 and month = $2 and part = $3 and state = 'leaving'", owner);
        command.Parameters.Add(new() { Value = tape });
        command.Parameters.Add(new() { Value = month });
        command.Parameters.Add(new() { Value = part });
        command.Parameters.Add(new() { Value = manifest.ToJson(), NpgsqlDbType = NpgsqlDbType.Jsonb });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Month} of {Tape} could not be archived.")]
    private partial void LogFailed(Exception exception, string tape, DateOnly month);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Partition}: {Rows} rows are in archive {Archive}, {Bytes} bytes, and leave the tape.")]
    private partial void LogArchived(string partition, long rows, long bytes, string archive);
}

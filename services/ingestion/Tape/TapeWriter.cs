using AlgoStack.Ingestion.Retention;
using AlgoStack.Postgres;
using Npgsql;

namespace AlgoStack.Ingestion.Tape;

/// <summary>What a write came to.</summary>
/// <param name="Revision">The number of the write; its rows carry it.</param>
/// <param name="Rows">Rows that the tape lacked, and has now.</param>
/// <param name="TapeHasOthers">Whether the tape holds rows of these subjects in this range that the write does not have.</param>
internal readonly record struct TapeWrite(long Revision, int Rows, bool TapeHasOthers);

/// <summary>
/// Puts rows on the tape: one transaction a write, one writer of a kind at a time. What the ledger says is there already
/// is not written again; what differs is written as a later revision.
/// </summary>
internal sealed class TapeWriter(NpgsqlDataSource database, TapeMonths months, TimeProvider clock)
{
    /// <summary>
    /// Rows that a write has best: enough that its round trips do not matter, few enough that other writers wait for a
    /// tenth of a second only.
    /// </summary>
    public const int MostRows = 100_000;

    // Serialises writers, so that revisions become visible in the order of their numbers. An arbitrary constant.
    private const long WriterLock = 0x696e67657374; // "ingest"

    // Months that were seen on the tape, or archived: the tape has made them once.
    private readonly HashSet<(string Table, DateOnly Month)> _months = [];

    /// <summary>Writes what the tape lacks of some rows.</summary>
    /// <param name="rows">In order of time, each key once; their subjects have been registered.</param>
    /// <param name="record">Write them; false where they come from the tape itself, as in a warm-up.</param>
    /// <param name="durable">
    /// Return when the write outlasts a crash; else the next durable commit of anybody makes it so, what came before it first.
    /// </param>
    /// <param name="alongside">What is committed with them.</param>
    /// <exception cref="PostgresException">What is alongside was refused, or the database failed. Nothing is written then.</exception>
    public async Task<TapeWrite> WriteAsync(
        TapeRows rows,
        bool record,
        bool durable,
        Func<TapeWrite, Task<IReadOnlyList<NpgsqlBatchCommand>>> alongside,
        CancellationToken cancellationToken)
    {
        if (record) await EnsureMonthsAsync(rows, cancellationToken);
        while (true)
        {
            var closed = new List<DateOnly>();
            if (await TryWriteAsync(rows, record, durable, alongside, closed, cancellationToken) is { } write) return write;

            await months.OpenAsync(rows.Kind.Table, closed, cancellationToken);
        }
    }

    /// <param name="closed">Gets the months that are to be opened first, where the result is null.</param>
    private async Task<TapeWrite?> TryWriteAsync(
        TapeRows rows,
        bool record,
        bool durable,
        Func<TapeWrite, Task<IReadOnlyList<NpgsqlBatchCommand>>> alongside,
        List<DateOnly> closed,
        CancellationToken cancellationToken)
    {
        var plan = new WritePlan(rows);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (revision, open) = await LockAsync(connection, plan, durable, cancellationToken);
        if (!record) plan.CompareAll();
        if (plan.SubjectsToCompare is { Length: > 0 } subjects)
        {
            var range = new TapeRange(subjects, rows.Scope, plan.First, plan.Last, AllVintages: true);
            plan.Compare(await TapeReader.ReadAsync(connection, months.Archives, rows.Kind, range, cancellationToken));
        }

        var writes = record && plan.RowsToWrite > 0;
        if (writes) closed.AddRange(MonthsOf(rows, plan.IsToWrite).Except(open));
        if (closed.Count > 0) return null;
        if (writes) await CopyAsync(connection, plan, revision, cancellationToken);
        var write = new TapeWrite(revision, writes ? plan.RowsToWrite : 0, plan.TapeHasOthers || (!record && plan.RowsToWrite > 0));
        await using var commands = new NpgsqlBatch(connection);
        if (writes)
        {
            commands.BatchCommands.Add(LedgerCommand(plan));
            commands.BatchCommands.Add(RevisionCommand(rows.Kind, write));
        }

        foreach (var command in await alongside(write)) commands.BatchCommands.Add(command);
        if (commands.BatchCommands.Count > 0) await commands.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return write;
    }

    /// <summary>The write's number, and which of its months may be written to until it is committed.</summary>
    private static async Task<(long Revision, HashSet<DateOnly> Open)> LockAsync(
        NpgsqlConnection connection, WritePlan plan, bool durable, CancellationToken cancellationToken)
    {
        var (rows, kind) = (plan.Rows, plan.Rows.Kind);
        await using var commands = new NpgsqlBatch(connection);
        commands.BatchCommands.Add(new("select pg_advisory_xact_lock($1)") { Parameters = { new() { Value = LockOf(kind) } } });
        commands.BatchCommands.Add(new("select nextval('revisions'), set_config('synchronous_commit', $1, true)")
        {
            Parameters = { new() { Value = durable ? "on" : "off" } },
        });
        var days = new NpgsqlBatchCommand(kind.Statements.LedgerDays)
        {
            Parameters =
            {
                new() { Value = rows.Subjects },
                new() { Value = DateOnly.FromDateTime(kind.ToTime(plan.First)) },
                new() { Value = DateOnly.FromDateTime(kind.ToTime(plan.Last)) },
            },
        };
        if (kind.Scope is not null) days.Parameters.Add(new() { Value = rows.Scope });
        commands.BatchCommands.Add(days);
        commands.BatchCommands.Add(new("select month from tape_months where tape = $1 and month = any($2) and state = 'open' order by month for share")
        {
            Parameters = { new() { Value = kind.Table }, new() { Value = MonthsOf(rows, _ => true) } },
        });

        await using var reader = await commands.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var revision = reader.GetInt64(0);
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            plan.Meet(reader.GetInt32(0), reader.GetFieldValue<DateOnly>(1).DayNumber - WritePlan.EpochDay, new LedgerDay(
                reader.GetInt32(2),
                kind.FromTime(reader.GetDateTime(3)),
                kind.FromTime(reader.GetDateTime(4)),
                new ContentHash((ulong)reader.GetInt64(5), (ulong)reader.GetInt64(6))));
        }

        plan.SkipKnownDays();
        await reader.NextResultAsync(cancellationToken);
        var open = new HashSet<DateOnly>();
        while (await reader.ReadAsync(cancellationToken)) open.Add(reader.GetFieldValue<DateOnly>(0));
        return (revision, open);
    }

    private static long LockOf(TapeKind kind) => WriterLock ^ (kind == Kinds.Bars.Kind ? 0 : (long)ContentHash.WordOf(kind.Name));

    private static async Task CopyAsync(NpgsqlConnection connection, WritePlan plan, long revision, CancellationToken cancellationToken)
    {
        var (rows, kind) = (plan.Rows, plan.Rows.Kind);
        for (var row = 0; row < rows.Count;)
        {
            if (!plan.IsToWrite(row))
            {
                row++;
                continue;
            }

            var month = kind.MonthOf(rows.At[row]);
            var end = kind.NextMonth(month);
            await using var copy = await CopyWriter.BeginAsync(connection, kind.Statements.CopyIn(month), cancellationToken);
            for (; row < rows.Count && rows.At[row] < end; row++)
            {
                if (!plan.IsToWrite(row)) continue;

                await copy.StartRowAsync(kind.Statements.Columns, cancellationToken);
                copy.Write(rows.SubjectOf(row));
                if (kind.Scope is not null) copy.Write(rows.Scope);
                copy.WriteTimestamp(rows.At[row] * kind.TimeUnit);
                foreach (var column in rows.Columns) column.Write(copy, row);
                copy.Write(revision);
            }

            await copy.CompleteAsync(cancellationToken);
        }
    }

    private static NpgsqlBatchCommand LedgerCommand(WritePlan plan)
    {
        var (rows, kind) = (plan.Rows, plan.Rows.Kind);
        var days = plan.LedgerChanges().ToArray();
        var command = new NpgsqlBatchCommand(kind.Statements.LedgerChanges)
        {
            Parameters =
            {
                new() { Value = Array.ConvertAll(days, d => d.Subject) },
                new() { Value = Array.ConvertAll(days, d => DateOnly.FromDayNumber(d.Day + WritePlan.EpochDay)) },
                new() { Value = Array.ConvertAll(days, d => d.Now.Rows) },
                new() { Value = Array.ConvertAll(days, d => kind.ToTime(d.Now.First)) },
                new() { Value = Array.ConvertAll(days, d => kind.ToTime(d.Now.Last)) },
                new() { Value = Array.ConvertAll(days, d => (long)d.Now.Hash.High) },
                new() { Value = Array.ConvertAll(days, d => (long)d.Now.Hash.Low) },
            },
        };
        if (kind.Scope is not null) command.Parameters.Add(new() { Value = rows.Scope });
        return command;
    }

    // A clock that was set back must not make a later revision seem known earlier.
    private NpgsqlBatchCommand RevisionCommand(TapeKind kind, TapeWrite write) => new(
        """
        insert into writes (revision, kind, rows, written_at)
        select $1, $2, $3, greatest($4, (select w.written_at from writes w order by w.revision desc limit 1))
        """)
    {
        Parameters =
        {
            new() { Value = write.Revision },
            new() { Value = kind.Name },
            new() { Value = write.Rows },
            new() { Value = clock.GetUtcNow() },
        },
    };

    private async Task EnsureMonthsAsync(TapeRows rows, CancellationToken cancellationToken)
    {
        DateOnly[] missing;
        lock (_months) missing = [.. MonthsOf(rows, _ => true).Where(month => !_months.Contains((rows.Kind.Table, month)))];
        if (missing.Length == 0) return;

        await months.PrepareAsync(rows.Kind.Table, missing, cancellationToken);
        lock (_months) _months.UnionWith(missing.Select(month => (rows.Kind.Table, month)));
    }

    /// <summary>The months of some of the rows, in order.</summary>
    private static List<DateOnly> MonthsOf(TapeRows rows, Func<int, bool> which)
    {
        var months = new List<DateOnly>();
        var end = long.MinValue;
        for (var row = 0; row < rows.Count; row++)
        {
            if (rows.At[row] < end || !which(row)) continue;

            var month = rows.Kind.MonthOf(rows.At[row]);
            months.Add(DateOnly.FromDateTime(rows.Kind.ToTime(month)));
            end = rows.Kind.NextMonth(month);
        }

        return months;
    }
}

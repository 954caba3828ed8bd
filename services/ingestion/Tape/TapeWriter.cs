using System.Globalization;
using System.Text;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Ingestion.Feeds;
using AlgoStack.Ingestion.Instruments;
using AlgoStack.Trading.MarketData;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.Ingestion.Tape;

/// <summary>
/// Puts batches on the tape and into the journal: one transaction a batch, one writer at a time. What the ledger says
/// is there already is not written again; what differs is written as a later revision.
/// </summary>
internal sealed class TapeWriter(NpgsqlDataSource database, InstrumentRegistry instruments)
{
    // Serialises writers, so that revisions become visible in the order of their numbers. An arbitrary constant.
    private const long WriterLock = 0x696e67657374; // "ingest"

    private readonly HashSet<long> _months = [];

    /// <summary>
    /// Writes one batch. Its instruments must have been registered.
    /// </summary>
    /// <param name="batch">Ordered by (close, instrument id), each bar once.</param>
    /// <param name="record">Write the bars; false where they come from the tape itself, as in a warm-up.</param>
    /// <param name="notices">Messages that belong to the batch, committed with it.</param>
    /// <exception cref="PostgresException">The sequence is in the journal already (23505), or the database failed.</exception>
    public async Task WriteAsync(BarsClosed batch, bool record, IReadOnlyList<Notice> notices, CancellationToken cancellationToken)
    {
        if (record) await EnsureMonthsAsync(batch, cancellationToken);

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var plan = new WritePlan(batch, instruments);
        var revision = await LockAsync(connection, plan, cancellationToken);
        if (!record) plan.CompareAll();
        if (plan.NeedsTape) await CompareAsync(connection, plan, cancellationToken);
        if (record && plan.RowsToWrite > 0) await CopyAsync(connection, plan, revision, cancellationToken);
        await JournalAsync(connection, plan, record, revision, notices, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task EnsureMonthsAsync(BarsClosed batch, CancellationToken cancellationToken)
    {
        var months = batch.Bars.CloseMs.Select(BarPartitions.MonthOf).ToHashSet();
        bool known;
        lock (_months) known = _months.IsSupersetOf(months);
        if (!known) await PrepareMonthsAsync(months, cancellationToken);
    }

    /// <summary>Creates the monthly partitions that are missing, all in one statement.</summary>
    /// <param name="months">First instants of UTC months, Unix milliseconds.</param>
    private async Task PrepareMonthsAsync(IEnumerable<long> months, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var @lock = new NpgsqlCommand("select pg_advisory_xact_lock($1)", connection))
        {
            @lock.Parameters.Add(new() { Value = WriterLock });
            await @lock.ExecuteNonQueryAsync(cancellationToken);
        }

        var missing = await MissingMonthsAsync(connection, months, cancellationToken);
        if (missing.Count > 0) await CreateMonthsAsync(connection, missing, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        lock (_months) _months.UnionWith(months);
    }

    private static async Task<long> LockAsync(NpgsqlConnection connection, WritePlan plan, CancellationToken cancellationToken)
    {
        await using var commands = new NpgsqlBatch(connection);
        commands.BatchCommands.Add(new("select pg_advisory_xact_lock($1)") { Parameters = { new() { Value = WriterLock } } });
        commands.BatchCommands.Add(new("select nextval('revisions')"));
        commands.BatchCommands.Add(new(
            """
            select instrument, day, bars, first_at, last_at, hash_high, hash_low
            from ledger
            where instrument = any($1) and timeframe_s = $2 and day between $3 and $4
            """)
        {
            Parameters =
            {
                new() { Value = plan.InstrumentIds },
                new() { Value = plan.TimeframeSeconds },
                new() { Value = plan.FirstDay },
                new() { Value = plan.LastDay },
            },
        });
        await using var reader = await commands.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var revision = reader.GetInt64(0);
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            plan.Meet(reader.GetInt32(0), reader.GetFieldValue<DateOnly>(1), new LedgerDay(
                reader.GetInt32(2),
                PostgresTime.ToMs(reader.GetDateTime(3)),
                PostgresTime.ToMs(reader.GetDateTime(4)),
                new BarHash((ulong)reader.GetInt64(5), (ulong)reader.GetInt64(6))));
        }

        return revision;
    }

    private static async Task CompareAsync(NpgsqlConnection connection, WritePlan plan, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select distinct on (instrument, closed_at) instrument, closed_at, open, high, low, close, volume
            from bars
            where instrument = any($1) and timeframe_s = $2 and closed_at between $3 and $4
            order by instrument, closed_at, revision desc
            """,
            connection);
        command.Parameters.Add(new() { Value = plan.InstrumentsToCompare.ToArray() });
        command.Parameters.Add(new() { Value = plan.TimeframeSeconds });
        command.Parameters.Add(new() { Value = PostgresTime.FromMs(plan.FirstMs) });
        command.Parameters.Add(new() { Value = PostgresTime.FromMs(plan.LastMs) });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            plan.Compare(reader.GetInt32(0), new Bar(
                PostgresTime.ToMs(reader.GetDateTime(1)),
                reader.GetDouble(2),
                reader.GetDouble(3),
                reader.GetDouble(4),
                reader.GetDouble(5),
                reader.GetDouble(6)));
        }

        plan.Settle();
    }

    private static async Task CopyAsync(NpgsqlConnection connection, WritePlan plan, long revision, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            "copy bars (instrument, timeframe_s, closed_at, open, high, low, close, volume, revision) from stdin (format binary)",
            cancellationToken);
        foreach (var (instrument, bar) in plan.Rows())
        {
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(instrument, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(plan.TimeframeSeconds, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(PostgresTime.FromMs(bar.CloseMs), NpgsqlDbType.TimestampTz, cancellationToken);
            await copy.WriteAsync(bar.Open, NpgsqlDbType.Double, cancellationToken);
            await copy.WriteAsync(bar.High, NpgsqlDbType.Double, cancellationToken);
            await copy.WriteAsync(bar.Low, NpgsqlDbType.Double, cancellationToken);
            await copy.WriteAsync(bar.Close, NpgsqlDbType.Double, cancellationToken);
            await copy.WriteAsync(bar.Volume, NpgsqlDbType.Double, cancellationToken);
            await copy.WriteAsync(revision, NpgsqlDbType.Bigint, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    private static async Task JournalAsync(
        NpgsqlConnection connection,
        WritePlan plan,
        bool record,
        long revision,
        IReadOnlyList<Notice> notices,
        CancellationToken cancellationToken)
    {
        var batch = plan.Batch;
        object first = batch.Bars.Count > 0 ? PostgresTime.FromMs(plan.FirstMs) : DBNull.Value;
        object last = batch.Bars.Count > 0 ? PostgresTime.FromMs(plan.LastMs) : DBNull.Value;
        var copy = plan.TapeHasOthers || (!record && plan.RowsToWrite > 0) ? await ColumnBytesAsync(batch.Bars, cancellationToken) : null;

        await using var commands = new NpgsqlBatch(connection);
        if (record && plan.RowsToWrite > 0) commands.BatchCommands.Add(LedgerCommand(plan));
        commands.BatchCommands.Add(new(
            """
            insert into batches
                (session_id, partition, sequence, timeframe_s, warm_up, end_of_session, first_at, last_at, bars, revision, instruments, copy)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """)
        {
            Parameters =
            {
                new() { Value = batch.SessionId },
                new() { Value = batch.Partition },
                new() { Value = batch.Sequence },
                new() { Value = plan.TimeframeSeconds },
                new() { Value = batch.WarmUp },
                new() { Value = batch.EndOfSession },
                new() { Value = first, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                new() { Value = last, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                new() { Value = batch.Bars.Count },
                new() { Value = revision },
                new() { Value = plan.InstrumentIds },
                new() { Value = (object?)copy ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea },
            },
        });
        commands.BatchCommands.Add(new(
            """
            update sessions
            set bars_accepted = bars_accepted + $2, last_sequence = greatest(last_sequence, $3),
                first_bar = least(first_bar, $4), last_bar = greatest(last_bar, $5)
            where session_id = $1
            """)
        {
            Parameters =
            {
                new() { Value = batch.SessionId },
                new() { Value = (long)(batch.WarmUp ? 0 : batch.Bars.Count) },
                new() { Value = batch.Sequence },
                new() { Value = first, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                new() { Value = last, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            },
        });
        foreach (var notice in notices) commands.BatchCommands.Add(notice.Insert());
        await commands.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlBatchCommand LedgerCommand(WritePlan plan)
    {
        var days = plan.LedgerChanges().ToArray();
        return new NpgsqlBatchCommand(
            """
            insert into ledger (instrument, timeframe_s, day, bars, first_at, last_at, hash_high, hash_low)
            select n.instrument, $1, n.day, n.bars, n.first_at, n.last_at, n.hash_high, n.hash_low
            from unnest($2, $3, $4, $5, $6, $7, $8) as n (instrument, day, bars, first_at, last_at, hash_high, hash_low)
            on conflict (instrument, timeframe_s, day) do update
            set bars = excluded.bars, first_at = excluded.first_at, last_at = excluded.last_at,
                hash_high = excluded.hash_high, hash_low = excluded.hash_low
            """)
        {
            Parameters =
            {
                new() { Value = plan.TimeframeSeconds },
                new() { Value = Array.ConvertAll(days, d => d.Instrument) },
                new() { Value = Array.ConvertAll(days, d => d.Day) },
                new() { Value = Array.ConvertAll(days, d => d.Now.Bars) },
                new() { Value = Array.ConvertAll(days, d => PostgresTime.FromMs(d.Now.FirstMs)) },
                new() { Value = Array.ConvertAll(days, d => PostgresTime.FromMs(d.Now.LastMs)) },
                new() { Value = Array.ConvertAll(days, d => (long)d.Now.Hash.High) },
                new() { Value = Array.ConvertAll(days, d => (long)d.Now.Hash.Low) },
            },
        };
    }

    private static async Task<byte[]> ColumnBytesAsync(BarColumns bars, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream();
        await bars.WriteAsync(stream, cancellationToken);
        return stream.ToArray();
    }

    private static async Task<List<long>> MissingMonthsAsync(
        NpgsqlConnection connection, IEnumerable<long> months, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select m.month
            from unnest($1) as m (month)
            where to_regclass('bars_' || to_char(to_timestamp(m.month / 1000.0) at time zone 'utc', 'YYYYMM')) is null
            order by m.month
            """,
            connection);
        command.Parameters.Add(new() { Value = months.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var missing = new List<long>();
        while (await reader.ReadAsync(cancellationToken)) missing.Add(reader.GetInt64(0));
        return missing;
    }

    private static async Task CreateMonthsAsync(NpgsqlConnection connection, List<long> months, CancellationToken cancellationToken)
    {
        var sql = new StringBuilder();
        foreach (var month in months)
        {
            var from = DateTimeOffset.FromUnixTimeMilliseconds(month);
            sql.Append(
                CultureInfo.InvariantCulture,
                $"create table bars_{from:yyyyMM} partition of bars for values from ('{from:yyyy-MM-dd}T00:00:00Z') to ('{from.AddMonths(1):yyyy-MM-dd}T00:00:00Z');");
        }

#pragma warning disable CA2100 // Made of dates alone; a partition's bounds cannot be parameters.
        await using var command = new NpgsqlCommand(sql.ToString(), connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

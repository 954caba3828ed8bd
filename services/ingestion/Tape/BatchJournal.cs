using AlgoStack.Contracts.MarketData;
using AlgoStack.Ingestion.Feeds;
using AlgoStack.Ingestion.Instruments;
using AlgoStack.Ingestion.Tape.Kinds;
using AlgoStack.Trading.MarketData;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.Ingestion.Tape;

/// <summary>
/// Puts batches on the tape and into the journal in one transaction, once each, through whatever happens to the database
/// meanwhile.
/// </summary>
internal sealed class BatchJournal(
    TapeWriter tape, InstrumentRegistry instruments, SessionStore sessions, NoticePublisher notices, DatabaseOutage outage)
{
    /// <summary>Writes one batch. Its instruments must have been registered.</summary>
    /// <param name="batch">Ordered by (close, instrument id), each bar once.</param>
    /// <param name="record">Write the bars; false where they come from the tape itself, as in a warm-up.</param>
    /// <param name="flagged">Messages that belong to the batch, committed with it.</param>
    public async Task WriteAsync(BarsClosed batch, bool record, IReadOnlyList<Notice> flagged, CancellationToken cancellationToken)
    {
        var rows = RowsOf(batch);
        var again = false;
        await outage.OutlastAsync(
            async token =>
            {
                // An outage may have hidden that the commit went through.
                if (again && await IsJournaledAsync(batch, token)) return;

                again = true;
                try
                {
                    await tape.WriteAsync(rows, record, durable: true, write => EntryAsync(batch, rows, write, flagged, token), token);
                }
                catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
                {
                    // Or it was still under way when we looked.
                    if (!await IsJournaledAsync(batch, token)) throw;
                }
            },
            cancellationToken);
        if (flagged.Count > 0) notices.Wake();
    }

    private TapeRows RowsOf(BarsClosed batch) => Timeframe.TryParse(batch.Timeframe, out var timeframe)
        ? Bars.Rows(batch.Bars, timeframe, [.. batch.Bars.Instruments.Select(name => instruments[name].Id)])
        : throw new ArgumentException($"Batch {batch.Sequence}: expected a timeframe, found '{batch.Timeframe}'.", nameof(batch));

    private async Task<bool> IsJournaledAsync(BarsClosed batch, CancellationToken cancellationToken) =>
        (await sessions.ProgressAsync(batch.SessionId, batch.Partition, cancellationToken)).Journaled >= batch.Sequence;

    private static async Task<IReadOnlyList<NpgsqlBatchCommand>> EntryAsync(
        BarsClosed batch, TapeRows rows, TapeWrite write, IReadOnlyList<Notice> flagged, CancellationToken cancellationToken)
    {
        object first = rows.Count > 0 ? PostgresTime.FromMs(rows.At[0]) : DBNull.Value;
        object last = rows.Count > 0 ? PostgresTime.FromMs(rows.At[^1]) : DBNull.Value;
        // Else the tape has the batch in that range and nothing but it.
        var copy = write.TapeHasOthers ? await ColumnBytesAsync(batch.Bars, cancellationToken) : null;
        return
        [
            new(
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
                    new() { Value = rows.Scope },
                    new() { Value = batch.WarmUp },
                    new() { Value = batch.EndOfSession },
                    new() { Value = first, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                    new() { Value = last, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                    new() { Value = rows.Count },
                    new() { Value = write.Revision },
                    new() { Value = rows.Subjects },
                    new() { Value = (object?)copy ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea },
                },
            },
            new(
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
                    new() { Value = (long)(batch.WarmUp ? 0 : rows.Count) },
                    new() { Value = batch.Sequence },
                    new() { Value = first, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                    new() { Value = last, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                },
            },
            .. flagged.Select(notice => notice.Insert()),
        ];
    }

    private static async Task<byte[]> ColumnBytesAsync(BarColumns bars, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream();
        await bars.WriteAsync(stream, cancellationToken);
        return stream.ToArray();
    }
}

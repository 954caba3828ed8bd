using System.Runtime.CompilerServices;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Ingestion.Instruments;
using AlgoStack.Ingestion.Retention;
using AlgoStack.Ingestion.Tape.Kinds;
using AlgoStack.Postgres.Archives;
using AlgoStack.Trading.MarketData;
using Npgsql;

namespace AlgoStack.Ingestion.Tape;

/// <summary>
/// Reads announced batches back exactly as they were announced: the tape's rows of a batch's instruments and range as
/// of its revision, or the batch's own copy where it has one.
/// </summary>
internal sealed class BatchReader(NpgsqlDataSource database, ArchiveFolder archives, InstrumentRegistry instruments)
{
    /// <summary>Batches read from the tape in one go: up to 100,000 bars.</summary>
    public const int PageBatches = 50;

    /// <summary>Heads given at most by one request.</summary>
    public const int MostHeads = 100_000;

    /// <summary>Batches of one session and partition from one sequence to another, both included, in order.</summary>
    /// <exception cref="InvalidDataException">The tape does not hold what was announced.</exception>
    /// <exception cref="ArchiveException">The archive of a month that has left the tape is missing or damaged.</exception>
    public async IAsyncEnumerable<BarsClosed> ReadAsync(
        string sessionId, int partition, long from, long to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (from <= to)
        {
            var page = await JournalAsync(sessionId, partition, from, to, cancellationToken);
            if (page.Count == 0) yield break;

            await instruments.EnsureAsync(page.SelectMany(e => e.Instruments), cancellationToken);
            await FillAsync(page, cancellationToken);
            foreach (var entry in page) yield return await ToBatchAsync(sessionId, partition, entry, cancellationToken);
            from = page[^1].Sequence + 1;
        }
    }

    public async Task<IReadOnlyList<BatchHead>> HeadsAsync(
        string sessionId, int partition, long from, long to, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select sequence, partition, warm_up, end_of_session, bars, first_at, last_at
            from batches
            where session_id = $1 and partition = $2 and sequence between $3 and $4
            order by sequence
            limit $5
            """);
        command.Parameters.Add(new() { Value = sessionId });
        command.Parameters.Add(new() { Value = partition });
        command.Parameters.Add(new() { Value = from });
        command.Parameters.Add(new() { Value = to });
        command.Parameters.Add(new() { Value = MostHeads });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var heads = new List<BatchHead>();
        while (await reader.ReadAsync(cancellationToken))
        {
            heads.Add(new BatchHead(
                reader.GetInt64(0),
                reader.GetInt32(1),
                reader.GetBoolean(2),
                reader.GetBoolean(3),
                reader.GetInt32(4),
                reader.IsDBNull(5) ? null : new DateTimeOffset(reader.GetDateTime(5)),
                reader.IsDBNull(6) ? null : new DateTimeOffset(reader.GetDateTime(6))));
        }

        return heads;
    }

    private async Task<List<JournalEntry>> JournalAsync(
        string sessionId, int partition, long from, long to, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select sequence, timeframe_s, warm_up, end_of_session, first_at, last_at, bars, revision, instruments, copy
            from batches
            where session_id = $1 and partition = $2 and sequence between $3 and $4
            order by sequence
            limit $5
            """);
        command.Parameters.Add(new() { Value = sessionId });
        command.Parameters.Add(new() { Value = partition });
        command.Parameters.Add(new() { Value = from });
        command.Parameters.Add(new() { Value = to });
        command.Parameters.Add(new() { Value = PageBatches });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var page = new List<JournalEntry>();
        while (await reader.ReadAsync(cancellationToken))
        {
            page.Add(new JournalEntry(
                reader.GetInt64(0),
                new Timeframe(reader.GetInt32(1) * 1_000L),
                reader.GetBoolean(2),
                reader.GetBoolean(3),
                reader.IsDBNull(4) ? 0 : PostgresTime.ToMs(reader.GetDateTime(4)),
                reader.IsDBNull(5) ? 0 : PostgresTime.ToMs(reader.GetDateTime(5)),
                reader.GetInt32(6),
                reader.GetInt64(7),
                reader.GetFieldValue<int[]>(8),
                reader.IsDBNull(9) ? null : reader.GetFieldValue<byte[]>(9)));
        }

        return page;
    }

    // One scan for the page: batches follow one another in time, so a row belongs to the one whose range it falls in.
    private async Task FillAsync(List<JournalEntry> page, CancellationToken cancellationToken)
    {
        var wanted = page.FindAll(e => e.Copy is null && e.Bars > 0);
        if (wanted.Count == 0) return;

        var range = new TapeRange(
            [.. wanted.SelectMany(e => e.Instruments).Distinct()],
            Bars.Scope(wanted[0].Timeframe),
            wanted[0].FirstMs,
            wanted[^1].LastMs,
            wanted.Max(e => e.Revision));
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // Asked before and after: a month that leaves or comes back meanwhile is then read once or twice, but never not.
        var archived = await ArchivedRows.FindAsync(connection, Bars.Kind, range, cancellationToken);
        await OfferAsync(connection, wanted, range, cancellationToken);
        archived = archived.UnionBy(await ArchivedRows.FindAsync(connection, Bars.Kind, range, cancellationToken), m => m.Name, StringComparer.Ordinal).ToList();
        foreach (var month in archived)
        {
            await using var rows = new ArchivedRows(archives, month, Bars.Kind, range);
            while (await rows.ReadAsync(cancellationToken))
            {
                if (IndexOf(wanted, rows.At) is >= 0 and var entry)
                {
                    wanted[entry].Offer(
                        range.Subjects[rows.Subject],
                        rows.Revision,
                        new Bar(rows.At, rows.Number(0), rows.Number(1), rows.Number(2), rows.Number(3), rows.Number(4)));
                }
            }
        }
    }

    private static async Task OfferAsync(
        NpgsqlConnection connection, List<JournalEntry> wanted, TapeRange range, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select instrument, closed_at, open, high, low, close, volume, revision
            from bars
            where instrument = any($1) and timeframe_s = $2 and closed_at between $3 and $4 and revision <= $5
            """,
            connection);
        command.Parameters.Add(new() { Value = range.Subjects });
        command.Parameters.Add(new() { Value = range.Scope });
        command.Parameters.Add(new() { Value = PostgresTime.FromMs(range.From) });
        command.Parameters.Add(new() { Value = PostgresTime.FromMs(range.To) });
        command.Parameters.Add(new() { Value = range.Revision });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var at = 0;
        while (await reader.ReadAsync(cancellationToken))
        {
            var closeMs = PostgresTime.ToMs(reader.GetDateTime(1));
            // Rows come in the order of the tape, which is mostly that of time.
            if (closeMs < wanted[at].FirstMs || closeMs > wanted[at].LastMs) at = IndexOf(wanted, closeMs);
            if (at < 0)
            {
                at = 0;
                continue;
            }

            wanted[at].Offer(
                reader.GetInt32(0),
                reader.GetInt64(7),
                new Bar(closeMs, reader.GetDouble(2), reader.GetDouble(3), reader.GetDouble(4), reader.GetDouble(5), reader.GetDouble(6)));
        }
    }

    private static int IndexOf(List<JournalEntry> entries, long closeMs)
    {
        var (low, high) = (0, entries.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (closeMs < entries[middle].FirstMs) high = middle - 1;
            else if (closeMs > entries[middle].LastMs) low = middle + 1;
            else return middle;
        }

        return -1;
    }

    private async Task<BarsClosed> ToBatchAsync(string sessionId, int partition, JournalEntry entry, CancellationToken cancellationToken)
    {
        var terms = Array.ConvertAll(entry.Instruments, id => instruments[id].Terms);
        BarColumns bars;
        if (entry.Copy is null)
        {
            bars = entry.ToColumns(terms);
        }
        else
        {
            using var copy = new MemoryStream(entry.Copy);
            bars = await BarColumns.ReadAsync(copy, cancellationToken) ?? BarColumns.Empty;
        }

        if (bars.Count != entry.Bars)
        {
            throw new InvalidDataException(
                $"Session {sessionId}, partition {partition}, batch {entry.Sequence}: expected {entry.Bars} bars on the tape, found {bars.Count}.");
        }

        return new BarsClosed(
            sessionId, partition, entry.Sequence, entry.Timeframe.ToString(), entry.WarmUp, entry.EndOfSession, terms, bars);
    }

    private sealed record JournalEntry(
        long Sequence,
        Timeframe Timeframe,
        bool WarmUp,
        bool EndOfSession,
        long FirstMs,
        long LastMs,
        int Bars,
        long Revision,
        int[] Instruments,
        byte[]? Copy)
    {
        private readonly List<(int Place, long Revision, Bar Bar)> _rows = new(Copy is null ? Bars : 0);

        public void Offer(int instrument, long revision, in Bar bar)
        {
            var place = Array.IndexOf(Instruments, instrument);
            if (place >= 0 && revision <= Revision) _rows.Add((place, revision, bar));
        }

        /// <summary>By (close, instrument), the latest revision of each. Instruments are in the order of their names.</summary>
        public BarColumns ToColumns(IReadOnlyList<InstrumentTerms> terms)
        {
            _rows.Sort(static (x, y) =>
            {
                var byClose = x.Bar.CloseMs.CompareTo(y.Bar.CloseMs);
                if (byClose != 0) return byClose;
                var byPlace = x.Place.CompareTo(y.Place);
                return byPlace != 0 ? byPlace : x.Revision.CompareTo(y.Revision);
            });
            var columns = new BarColumnsBuilder(Bars);
            for (var i = 0; i < _rows.Count; i++)
            {
                var next = i + 1 < _rows.Count ? _rows[i + 1] : default;
                if (i + 1 < _rows.Count && next.Place == _rows[i].Place && next.Bar.CloseMs == _rows[i].Bar.CloseMs) continue;
                columns.Add(_rows[i].Place, _rows[i].Bar);
            }

            return columns.Build([.. terms.Select(t => t.Id)]);
        }
    }
}

using AlgoStack.Ingestion.Retention;
using AlgoStack.Postgres;
using AlgoStack.Postgres.Archives;
using Npgsql;

namespace AlgoStack.Ingestion.Tape;

/// <summary>Some of a kind's rows.</summary>
/// <param name="Subjects">Their numbers on the tape; the rows' places refer to this list.</param>
/// <param name="From">In the kind's unit, included; <see cref="long.MinValue"/> for all from the first.</param>
/// <param name="To">Included; <see cref="long.MaxValue"/> for all to the last.</param>
/// <param name="Revision">What was written later is not seen.</param>
/// <param name="KnownBy">Only vintages known by that day; those of unknown day are left out then.</param>
/// <param name="AllVintages">Every vintage, rather than the latest of each.</param>
internal sealed record TapeRange(
    int[] Subjects, int Scope, long From, long To, long Revision = long.MaxValue, DateOnly? KnownBy = null, bool AllVintages = false);

/// <summary>
/// Reads rows of any kind straight into columns, by time, the latest revision of each key: from the tape, and of months
/// that have left it from their archives.
/// </summary>
internal static class TapeReader
{
    /// <param name="connection">Open, and busy until this returns.</param>
    /// <exception cref="PostgresException">The database failed.</exception>
    /// <exception cref="ArchiveException">The archive of a month in the range is missing or damaged.</exception>
    public static async Task<TapeRows> ReadAsync(
        NpgsqlConnection connection, ArchiveFolder archives, TapeKind kind, TapeRange range, CancellationToken cancellationToken)
    {
        var columns = kind.Fields.Select(f => new TapeColumn.Builder(f.Type)).ToArray();
        var subjects = new List<int>();
        var times = new List<long>();
        var revisions = new List<long>();
        // Asked before and after: a month that leaves or comes back meanwhile is then read once or twice, but never not.
        var archived = await ArchivedRows.FindAsync(connection, kind, range, cancellationToken);
        await using (var copy = await CopyReader.BeginAsync(connection, kind.Statements.CopyOut(range), cancellationToken))
        {
            while (await copy.ReadAsync(cancellationToken))
            {
                subjects.Add(range.Subjects.Length == 1 ? 0 : Array.IndexOf(range.Subjects, copy.Int32(0)));
                times.Add(copy.UnixMicroseconds(1) / kind.TimeUnit);
                for (var field = 0; field < columns.Length; field++) columns[field].Read(copy, 2 + field);
                revisions.Add(copy.Int64(2 + columns.Length));
            }
        }

        archived = archived.UnionBy(await ArchivedRows.FindAsync(connection, kind, range, cancellationToken), month => month.Name, StringComparer.Ordinal).ToList();
        foreach (var month in archived)
        {
            await using var row = new ArchivedRows(archives, month, kind, range);
            while (await row.ReadAsync(cancellationToken))
            {
                subjects.Add(row.Subject);
                times.Add(row.At);
                for (var field = 0; field < columns.Length; field++) row.Read(columns[field], field);
                revisions.Add(row.Revision);
            }
        }

        var rows = new TapeRows(
            kind, range.Scope, range.Subjects, [.. subjects], [.. times], Array.ConvertAll(columns, column => column.Build()));
        return IsLatest(rows, range.AllVintages) ? rows : Latest(rows, [.. revisions], range.AllVintages);
    }

    /// <summary>Whether each row is of a later key than the one before, as it mostly is: rows come in the order of the tape.</summary>
    private static bool IsLatest(TapeRows rows, bool allVintages)
    {
        for (var row = 1; row < rows.Count; row++)
        {
            if (rows.CompareKeys(row - 1, row, allVintages) >= 0) return false;
        }

        return true;
    }

    private static TapeRows Latest(TapeRows rows, long[] revisions, bool allVintages)
    {
        var order = new int[rows.Count];
        for (var row = 0; row < order.Length; row++) order[row] = row;
        Array.Sort(order, (x, y) =>
        {
            var byKey = rows.CompareKeys(x, y, vintages: true);
            return byKey != 0 ? byKey : revisions[x].CompareTo(revisions[y]);
        });

        var kept = 0;
        for (var i = 0; i < order.Length; i++)
        {
            if (i + 1 < order.Length && rows.CompareKeys(order[i], order[i + 1], allVintages) == 0) continue;
            order[kept++] = order[i];
        }

        return rows.Select(order[..kept]);
    }
}

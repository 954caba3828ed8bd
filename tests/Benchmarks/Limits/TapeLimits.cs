using System.Diagnostics;
using AlgoStack.Ingestion.Tape;
using AlgoStack.Postgres;
using Npgsql;

namespace AlgoStack.Benchmarks.Limits;

/// <summary>
/// What PostgreSQL does with the tape's columns when nobody asks for more: one COPY of all rows into one table without an
/// index, a partition or a ledger, and one COPY out of the tape whose bytes nobody looks at.
/// </summary>
internal sealed class TapeLimits(NpgsqlDataSource source)
{
    private const int Fields = 9;
    private const int BufferBytes = 64 * 1024;

    /// <summary>Rows a second, committed.</summary>
    public async Task<double> CopyInAsync(TapeRows rows)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var create = new NpgsqlCommand("drop table if exists limit_bars; create table limit_bars (like bars)", connection);
        await create.ExecuteNonQueryAsync();
        var watch = Stopwatch.StartNew();
        await using var copy = await CopyWriter.BeginAsync(connection, "copy limit_bars from stdin (format binary)", CancellationToken.None);
        for (var row = 0; row < rows.Count; row++)
        {
            await copy.StartRowAsync(Fields, CancellationToken.None);
            copy.Write(rows.SubjectOf(row));
            copy.Write(rows.Scope);
            copy.WriteTimestamp(rows.At[row] * 1_000);
            foreach (var column in rows.Columns) copy.Write(column.Number(row));
            copy.Write(1L);
        }

        await copy.CompleteAsync(CancellationToken.None);
        return rows.Count / watch.Elapsed.TotalSeconds;
    }

    /// <summary>Rows a second, to the last byte.</summary>
    public async Task<double> CopyOutAsync(TapeKind kind, TapeRange range, int rows)
    {
        await using var connection = await source.OpenConnectionAsync();
        var buffer = new byte[BufferBytes];
        var watch = Stopwatch.StartNew();
        await using var copy = await connection.BeginRawBinaryCopyAsync(kind.Statements.CopyOut(range));
        while (await copy.ReadAsync(buffer.AsMemory(), CancellationToken.None) > 0)
        {
        }

        return rows / watch.Elapsed.TotalSeconds;
    }
}

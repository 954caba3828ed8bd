using AlgoStack.Postgres.Archives;
using Npgsql;

namespace AlgoStack.Ingestion.Tape;

/// <summary>What the tape says of one subject over a range of time.</summary>
internal sealed class TapeHistory(NpgsqlDataSource database, ArchiveFolder archives)
{
    /// <summary>By time, the latest revision of each row; the newest ones where there are more than <paramref name="limit"/>.</summary>
    /// <param name="range">Of one subject.</param>
    public async Task<TapeRows> ReadAsync(TapeKind kind, TapeRange range, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // The ledger counts what is there now, and each vintage.
        if (range.Revision == long.MaxValue && kind.IndexOf(FieldRole.Vintage) < 0)
        {
            range = await NarrowAsync(connection, kind, range, limit, cancellationToken);
        }

        return (await TapeReader.ReadAsync(connection, archives, kind, range, cancellationToken)).Newest(limit);
    }

    /// <summary>The last revision that had been written by a time; 0 when none had.</summary>
    public async Task<long> RevisionAsync(TapeKind kind, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "select coalesce(max(revision), 0) from writes where kind = $1 and written_at <= $2");
        command.Parameters.Add(new() { Value = kind.Name });
        command.Parameters.Add(new() { Value = at.UtcDateTime });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Leaves out the days before those that have enough rows.</summary>
    private static async Task<TapeRange> NarrowAsync(
        NpgsqlConnection connection, TapeKind kind, TapeRange range, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(kind.Statements.FirstDay, connection);
        command.Parameters.Add(new() { Value = range.Subjects[0] });
        command.Parameters.Add(new() { Value = DateOnly.FromDateTime(range.To == long.MaxValue ? DateTime.MaxValue : kind.ToTime(range.To)) });
        command.Parameters.Add(new() { Value = limit });
        if (kind.Scope is not null) command.Parameters.Add(new() { Value = range.Scope });
        return await command.ExecuteScalarAsync(cancellationToken) is DateOnly first
            ? range with { From = Math.Max(range.From, kind.FromTime(first.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc))) }
            : range;
    }
}

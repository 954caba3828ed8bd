using AlgoStack.Contracts.Operations;
using AlgoStack.Ingestion.Tape;
using AlgoStack.Ingestion.Tape.Kinds;
using AlgoStack.Postgres.Archives;
using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace AlgoStack.Ingestion.Retention;

/// <summary>
/// <c>GET /archives</c>: the months that have left the tape. <c>POST /archives</c> archives what is due now, rather than at
/// night, and answers with what that was. <c>POST /archives/{name}/restore</c> puts a month back. To ask an archive, ask
/// <c>/history</c>: it reads them where they lie.
/// </summary>
internal static class Archives
{
    public static async Task<IReadOnlyList<ArchiveStatus>> ListAsync(NpgsqlDataSource database, CancellationToken cancellationToken) =>
        (await ReadAsync(database, cancellationToken)).ConvertAll(archive => archive.Status);

    public static async Task<IReadOnlyList<ArchiveStatus>> RunAsync(TapeArchiver archiver, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var archived = await archiver.RunAsync(cancellationToken);
        return [.. (await ListAsync(database, cancellationToken)).Where(archive => archived.Contains(archive.Name, StringComparer.Ordinal))];
    }

    public static async Task<Results<Ok<ArchiveStatus>, ProblemHttpResult>> RestoreAsync(
        string name, TapeMonths months, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        if ((await ReadAsync(database, cancellationToken)).Find(a => a.Status.Name == name) is not { Status: not null } archive)
            return Problem.NotFound("archive_unknown", $"No archive '{name}'.");

        try
        {
            await months.OpenAsync(archive.Kind, [archive.Month], cancellationToken);
        }
        catch (ArchiveException e)
        {
            return Problem.Conflict("archive_damaged", e.Message);
        }

        return TypedResults.Ok((await ListAsync(database, cancellationToken)).First(a => a.Name == name));
    }

    private static async Task<List<(TapeKind Kind, DateOnly Month, ArchiveStatus Status)>> ReadAsync(
        NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select tape, month, manifest ->> 'name', case state when 'archived' then state else 'restored' end,
                (manifest ->> 'rows')::bigint, (manifest ->> 'bytes')::bigint, manifest ->> 'sha256', (manifest ->> 'writtenAt')::timestamptz
            from tape_months
            where manifest is not null
            order by month, tape
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var archives = new List<(TapeKind, DateOnly, ArchiveStatus)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            archives.Add((
                TapeKinds.All.First(kind => kind.Table == reader.GetString(0)),
                reader.GetFieldValue<DateOnly>(1),
                new ArchiveStatus(
                    reader.GetString(2),
                    reader.GetString(3),
                    reader.GetInt64(4),
                    reader.GetInt64(5),
                    reader.GetString(6),
                    reader.GetFieldValue<DateTimeOffset>(7))));
        }

        return archives;
    }
}

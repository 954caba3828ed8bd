using System.Runtime.CompilerServices;
using AlgoStack.EventStore.Chain;
using Npgsql;

namespace AlgoStack.Cli.Chains;

/// <summary>The chains of a database, verified in this process: no service is asked.</summary>
internal static class DatabaseChains
{
    /// <param name="schema">Every schema with a chain when null.</param>
    public static async IAsyncEnumerable<ChainPiece> VerifyAsync(
        string connection, string? schema, string[] heads, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var settings = Read(connection);
        foreach (var name in schema is not null ? [schema] : await SchemasAsync(settings, cancellationToken))
        {
            settings.SearchPath = name;
            await using var source = NpgsqlDataSource.Create(settings);
            var verifier = new ChainVerifier(source, heads);
            await using var findings = verifier.VerifyAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (await MoveAsync(findings, name)) yield return new ChainPiece(name, findings.Current, null);
            yield return new ChainPiece(name, null, verifier.Report);
        }
    }

    private static async Task<bool> MoveAsync(IAsyncEnumerator<ChainFinding> findings, string schema)
    {
        try
        {
            return await findings.MoveNextAsync();
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            throw new CommandFailedException(ExitCode.NothingUseful, $"Schema {schema} has no chain: {e.MessageText}.");
        }
        catch (NpgsqlException e)
        {
            throw new CommandFailedException(ExitCode.Failed, $"Schema {schema} cannot be verified: {e.Message}");
        }
    }

    private static async Task<List<string>> SchemasAsync(NpgsqlConnectionStringBuilder settings, CancellationToken cancellationToken)
    {
        try
        {
            await using var source = NpgsqlDataSource.Create(settings);
            await using var command = source.CreateCommand(
                """
                select seals.schemaname from pg_tables seals
                join pg_tables events on events.schemaname = seals.schemaname and events.tablename = 'mt_events'
                where seals.tablename = 'seals'
                order by 1
                """);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var schemas = new List<string>();
            while (await reader.ReadAsync(cancellationToken)) schemas.Add(reader.GetString(0));
            return schemas.Count > 0
                ? schemas
                : throw new CommandFailedException(ExitCode.NothingUseful, $"No schema of database {settings.Database} has a chain.");
        }
        catch (NpgsqlException e)
        {
            throw new CommandFailedException(ExitCode.Failed, $"The database cannot be read: {e.Message}");
        }
    }

    private static NpgsqlConnectionStringBuilder Read(string connection)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(connection);
        }
        catch (ArgumentException e)
        {
            throw new CommandFailedException(ExitCode.Usage, $"--database: {e.Message}");
        }
    }
}

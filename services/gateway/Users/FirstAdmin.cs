using AlgoStack.Gateway.Oidc;
using AlgoStack.Gateway.Tokens;
using AlgoStack.Postgres;
using Npgsql;

namespace AlgoStack.Gateway.Users;

/// <summary>
/// While there is no administrator with a password, each start makes a new link for the first admin, in place of the one before, and leaves it in a
/// file that <c>./run</c> prints. The file is the owner's alone, and goes with the first user; no log ever has the link.
/// </summary>
internal sealed partial class FirstAdmin(
    NpgsqlDataSource source, ServiceDatabase database, IConfiguration configuration, ConfiguredIssuer configured, TimeProvider clock, ILogger<FirstAdmin> logger) : IHostedService
{
    public const string FileName = "first-admin";

    private string File { get; } = Path.Combine(Folder(configuration), FileName);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Another issuer says who is an admin.
        if (configured.Issuer is not null)
        {
            Forget();
            return;
        }

        await using var connection = await database.OpenConnectionAsync(source, cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var turn = new NpgsqlCommand("select pg_advisory_xact_lock($1)", connection);
        turn.Parameters.Add(new() { Value = database.LockKey("first-admin") });
        await turn.ExecuteNonQueryAsync(cancellationToken);
        await using var any = new NpgsqlCommand("select exists (select from users where role = 'admin' and disabled_at is null and password_hash is not null)", connection);
        if (await any.ExecuteScalarAsync(cancellationToken) is true)
        {
            Forget();
            return;
        }

        var secret = Secret.New();
        await using var make = new NpgsqlCommand(
            """
            with former as (delete from invitations where invited_by is null)
            insert into invitations (hash, role, expires_at) values ($1, 'admin', $2)
            """,
            connection);
        make.Parameters.Add(new() { Value = Secret.Hash(secret) });
        make.Parameters.Add(new() { Value = clock.GetUtcNow() + Invitations.Lifetime });
        await make.ExecuteNonQueryAsync(cancellationToken);
        await WriteAsync(Invitations.Link(secret), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        LogMade(File, Invitations.Lifetime.TotalHours);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>There is a user now.</summary>
    public void Forget() => System.IO.File.Delete(File);

    private static string Folder(IConfiguration configuration) => configuration["ALGOSTACK_STATE"] is { Length: > 0 } state
        ? state
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "algostack");

    private async Task WriteAsync(string link, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        // A file that is there keeps its permissions, so it must not be there.
        Forget();
#pragma warning disable CA1416 // AlgoStack runs on Linux.
        await using var file = new FileStream(File, new FileStreamOptions
        {
            Access = FileAccess.Write,
            Mode = FileMode.CreateNew,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
#pragma warning restore CA1416
        await using var text = new StreamWriter(file);
        await text.WriteLineAsync(link.AsMemory(), cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "There is no user yet: the link for the first admin is in {File}, for {Hours} hours.")]
    private partial void LogMade(string file, double hours);
}

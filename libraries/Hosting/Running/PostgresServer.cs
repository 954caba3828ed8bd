using System.Globalization;
using Npgsql;

namespace Aspire.Hosting.Running;

/// <summary>A PostgreSQL server of its own, from installed binaries: data in a folder, TCP on loopback only, password always.</summary>
internal sealed class PostgresServer(string folder, int port, string userName, string password)
{
    // PostgreSQL refuses to run as root; this is the account its packages make.
    private const string PackageUser = "postgres";

    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(3);

    // For throughput in little memory. What makes a commit durable (fsync, synchronous_commit, full_page_writes) stays on.
    private static readonly string[] Settings =
    [
        "listen_addresses=127.0.0.1",
        // TCP only: a socket's path would be too long (107 bytes) in a deep state folder.
        "unix_socket_directories=",
        "max_connections=100",
        "shared_buffers=128MB",
        "wal_buffers=16MB",
        "max_wal_size=2GB",
        "checkpoint_timeout=15min",
        "jit=off",
        "timezone=UTC",
        "log_timezone=UTC",
    ];

    private readonly string _data = Path.Combine(folder, "data");
    private readonly string _log = Path.Combine(folder, "postgres.log");

    private static string? User => OwnedFolder.IsRoot ? PackageUser : null;

    public string ConnectionString => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = port,
        Username = userName,
        Password = password,
    }.ConnectionString;

    /// <summary>Makes the data folder on first use. The password is the one of that first time.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (File.Exists(Path.Combine(_data, "PG_VERSION"))) return;

        // Without PG_VERSION it is what an interrupted initdb left.
        if (Directory.Exists(_data)) Directory.Delete(_data, recursive: true);

        await OwnedFolder.CreateAsync(_data, User, _log, cancellationToken);
        var passwordFile = Path.Combine(folder, "initdb-password");
        await OwnedFolder.WriteAsync(passwordFile, password, User, _log, cancellationToken);
        try
        {
            string[] arguments =
            [
                "--pgdata", _data, "--username", userName, "--pwfile", passwordFile, "--auth", "scram-sha-256",
                "--encoding", "UTF8", "--locale", "C",
            ];
            await SupervisedProcess.RunAsync(
                new ProcessSpec(Path.Combine(InstalledPrograms.PostgresFolder(), "initdb"), arguments, "/", _log) { User = User },
                cancellationToken);
        }
        finally
        {
            File.Delete(passwordFile);
        }
    }

    public ProcessSpec Process()
    {
        // A server of another major version cannot read the data.
        var version = File.ReadAllText(Path.Combine(_data, "PG_VERSION")).Trim();
        string[] arguments =
        [
            "-D", _data, "-p", port.ToString(CultureInfo.InvariantCulture), .. Settings.SelectMany(setting => (string[])["-c", setting]),
        ];
        // SIGINT is PostgreSQL's fast shutdown; on SIGTERM it would wait for its clients to leave.
        return new ProcessSpec(Path.Combine(InstalledPrograms.PostgresFolder(version), "postgres"), arguments, "/", _log)
        {
            User = User,
            StopSignal = "INT",
        };
    }

    /// <summary>Null when the server answers a query, else why it does not.</summary>
    public async Task<string?> ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ExecuteAsync("select 1", cancellationToken);
            return null;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            return e.Message;
        }
    }

    public async Task EnsureDatabaseAsync(string database, CancellationToken cancellationToken)
    {
        try
        {
            await ExecuteAsync($"create database \"{database.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", cancellationToken);
        }
        catch (PostgresException e) when (string.Equals(e.SqlState, PostgresErrorCodes.DuplicateDatabase, StringComparison.Ordinal))
        {
            // From an earlier run.
        }
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        var once = new NpgsqlConnectionStringBuilder(ConnectionString)
        {
            Database = "postgres",
            Pooling = false,
            Timeout = (int)ProbeTimeout.TotalSeconds,
        };
        await using var connection = new NpgsqlConnection(once.ConnectionString);
        await connection.OpenAsync(cancellationToken);
#pragma warning disable CA2100 // The only name that is not a constant is quoted above.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

using System.Globalization;
using Npgsql;

namespace Aspire.Hosting.Running;

/// <summary>A PostgreSQL server of its own, from installed binaries: data in a folder, TCP on loopback only, password always.</summary>
internal sealed class PostgresServer(string folder, int port, string userName, string password, string log)
{
    // PostgreSQL refuses to run as root; this is the account its packages make.
    private const string PackageUser = "postgres";

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

        await OwnedFolder.CreateAsync(_data, User, log, cancellationToken);
        await CheckReachableAsync(cancellationToken);
        var passwordFile = Path.Combine(folder, "initdb-password");
        await OwnedFolder.WriteAsync(passwordFile, password, User, log, cancellationToken);
        try
        {
            string[] arguments =
            [
                "--pgdata", _data, "--username", userName, "--pwfile", passwordFile, "--auth", "scram-sha-256",
                "--encoding", "UTF8", "--locale", "C",
            ];
            await SupervisedProcess.RunAsync(
                new ProcessSpec(Path.Combine(InstalledPrograms.PostgresFolder(), "initdb"), arguments, "/", log) { User = User },
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
        return new ProcessSpec(Path.Combine(InstalledPrograms.PostgresFolder(version), "postgres"), arguments, "/", log)
        {
            User = User,
            StopSignal = "INT",
            LockPath = Path.Combine(folder, "lock"),
        };
    }

    private async Task CheckReachableAsync(CancellationToken cancellationToken)
    {
        if (User is null) return;

        var check = await SupervisedProcess.StartAsync(new ProcessSpec("test", ["-x", _data], "/", log) { User = User }, cancellationToken);
        await using (check)
        {
            if (await check.Exited.WaitAsync(cancellationToken) != 0)
            {
                throw new DistributedApplicationException(
                    $"The account {PackageUser}, which PostgreSQL runs as, cannot reach {folder}: set ALGOSTACK_STATE to a folder whose parents it may enter.");
            }
        }
    }
}

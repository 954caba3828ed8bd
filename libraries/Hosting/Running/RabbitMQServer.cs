using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Aspire.Hosting.Running;

/// <summary>
/// A RabbitMQ server of its own, from installed binaries: node name, cookie, port mapper, data and ports are private, and
/// everything listens on loopback only. A Debian package's own service is neither used nor disturbed.
/// </summary>
internal sealed class RabbitMQServer(string folder, RabbitMQPorts ports, string userName, string password, string log)
{
    // Erlang would start its port mapper itself, detached, and leave it behind. So one runs before, in the server's own
    // process group, which ends with the server.
    private const string StartScript = """
        "$0" -port "$ERL_EPMD_PORT" -address 127.0.0.1 &
        until "$0" -names >/dev/null 2>&1; do kill -0 $! || exit 1; sleep 0.05; done
        exec "$1"
        """;

    private readonly string _home = Path.Combine(folder, "home");

    public string ConnectionString => $"amqp://{userName}:{password}@127.0.0.1:{ports.Amqp}";

    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        foreach (var name in (string[])["home", "mnesia", "log"])
            await OwnedFolder.CreateAsync(Path.Combine(folder, name), user: null, log, cancellationToken);

        // Erlang would make its own cookie, from a weak random source.
        var cookie = Path.Combine(_home, ".erlang.cookie");
        if (!File.Exists(cookie)) OwnedFolder.Write(cookie, RandomNumberGenerator.GetHexString(40));

        OwnedFolder.Write(Path.Combine(folder, "enabled_plugins"), ports.Management is null ? "[].\n" : "[rabbitmq_management].\n");
        OwnedFolder.Write(Path.Combine(folder, "rabbitmq.conf"), Configuration());
    }

    /// <summary>A start of it. The ports only the node itself knows of are chosen anew, for what took one would keep it down.</summary>
    public ProcessSpec Process() => new("sh", ["-c", StartScript, InstalledPrograms.Epmd(), InstalledPrograms.RabbitMQServer()], folder, log)
    {
        LockPath = Path.Combine(folder, "lock"),
        Environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["HOME"] = _home,
            ["ERL_EPMD_PORT"] = Text(LoopbackPorts.Any()),
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODENAME"] = $"algo-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder)))[..12]}@localhost",
            ["RABBITMQ_DIST_PORT"] = Text(LoopbackPorts.Any()),
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder, "mnesia"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "log"),
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(folder, "rabbitmq.conf"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(folder, "enabled_plugins"),
            // Files that do not exist: the package's own settings under /etc are not for this node.
            ["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(folder, "rabbitmq-env.conf"),
            ["RABBITMQ_ADVANCED_CONFIG_FILE"] = Path.Combine(folder, "advanced.config"),
            // The two make the start script become the Erlang machine instead of waiting beside it, so that signals
            // and the exit code are the server's own.
            ["RABBITMQ_ALLOW_INPUT"] = "true",
            ["RABBITMQ_SERVER_START_ARGS"] = "-noinput",
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1}",
        },
    };

    // Memory: the raft log is held in memory up to wal_max_size_bytes (512 MB unless said), the whole broker blocks
    // publishers at the watermark.
    private string Configuration() => $"""
        listeners.tcp.local = 127.0.0.1:{ports.Amqp}
        default_user = {userName}
        default_pass = {password}
        vm_memory_high_watermark.absolute = 400MB
        disk_free_limit.absolute = 100MB
        raft.wal_max_size_bytes = 33554432
        log.console = true
        log.console.level = warning
        log.file = false
        {(ports.Management is { } port ? $"management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {port}" : "")}

        """;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Where a RabbitMQ node is found; without a management port the management plug-in is off.</summary>
internal sealed record RabbitMQPorts(int Amqp, int? Management);

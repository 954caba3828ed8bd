using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Aspire.Hosting.Running;

/// <summary>
/// A RabbitMQ server of its own, from installed binaries: node name, cookie, port mapper, data and ports are private, and
/// everything listens on loopback only. A Debian package's own service is neither used nor disturbed.
/// </summary>
internal sealed class RabbitMQServer(string folder, RabbitMQPorts ports, string userName, string password)
{
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(3);

    // What a client says first in AMQP 0-9-1; a server that is up answers with a method frame (type 1).
    private static readonly byte[] ProtocolHeader = [(byte)'A', (byte)'M', (byte)'Q', (byte)'P', 0, 0, 9, 1];
    private const byte MethodFrame = 1;

    private readonly string _home = Path.Combine(folder, "home");
    private readonly string _log = Path.Combine(folder, "rabbitmq.log");

    public string ConnectionString => $"amqp://{userName}:{password}@127.0.0.1:{ports.Amqp}";

    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        foreach (var name in (string[])["home", "mnesia", "log"])
            await OwnedFolder.CreateAsync(Path.Combine(folder, name), user: null, _log, cancellationToken);

        // Erlang would make its own cookie, from a weak random source.
        var cookie = Path.Combine(_home, ".erlang.cookie");
        if (!File.Exists(cookie)) OwnedFolder.Write(cookie, RandomNumberGenerator.GetHexString(40));

        OwnedFolder.Write(Path.Combine(folder, "enabled_plugins"), ports.Management is null ? "[].\n" : "[rabbitmq_management].\n");
        OwnedFolder.Write(Path.Combine(folder, "rabbitmq.conf"), Configuration());
    }

    /// <summary>Erlang's port mapper. Run in its own right, because one that RabbitMQ starts detaches and outlives it.</summary>
    public ProcessSpec PortMapper() =>
        new(InstalledPrograms.Epmd(), ["-port", Text(ports.PortMapper), "-address", "127.0.0.1"], "/", _log);

    public ProcessSpec Process() => new(InstalledPrograms.RabbitMQServer(), [], folder, _log)
    {
        Environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["HOME"] = _home,
            ["ERL_EPMD_PORT"] = Text(ports.PortMapper),
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODENAME"] = $"algo-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder)))[..12]}@localhost",
            ["RABBITMQ_DIST_PORT"] = Text(ports.Distribution),
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

    /// <summary>Null when the server answers as RabbitMQ does, else why it does not.</summary>
    public async Task<string?> ProbeAsync(CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(ProbeTimeout);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", ports.Amqp, timeout.Token);
            var stream = client.GetStream();
            await stream.WriteAsync(ProtocolHeader, timeout.Token);
            var answer = new byte[1];
            var read = await stream.ReadAsync(answer, timeout.Token);
            return read == 1 && answer[0] == MethodFrame ? null : $"port {ports.Amqp} answers, but not in AMQP 0-9-1";
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return e.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"no answer within {ProbeTimeout.TotalSeconds} s";
        }
    }

    public async Task<bool> PortMapperAnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", ports.PortMapper, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

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

/// <summary>The ports of one RabbitMQ node; without a management port the management plug-in is off.</summary>
internal sealed record RabbitMQPorts(int Amqp, int Distribution, int PortMapper, int? Management);

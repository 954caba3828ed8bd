using System.Diagnostics;
using System.Security.Cryptography;
using Aspire.Hosting;
using Aspire.Hosting.Running;

namespace AlgoStack.Testing;

/// <summary>
/// The PostgreSQL and RabbitMQ that a test run uses: those of <c>ConnectionStrings__algostack</c> and
/// <c>ConnectionStrings__messaging</c> when given, which is how <c>./test</c> shares one of each among all test projects,
/// else private ones that live as long as this process, however it ends.
/// </summary>
public static class TestServers
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(100);

    private static readonly Lazy<TestFolder> Folder = new(TestFolder.Create);
    private static readonly Lazy<Task<string>> Postgres = new(GetPostgresAsync);
    private static readonly Lazy<Task<RabbitMQTestServer>> RabbitMQ = new(GetRabbitMQAsync);

    /// <summary>An Npgsql connection string of a superuser, without a database.</summary>
    public static Task<string> PostgresAsync() => Postgres.Value;

    public static Task<RabbitMQTestServer> RabbitMQAsync() => RabbitMQ.Value;

    private static async Task<string> GetPostgresAsync()
    {
        if (Environment.GetEnvironmentVariable("ConnectionStrings__algostack") is { Length: > 0 } given) return given;

        var folder = Folder.Value.Subfolder("postgres");
        var server = new PostgresServer(folder, LoopbackPorts.Any(), "postgres", NewPassword(), Path.Combine(folder, "server.log"));
        await server.PrepareAsync(CancellationToken.None);
        var process = await SupervisedProcess.StartAsync(server.Process(), CancellationToken.None);
        Folder.Value.Own(process);
        await WaitAsync("PostgreSQL", process, token => ServerProbes.PostgresAsync(server.ConnectionString, token));
        return server.ConnectionString;
    }

    private static async Task<RabbitMQTestServer> GetRabbitMQAsync()
    {
        if (Environment.GetEnvironmentVariable("ConnectionStrings__messaging") is { Length: > 0 } given)
        {
            var management = Environment.GetEnvironmentVariable("ALGOSTACK_TEST_RABBITMQ_MANAGEMENT");
            return new RabbitMQTestServer(new Uri(given), new Uri(management ?? throw new InvalidOperationException(
                "ConnectionStrings__messaging is given without ALGOSTACK_TEST_RABBITMQ_MANAGEMENT, the address of its management plug-in, which makes the virtual hosts.")));
        }

        var ports = new RabbitMQPorts(LoopbackPorts.Any(), LoopbackPorts.Any(), LoopbackPorts.Any(), LoopbackPorts.Any());
        var folder = Folder.Value.Subfolder("rabbitmq");
        var server = new RabbitMQServer(folder, ports, "algostack", NewPassword(), Path.Combine(folder, "server.log"));
        await server.PrepareAsync(CancellationToken.None);
        var process = await SupervisedProcess.StartAsync(server.Process(), CancellationToken.None);
        Folder.Value.Own(process);
        await WaitAsync("RabbitMQ", process, token => ServerProbes.RabbitMQAsync(new Uri(server.ConnectionString), token));
        return new RabbitMQTestServer(new Uri(server.ConnectionString), new Uri($"http://127.0.0.1:{ports.Management}"));
    }

    private static async Task WaitAsync(string name, SupervisedProcess process, Func<CancellationToken, Task<string?>> probe)
    {
        var started = Stopwatch.GetTimestamp();
        while (await probe(CancellationToken.None) is { } reason)
        {
            if (process.Exited.IsCompleted)
                throw new DistributedApplicationException($"{name} ended with exit code {await process.Exited} while starting.");
            if (Stopwatch.GetElapsedTime(started) > StartTimeout)
                throw new DistributedApplicationException($"{name} did not answer within {StartTimeout.TotalSeconds} s: {reason}");

            await Task.Delay(ProbeInterval);
        }
    }

    private static string NewPassword() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}

/// <summary>Where a RabbitMQ for tests is: its AMQP address with user and password, and its management plug-in's.</summary>
public sealed record RabbitMQTestServer(Uri Amqp, Uri Management);

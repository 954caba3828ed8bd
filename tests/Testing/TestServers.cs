using System.Security.Cryptography;
using Aspire.Hosting.Running;

namespace AlgoStack.Testing;

/// <summary>
/// The PostgreSQL and RabbitMQ that a test run uses: those of <c>ConnectionStrings__algostack</c> and
/// <c>ConnectionStrings__messaging</c> when given, which is how <c>./test</c> shares one of each among all test projects,
/// else private ones that live as long as this process, however it ends.
/// </summary>
public static class TestServers
{
    internal const string PostgresVariable = "ConnectionStrings__algostack";
    internal const string RabbitMQVariable = "ConnectionStrings__messaging";
    internal const string ManagementVariable = "ALGOSTACK_TEST_RABBITMQ_MANAGEMENT";

    private static readonly Lazy<TestFolder> Folder = new(TestFolder.Create);
    private static readonly Lazy<Task<string>> Postgres = new(GetPostgresAsync);
    private static readonly Lazy<Task<RabbitMQTestServer>> RabbitMQ = new(GetRabbitMQAsync);

    /// <summary>An Npgsql connection string of a superuser, without a database.</summary>
    public static Task<string> PostgresAsync() => Postgres.Value;

    public static Task<RabbitMQTestServer> RabbitMQAsync() => RabbitMQ.Value;

    /// <summary>A PostgreSQL of the test's own, to be killed and started again.</summary>
    public static async Task<PrivateServer> StartPrivatePostgresAsync()
    {
        var folder = Folder.Value.NewSubfolder("postgres");
        var server = new PostgresServer(folder, LoopbackPorts.Any(), "postgres", NewPassword(), Path.Combine(folder, "server.log"));
        await server.PrepareAsync(CancellationToken.None);
        return await PrivateServer.StartAsync(
            "PostgreSQL", server.ConnectionString, server.Process(), token => ServerProbes.PostgresAsync(server.ConnectionString, token));
    }

    /// <summary>A RabbitMQ of the test's own, to be killed and started again. Without the management plug-in it is up sooner.</summary>
    public static Task<PrivateServer> StartPrivateRabbitMQAsync() => StartRabbitMQAsync(new RabbitMQPorts(LoopbackPorts.Any(), Management: null));

    /// <summary>A new folder that goes when this process ends.</summary>
    internal static string NewFolder(string name) => Folder.Value.NewSubfolder(name);

    private static async Task<string> GetPostgresAsync()
    {
        if (Environment.GetEnvironmentVariable(PostgresVariable) is { Length: > 0 } given) return given;

        var server = await StartPrivatePostgresAsync();
        Folder.Value.Own(server);
        return server.ConnectionString;
    }

    private static async Task<RabbitMQTestServer> GetRabbitMQAsync()
    {
        if (Environment.GetEnvironmentVariable(RabbitMQVariable) is { Length: > 0 } given)
        {
            var address = Environment.GetEnvironmentVariable(ManagementVariable) ?? throw new InvalidOperationException(
                $"{RabbitMQVariable} is given without {ManagementVariable}, the address of its management plug-in, which makes the virtual hosts.");
            return new RabbitMQTestServer(new Uri(given), new Uri(address));
        }

        var management = LoopbackPorts.Any();
        var server = await StartRabbitMQAsync(new RabbitMQPorts(LoopbackPorts.Any(), management));
        Folder.Value.Own(server);
        return new RabbitMQTestServer(new Uri(server.ConnectionString), new Uri($"http://127.0.0.1:{management}"));
    }

    private static async Task<PrivateServer> StartRabbitMQAsync(RabbitMQPorts ports)
    {
        var folder = Folder.Value.NewSubfolder("rabbitmq");
        var server = new RabbitMQServer(folder, ports, "algostack", NewPassword(), Path.Combine(folder, "server.log"));
        await server.PrepareAsync(CancellationToken.None);
        return await PrivateServer.StartAsync(
            "RabbitMQ", server.ConnectionString, server.Process(), token => ServerProbes.RabbitMQAsync(new Uri(server.ConnectionString), token));
    }

    private static string NewPassword() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}

/// <summary>Where a RabbitMQ for tests is: its AMQP address with user and password, and its management plug-in's.</summary>
public sealed record RabbitMQTestServer(Uri Amqp, Uri Management);

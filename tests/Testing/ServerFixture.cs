using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Xunit;

namespace AlgoStack.Testing;

/// <summary>
/// A class (or collection) fixture over <see cref="TestServers"/>: hands out databases and virtual hosts that nobody else
/// uses and drops them at the end. Servers start when first asked for; one that is not installed fails the test.
/// </summary>
public sealed class ServerFixture : IAsyncLifetime
{
    private const int DropsAtOnce = 8;

    private readonly List<string> _databases = [];
    private readonly List<string> _virtualHosts = [];

    public Task InitializeAsync() => Task.CompletedTask;

    /// <summary>The Npgsql connection string of a new, empty database; user is a superuser.</summary>
    public async Task<string> CreateSchemaDatabaseAsync()
    {
        var server = await TestServers.PostgresAsync();
        var name = NewName();
        await ExecuteAsync(server, $"create database {name}");
        lock (_databases) _databases.Add(name);
        return new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
    }

    /// <summary><c>amqp://user:password@host:port/name</c> of a new, empty virtual host.</summary>
    public async Task<string> CreateVirtualHostAsync()
    {
        var server = await TestServers.RabbitMQAsync();
        var name = NewName();
        // The user who makes a virtual host is given all permissions on it.
        await ManageAsync(server, HttpMethod.Put, name);
        lock (_virtualHosts) _virtualHosts.Add(name);
        return new UriBuilder(server.Amqp) { Path = name }.Uri.AbsoluteUri;
    }

    public async Task DisposeAsync()
    {
        // Each drop waits for a checkpoint, and several wait for the same one.
        var together = new ParallelOptions { MaxDegreeOfParallelism = DropsAtOnce };
        await Task.WhenAll(
            Parallel.ForEachAsync(_databases, together, async (name, _) =>
                await ExecuteAsync(await TestServers.PostgresAsync(), $"drop database if exists {name} with (force)")),
            Parallel.ForEachAsync(_virtualHosts, together, async (name, _) =>
                await ManageAsync(await TestServers.RabbitMQAsync(), HttpMethod.Delete, name)));
    }

    private static string NewName() => string.Create(CultureInfo.InvariantCulture, $"test_{RandomNumberGenerator.GetHexString(12, lowercase: true)}");

    private static async Task ExecuteAsync(string server, string sql)
    {
        var once = new NpgsqlConnectionStringBuilder(server) { Database = "postgres", Pooling = false };
        await using var connection = new NpgsqlConnection(once.ConnectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // The name in it is made above.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    private static async Task ManageAsync(RabbitMQTestServer server, HttpMethod method, string virtualHost)
    {
        using var client = new HttpClient { BaseAddress = server.Management };
        using var request = new HttpRequestMessage(method, $"/api/vhosts/{virtualHost}");
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(server.Amqp.UserInfo))));
        using var response = await client.SendAsync(request);
        response.EnsureSuccessStatusCode();
    }
}

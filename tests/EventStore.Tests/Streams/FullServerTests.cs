using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using AlgoStack.EventStore.Streams;
using AlgoStack.EventStore.Tests.Projections;
using AlgoStack.Postgres;
using AlgoStack.Testing;
using FluentAssertions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Xunit;

namespace AlgoStack.EventStore.Tests.Streams;

/// <summary>A server that has no room left: on its disk, or for another connection.</summary>
public sealed class FullServerTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    private static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(60);

    [SmallDiskFact]
    public async Task A_disk_that_fills_up_costs_nothing_but_the_commits_it_refused()
    {
        await using var server = await TestServers.StartPrivatePostgresAsync();
        await using var disk = await SmallDisk.MountAsync(Path.Combine(server.Folder, "disk"), megabytes: 24);
        var ballast = Path.Combine(disk.Folder, "ballast");
        await File.WriteAllBytesAsync(ballast, new byte[6 * 1024 * 1024]);
        await using var store = await TestStore.StartAsync(await DatabaseOnAsync(disk, server), "full", o =>
        {
            o.Inline<Balances>();
            o.Async<Applied>();
        });

        var committed = 0;
        var refusal = await FillAsync();

        refusal.Message.Should().StartWith("PostgreSQL has no room left: could not extend file").And.EndWith("Nothing was written.");
        (await store.RowsAsync("select count(*), coalesce(max(version), 0) from mt_events")).Should().Equal($"{committed}|{committed}");
        (await store.RowsAsync("select id, version from mt_streams")).Should().Equal($"filling|{committed}");
        (await store.ScalarAsync<decimal>("select sum(changes) from balances")).Should().Be(committed);
        (await store.StreamAsync("filling")).Should().HaveCount(committed, "what is there is still read");

        File.Delete(ballast);
        await store.AppendAsync("filling", new Deposited(1, "there is room again"));
        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);
        (await store.RowsAsync("select count(*), max(version) from applied")).Should().Equal($"{committed + 1}|{committed + 1}");
        await Eventually.True(async () => (await store.HealthAsync()).Entries["projections"].Status == HealthStatus.Healthy);

        async Task<StoreFullException> FillAsync()
        {
            while (true)
            {
                try
                {
                    // Nothing that the server could compress.
                    await store.AppendAsync("filling", new Deposited(1, RandomNumberGenerator.GetHexString(500_000)));
                    committed++;
                }
                catch (StoreFullException e)
                {
                    return e;
                }
            }
        }
    }

    private static async Task HoldAllAsync(TestStore store, List<NpgsqlConnection> held)
    {
        try
        {
            while (true) held.Add(await store.Database.OpenConnectionAsync());
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.TooManyConnections)
        {
        }
    }

    [Fact]
    public async Task A_server_that_takes_no_more_connections_is_said_to_and_by_whom_it_was_asked()
    {
        var database = await LimitedDatabaseAsync();
        await using var store = await TestStore.StartAsync(database.ConnectionString, "crowded");
        await store.AppendAsync("a", new Opened("Ada"));
        var held = new List<NpgsqlConnection>();
        try
        {
            // Nobody else gives a connection back.
            await store.Daemon.StoppingAsync(CancellationToken.None);
            await database.LimitAsync(3);
            await HoldAllAsync(store, held);
            var session = store.Log.OpenSession();
            session.Append("a", new Deposited(1));

            Func<Task>[] calls =
            [
                () => session.SaveChangesAsync(),
                () => session.FetchStreamAsync("a"),
                () => session.FetchStreamStateAsync("a"),
                () => session.TryReceiveAsync(Guid.NewGuid(), "test"),
                () => session.LastSequenceAsync("test", "feed", 0),
            ];
            foreach (var call in calls)
            {
                (await call.Should().ThrowAsync<TooManyConnectionsException>()).WithMessage(
                    "PostgreSQL takes no more connections (too many connections for database *): * asked for one more of up to 12 as algostack_crowded.");
            }

            // Not by giving connections back: a server counts one until it has seen it off.
            await database.LimitAsync(-1);
            await session.SaveChangesAsync();
            (await session.FetchStreamStateAsync("a"))!.Version.Should().Be(2, "what was not sent is still in the session");
        }
        finally
        {
            foreach (var connection in held) await connection.DisposeAsync();
        }
    }

    private static async Task<string> DatabaseOnAsync(SmallDisk disk, PrivateServer server)
    {
        var admin = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "postgres" };
        await using var source = NpgsqlDataSource.Create(admin);
        foreach (var sql in (string[])[$"create tablespace small location '{disk.Folder}'", "create database full_soon tablespace small"])
        {
            await using var command = source.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }

        admin.Database = "full_soon";
        return admin.ConnectionString;
    }

    /// <summary>A database of a user who is no superuser, to whom limits apply.</summary>
    private async Task<LimitedDatabase> LimitedDatabaseAsync()
    {
        var admin = new NpgsqlConnectionStringBuilder(await servers.CreateSchemaDatabaseAsync());
        var user = $"user_of_{admin.Database}";
        var password = RandomNumberGenerator.GetHexString(32);
        var limited = new LimitedDatabase(
            admin.ConnectionString, new NpgsqlConnectionStringBuilder(admin.ConnectionString) { Username = user, Password = password }.ConnectionString, admin.Database!);
        await limited.ExecuteAsync($"create role {user} login createrole password '{password}'; alter database {admin.Database} owner to {user}");
        return limited;
    }

    private sealed record LimitedDatabase(string Admin, string ConnectionString, string Name)
    {
        public Task LimitAsync(int connections) => ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"alter database {Name} connection limit {connections}"));

        public async Task ExecuteAsync(string sql)
        {
            // In another database: there it would count until the server has seen it off, and give room to somebody later.
            await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Admin) { Database = "postgres", Pooling = false }.ConnectionString);
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    /// <summary>A file system in memory that PostgreSQL's account may write to.</summary>
    private sealed class SmallDisk(string folder) : IAsyncDisposable
    {
        public string Folder => folder;

        public static async Task<SmallDisk> MountAsync(string folder, int megabytes)
        {
            Directory.CreateDirectory(folder);
            await RunAsync("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m"), "tmpfs", folder);
            await RunAsync("chown", "postgres", folder);
            return new SmallDisk(folder);
        }

        public async ValueTask DisposeAsync() => await RunAsync("umount", "--lazy", folder);

        private static async Task RunAsync(string program, params string[] arguments)
        {
            using var process = Process.Start(program, arguments);
            await process.WaitForExitAsync();
            process.ExitCode.Should().Be(0, "{0} {1} should succeed", program, string.Join(' ', arguments));
        }
    }

    private sealed class SmallDiskFactAttribute : FactAttribute
    {
        public SmallDiskFactAttribute()
        {
            if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess) Skip = "Only root can mount a small disk.";
        }
    }
}

using System.Net;
using System.Net.Sockets;
using AlgoStack.Postgres;
using AlgoStack.Testing;
using FluentAssertions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace AlgoStack.EventStore.Tests.Postgres;

public sealed class MigratorTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task A_service_works_as_its_own_role_in_its_own_schema()
    {
        var database = await DatabaseAsync("owned");
        await MigrateAsync(database, "First");

        await using var source = database.CreateDataSource();

        (await ScalarAsync(source, "select current_user::text")).Should().Be("algostack_owned");
        (await ScalarAsync(source, "select current_schema()::text")).Should().Be("owned");
        (await ScalarAsync(source, "select tableowner::text from pg_tables where schemaname = 'owned' and tablename = 'things'"))
            .Should().Be("algostack_owned");
    }

    [Fact]
    public async Task A_role_may_not_touch_another_services_schema()
    {
        var connectionString = await servers.CreateSchemaDatabaseAsync();
        var mine = new ServiceDatabase(connectionString, "mine", "test");
        await MigrateAsync(mine, "First");
        await MigrateAsync(new ServiceDatabase(connectionString, "theirs", "test"), "First");

        await using var source = mine.CreateDataSource();
        var read = () => ScalarAsync(source, "select count(*) from theirs.things");

        (await read.Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be(PostgresErrorCodes.InsufficientPrivilege);
    }

    [Fact]
    public async Task Migrations_are_applied_once_and_new_ones_later()
    {
        var database = await DatabaseAsync("later");
        await MigrateAsync(database, "First");
        await MigrateAsync(database, "First");
        await MigrateAsync(database, "Second");

        await using var source = database.CreateDataSource();
        (await ScalarAsync(source, "select string_agg(name, ',' order by number) from migrations where source = 'test'"))
            .Should().Be("0001_things,0002_weight");
    }

    [Fact]
    public async Task Many_processes_that_start_together_apply_each_migration_once()
    {
        var database = await DatabaseAsync("together");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => MigrateAsync(database, "Second")));

        await using var source = database.CreateDataSource();
        (await ScalarAsync(source, "select count(*) from migrations")).Should().Be(2L);
    }

    [Fact]
    public async Task Services_of_several_databases_may_make_the_same_role_together()
    {
        var databases = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => DatabaseAsync($"shared_{Environment.ProcessId}")));

        await Task.WhenAll(databases.Select(d => MigrateAsync(d, "First")));
    }

    [Fact]
    public async Task A_migration_that_was_changed_after_it_was_applied_is_refused()
    {
        var database = await DatabaseAsync("changed");
        await MigrateAsync(database, "First");

        var again = () => MigrateAsync(database, "Rewritten");

        (await again.Should().ThrowAsync<MigrationException>()).WithMessage("Schema changed: migration 0001_things of test was applied with checksum *");
    }

    [Fact]
    public async Task A_schema_from_a_newer_version_is_refused()
    {
        var database = await DatabaseAsync("newer");
        await MigrateAsync(database, "Second");

        var again = () => MigrateAsync(database, "First");

        (await again.Should().ThrowAsync<MigrationException>())
            .WithMessage("Schema newer: migration 2 of test was applied by a newer version; this one knows up to 1.");
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_nothing_behind()
    {
        var database = await DatabaseAsync("half");
        var broken = () => MigrateAsync(database, "Broken");
        await broken.Should().ThrowAsync<PostgresException>();

        await using var source = database.CreateDataSource();
        (await ScalarAsync(source, "select to_regclass('half.half')::text")).Should().Be(DBNull.Value);
        (await ScalarAsync(source, "select count(*) from migrations")).Should().Be(0L);
    }

    [Fact]
    public void A_missing_connection_string_is_named()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:algostack", "")]);

        var add = () => builder.AddPostgres("algostack", "signal");

        add.Should().Throw<PostgresConfigurationException>()
            .WithMessage("ConnectionStrings:algostack is not set; expected an Npgsql connection string.");
    }

    [Fact]
    public async Task A_service_waits_for_a_server_that_starts_after_it()
    {
        var real = new NpgsqlConnectionStringBuilder(await servers.CreateSchemaDatabaseAsync());
        var address = new IPEndPoint(IPAddress.Parse(real.Host!), real.Port);
        using var reserved = new TcpListener(IPAddress.Loopback, 0);
        reserved.Start();
        var port = ((IPEndPoint)reserved.LocalEndpoint).Port;
        reserved.Stop();

        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(
            [new("ConnectionStrings:algostack", new NpgsqlConnectionStringBuilder(real.ConnectionString) { Host = "127.0.0.1", Port = port }.ConnectionString)]);
        builder.AddPostgres("algostack", "waiting");
        using var host = builder.Build();
        var start = host.StartAsync();
        start.IsCompleted.Should().BeFalse();

        await using var server = new LoopbackForwarder(port, address);
        await start.WaitAsync(Eventually.DefaultTimeout);
        var health = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        health.Status.Should().Be(HealthStatus.Healthy);
        await host.StopAsync();
    }

    private async Task<ServiceDatabase> DatabaseAsync(string schema) => new(await servers.CreateSchemaDatabaseAsync(), schema, "test");

    private static Task MigrateAsync(ServiceDatabase database, string folder) =>
        new Migrator(database, NullLogger<Migrator>.Instance).MigrateAsync(
            [new MigrationSource("test", typeof(MigratorTests).Assembly, folder)], CancellationToken.None);

    private static async Task<object?> ScalarAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}

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
    public async Task A_version_of_before_runs_on_a_schema_that_was_only_added_to()
    {
        var database = await DatabaseAsync("newer");
        await MigrateAsync(database, "Second");

        await MigrateAsync(database, "First");

        await using var source = database.CreateDataSource();
        (await ScalarAsync(source, "select count(*) from migrations")).Should().Be(2L);
    }

    [Fact]
    public async Task A_schema_that_takes_away_what_a_version_needs_is_refused()
    {
        var database = await DatabaseAsync("contracted");
        await MigrateAsync(database, "Contract");

        await MigrateAsync(database, "Second");
        var first = () => MigrateAsync(database, "First");

        (await first.Should().ThrowAsync<MigrationException>()).WithMessage(
            "Schema contracted: migration 0003_without_weight of test was applied by a newer version and needs one that knows 2; this one knows up to 1.");
    }

    [Fact]
    public async Task A_database_from_before_migrations_said_what_they_need_is_taken_on()
    {
        var database = await DatabaseAsync("before");
        await MigrateAsync(database, "First");
        await using var source = database.CreateDataSource();
        await ScalarAsync(source, "alter table migrations drop column needs");

        await MigrateAsync(database, "Contract");

        (await ScalarAsync(source, "select string_agg(needs::text, ',' order by number) from migrations")).Should().Be("0,0,2");
    }

    [Fact]
    public async Task A_migration_that_takes_something_away_has_to_say_so()
    {
        var database = await DatabaseAsync("removing");

        var migrate = () => MigrateAsync(database, "Removing");

        (await migrate.Should().ThrowAsync<MigrationException>()).WithMessage(
            "Migration 0002_less of test: 'rename column' takes something away; expected a line '-- contract: needs NNNN' *");
        await using var owner = database.CreateOwnerConnection();
        await owner.OpenAsync();
        await using var schemas = new NpgsqlCommand("select count(*) from pg_namespace where nspname = 'removing'", owner);
        (await schemas.ExecuteScalarAsync()).Should().Be(0L, "it is found out before anything is done");
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_nothing_behind_of_any()
    {
        var database = await DatabaseAsync("half");

        var broken = () => MigrateAsync(database, "Second", "Broken");

        (await broken.Should().ThrowAsync<MigrationException>())
            .WithMessage("Schema half: migration 0001_half of Broken failed: *").WithInnerException<PostgresException>();
        await using var source = database.CreateDataSource();
        (await ScalarAsync(source, "select string_agg(tablename, ',' order by tablename) from pg_tables where schemaname = 'half'")).Should().Be("migrations,service_builds");
        (await ScalarAsync(source, "select count(*) from migrations")).Should().Be(0L);
    }

    [Fact]
    public async Task A_migration_between_others_that_were_applied_is_refused()
    {
        var database = await DatabaseAsync("late");
        await MigrateAsync(database, "Indexed");
        await using var source = database.CreateDataSource();
        await ScalarAsync(source, "delete from migrations where number = 2");

        var again = () => MigrateAsync(database, "Indexed");

        (await again.Should().ThrowAsync<MigrationException>())
            .WithMessage("Schema late: migration 0002_index of test comes too late: 4 was applied before it.");
    }

    [Fact]
    public async Task Indexes_are_built_beside_writers_where_a_migration_asks_for_it()
    {
        var database = await DatabaseAsync("indexed");
        await MigrateAsync(database, "First");
        await using var source = database.CreateDataSource();
        // What an index that was not finished leaves.
        await ScalarAsync(source, "create index things_length on things (length(name))");
        await using var owner = database.CreateOwnerConnection();
        await owner.OpenAsync();
        await using (var spoil = new NpgsqlCommand("update pg_index set indisvalid = false where indexrelid = 'indexed.things_length'::regclass", owner))
            await spoil.ExecuteNonQueryAsync();

        await using var writer = await source.OpenConnectionAsync();
        var writing = await writer.BeginTransactionAsync();
        await using (var write = new NpgsqlCommand("insert into things values ('a')", writer)) await write.ExecuteNonQueryAsync();
        // Eight at once, which must not wait for each other's snapshots.
        var migrating = Task.WhenAll(Enumerable.Range(0, 8).Select(_ => MigrateAsync(database, "Indexed")));
        await using var waiting = new NpgsqlCommand(
            "select exists (select from pg_stat_activity where query like '%index concurrently%' and wait_event_type = 'Lock')", owner);
        await Eventually.True(async () => await waiting.ExecuteScalarAsync() is true);
        await using (var other = source.CreateCommand("insert into things values ('b')")) await other.ExecuteNonQueryAsync();
        await writing.CommitAsync();
        await migrating.WaitAsync(Eventually.DefaultTimeout);

        (await ScalarAsync(source, "select string_agg(indexrelid::regclass || ' ' || indisvalid, ',' order by 1) from pg_index where indrelid = 'things'::regclass and not indisprimary"))
            .Should().Be("things_length true,things_upper true");
    }

    [Fact]
    public async Task A_busy_table_is_not_waited_for_with_a_queue_behind()
    {
        var database = await DatabaseAsync("busy");
        await MigrateAsync(database, "First");
        await using var source = database.CreateDataSource();
        await using var reader = await source.OpenConnectionAsync();
        await using var reading = await reader.BeginTransactionAsync();
        await using (var read = new NpgsqlCommand("select count(*) from things", reader)) await read.ExecuteScalarAsync();

        var migrate = () => MigrateAsync(database, "Second");

        (await migrate.Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be(PostgresErrorCodes.LockNotAvailable);
    }

    [Fact]
    public async Task What_differs_from_what_migrations_make_is_named()
    {
        var database = await DatabaseAsync("drifting");
        await MigrateAsync(database, "Indexed");
        await using var source = database.CreateDataSource();
        var drift = new SchemaDrift(database, [SourceOf("Indexed")]);
        (await drift.FindAsync()).Should().BeEmpty();

        await ScalarAsync(
            source,
            """
            alter table things add column colour text;
            alter table things alter column name set default 'none';
            drop index things_upper;
            create index by_hand on things (colour);
            alter table things add constraint short check (length(name) < 9);
            create table left_over (n int);
            create or replace function double(n integer) returns integer language sql as $$ select 3 * n $$
            """);

        (await drift.FindAsync()).Should().SatisfyRespectively(
            different => different.Should().Be("column things.name: expected 'text not null', found 'text not null default 'none'::text'"),
            body => body.Should().StartWith("function double(n integer): expected 'CREATE").And.Contain("3 * n"),
            missing => missing.Should().Be("index things_upper is missing"),
            unknown => unknown.Should().Be("column left_over.n is unknown"),
            unknown => unknown.Should().Be("column things.colour is unknown"),
            unknown => unknown.Should().Be("constraint things.short is unknown"),
            unknown => unknown.Should().Be("index by_hand is unknown"),
            unknown => unknown.Should().Be("table left_over is unknown"));
        (await ScalarAsync(source, "select count(*) from pg_namespace where nspname like 'drifting%'")).Should().Be(1L);
        (await new SchemaDrift(database, [SourceOf("First")]).FindAsync()).Should().BeEmpty("what a newer version added is no drift");
    }

    [Fact]
    public async Task A_store_that_runs_has_not_drifted()
    {
        await using var store = await TestStore.StartAsync(await servers.CreateSchemaDatabaseAsync(), "kept");

        (await store.Service<SchemaDrift>().FindAsync()).Should().BeEmpty();
        (await store.HealthAsync()).Entries["schema"].Status.Should().Be(HealthStatus.Healthy);
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

    private static Task MigrateAsync(ServiceDatabase database, string folder, params string[] others) =>
        new Migrator(database, NullLogger<Migrator>.Instance).MigrateAsync(
            [SourceOf(folder), .. others.Select(other => SourceOf(other) with { Name = other })], CancellationToken.None);

    private static MigrationSource SourceOf(string folder) => new("test", typeof(MigratorTests).Assembly, folder);

    private static async Task<object?> ScalarAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}

using AlgoStack.Postgres;
using AlgoStack.Testing;
using FluentAssertions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AlgoStack.EventStore.Tests.Postgres;

public sealed class ServiceBuildTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    private static readonly ServiceBuild Before = new("routing", "1.4.0+aaa", 2);
    private static readonly ServiceBuild After = new("routing", "1.5.0+bbb", 3);

    [Fact]
    public async Task A_newer_build_runs_where_an_older_one_was_and_then_keeps_it_out()
    {
        var database = await DatabaseAsync("newer");
        await StartAsync(database, Before);
        await StartAsync(database, After);

        var old = () => StartAsync(database, Before);

        (await old.Should().ThrowAsync<MigrationException>()).WithMessage(
            "Schema newer: this is routing 1.4.0+aaa (contract 2), which is older than routing 1.5.0+bbb (contract 3), the newest that was registered there.");
        await StartAsync(database, After);
    }

    [Fact]
    public async Task Builds_of_one_contract_may_follow_each_other_in_any_order()
    {
        var database = await DatabaseAsync("rolling");
        foreach (var build in (string[])["1.4.0+aaa", "1.5.0+bbb", "1.4.0+aaa"]) await StartAsync(database, Before with { Build = build });

        (await RowsAsync(database)).Should().BeEquivalentTo("1.4.0+aaa 2", "1.5.0+bbb 2");
    }

    [Fact]
    public async Task What_another_service_registered_in_the_schema_is_its_own_affair()
    {
        var database = await DatabaseAsync("shared");
        await StartAsync(database, After with { Service = "another" });

        await StartAsync(database, Before);
    }

    [Theory]
    [InlineData(
        "alter table service_builds drop constraint service_builds_contract_version_check; insert into service_builds values ('routing', 'x', -5, now())",
        "Schema garbage: table service_builds says contract '-5' of routing x; expected a whole number above zero. Delete that row.")]
    [InlineData(
        "drop table service_builds; create table service_builds (service text, build text, contract_version text, registered_at timestamptz); insert into service_builds values ('routing', 'x', 'two', now())",
        "Schema garbage: table service_builds says contract 'two' of routing x; expected a whole number above zero. Delete that row.")]
    [InlineData(
        "drop table service_builds; create table service_builds (nothing text)",
        "Schema garbage: table service_builds is not as it was made (column * does not exist); drop it once no newer build works here.")]
    public async Task Garbage_in_the_table_is_named_and_nothing_is_applied(string garbage, string sentence)
    {
        var database = await DatabaseAsync("garbage");
        await StartAsync(database, Before);
        await using (var source = database.CreateDataSource())
        {
#pragma warning disable CA2100 // Given above.
            await using var command = source.CreateCommand(garbage);
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync();
        }

        var start = () => StartAsync(database, Before);

        (await start.Should().ThrowAsync<MigrationException>()).WithMessage(sentence);
    }

    [Fact]
    public async Task A_build_that_runs_is_not_well_once_a_newer_one_is_registered()
    {
        var connectionString = await servers.CreateSchemaDatabaseAsync();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "routing" });
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:algostack", connectionString)]);
        builder.AddPostgres("algostack", "running");
        using var host = builder.Build();
        await host.StartAsync();
        var own = host.Services.GetRequiredService<ServiceBuild>();
        (await HealthAsync(host)).Should().Be(new HealthReportEntryText(HealthStatus.Healthy, null));

        await StartAsync(new ServiceDatabase(connectionString, "running", "test"), After with { ContractVersion = own.ContractVersion + 1 });

        var health = await HealthAsync(host);
        health.Status.Should().Be(HealthStatus.Unhealthy);
        health.Reason.Should().Contain(own.ToString()).And.Contain("1.5.0+bbb");
        await host.StopAsync();
    }

    private static async Task<HealthReportEntryText> HealthAsync(IHost host)
    {
        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Name == "build");
        return new HealthReportEntryText(report.Entries["build"].Status, report.Entries["build"].Description);
    }

    private async Task<ServiceDatabase> DatabaseAsync(string schema) => new(await servers.CreateSchemaDatabaseAsync(), schema, "test");

    private static Task StartAsync(ServiceDatabase database, ServiceBuild build) =>
        new Migrator(database, NullLogger<Migrator>.Instance, build: build).MigrateAsync([], CancellationToken.None);

    private static async Task<IReadOnlyList<string>> RowsAsync(ServiceDatabase database)
    {
        await using var source = database.CreateDataSource();
        await using var command = source.CreateCommand("select build || ' ' || contract_version from service_builds");
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync()) rows.Add(reader.GetString(0));
        return rows;
    }

    private sealed record HealthReportEntryText(HealthStatus Status, string? Reason);
}

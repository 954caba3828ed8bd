using AlgoStack.Postgres;
using AlgoStack.ServiceDefaults.Configuration;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using AlgoStack.Testing.Trading;
using FluentAssertions;
using Npgsql;
using Xunit;

namespace AlgoStack.BrokerRouting.Tests;

public sealed class HandshakeTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    private static readonly ServiceBuild Own = ServiceBuild.Of("AlgoStack.BrokerRouting", typeof(BrokerRoutingService).Assembly);

    [Fact]
    public async Task A_stale_build_ends_with_one_sentence_that_names_both_and_one_of_the_same_contract_runs()
    {
        await using var around = await RoutingSurroundings.StartAsync(servers, RecordedSession.Of("none", [1]));
        await using (var first = await StartAsync(around))
        {
            await first.ReadyAsync();
            await RegisterAsync(around, "0.0.9+another", Own.ContractVersion);
            await RegisterAsync(around, "9.9.9+newer", Own.ContractVersion + 1);
        }

        await using (var stale = await StartAsync(around))
        {
            (await stale.Exited.WaitAsync(TimeSpan.FromMinutes(2))).Should().Be(InvalidConfigurationException.ExitCode);
            (await File.ReadAllLinesAsync(stale.Log))[^1].Should().Be(
                $"Schema broker_routing: this is {Own}, which is older than AlgoStack.BrokerRouting 9.9.9+newer (contract {Own.ContractVersion + 1}), "
                + "the newest that was registered there.");
        }

        await ExecuteAsync(around, "delete from broker_routing.service_builds where build = '9.9.9+newer'");
        await using var again = await StartAsync(around);
        await again.ReadyAsync();
    }

    private static Task<ServiceProcess> StartAsync(RoutingSurroundings around) => ServiceProcess.StartAsync(
        Own.Service, around.Database, around.Broker, ("ingestion", around.Tape.Address), ("signal", around.Signal.Address));

    private static Task RegisterAsync(RoutingSurroundings around, string build, int contract) => ExecuteAsync(
        around,
        "insert into broker_routing.service_builds (service, build, contract_version, registered_at) values ($1, $2, $3, now())",
        Own.Service,
        build,
        contract);

    private static async Task ExecuteAsync(RoutingSurroundings around, string sql, params object[] values)
    {
        await using var database = NpgsqlDataSource.Create(around.Database);
#pragma warning disable CA2100 // Given above.
        await using var command = database.CreateCommand(sql);
#pragma warning restore CA2100
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync();
    }
}

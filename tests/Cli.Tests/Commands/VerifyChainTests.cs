using AlgoStack.EventStore;
using AlgoStack.EventStore.Inspection;
using AlgoStack.EventStore.Streams;
using AlgoStack.Testing;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace AlgoStack.Cli.Tests.Commands;

/// <summary>A store behind an address that answers as the console's does, with the log of the signal service alone.</summary>
public sealed class VerifyChainTests(ServerFixture servers) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private const int Events = 20;

    private WebApplication _app = null!;
    private string _database = "";

    public async Task InitializeAsync()
    {
        _database = await servers.CreateSchemaDatabaseAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration["ConnectionStrings:algostack"] = _database;
        builder.AddEventStore("algostack", "signal", store => store.Event<Noted>("noted"));
        _app = builder.Build();
        // As the gateway does.
        _app.MapGet("/api/v1/stores/signal/chain/verification", (HttpContext context) =>
            Results.LocalRedirect($"/store/chain/verification{context.Request.QueryString}", preserveMethod: true));
        _app.MapEventStore();
        _app.MapGet("/api/v1/stores/alerting/chain/verification", () => Results.Text("event: reading\ndata: {}\n\n", "text/event-stream"));
        await _app.StartAsync(CancellationToken.None);

        var session = _app.Services.GetRequiredService<EventLog>().OpenSession();
        for (var i = 1; i <= Events; i++) session.Append($"note-{i}", new Noted(i));
        await session.SaveChangesAsync(CancellationToken.None);
        await Eventually.True(async () => await ScalarAsync("select coalesce(max(last_seq), 0) from signal.seals") is (long)Events);
    }

    public async Task DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task A_log_as_it_was_sealed_exits_0_with_its_head()
    {
        var head = await HeadAsync();

        var service = await RunAsync("--service", "signal");
        var database = await RunAsync("--database", _database);

        service.Output.Should().Be($"signal          whole: 20 events in 1 seals, 0 not sealed yet, 0 findings, head {head}\n");
        service.ExitCode.Should().Be(0);
        database.Should().Be(service);
    }

    [Fact]
    public async Task Events_that_were_tampered_with_exit_6_and_are_named()
    {
        var head = await HeadAsync();
        await ScalarAsync("update signal.mt_events set data = '{\"Number\": 9}' where seq_id = 3");
        await ScalarAsync("delete from signal.mt_events where seq_id = 5");

        var service = await RunAsync("--service", "signal");
        var database = await RunAsync("--database", _database, "--schema", "signal");
        var json = await RunAsync("--service", "signal", "--json");

        service.Output.Should().Be(
            $"""
            signal          event 3 was changed: note-3 version 1
            signal          event 5 was removed
            signal          TAMPERED: 20 events in 1 seals, 0 not sealed yet, 2 findings, head {head}

            """);
        service.ExitCode.Should().Be(6);
        database.Should().Be(service);
        json.Json.GetProperty("whole").GetBoolean().Should().BeFalse();
        var findings = json.Json.GetProperty("stores")[0].GetProperty("findings");
        findings[0].GetProperty("kind").GetString().Should().Be("EventChanged");
        findings[0].GetProperty("streamId").GetString().Should().Be("note-3");
        findings[1].GetProperty("sequence").GetInt64().Should().Be(5);
    }

    [Fact]
    public async Task A_head_that_was_kept_is_looked_for()
    {
        var head = await HeadAsync();

        (await RunAsync("--service", "signal", "--head", head.ToUpperInvariant())).Output
            .Should().EndWith($"head {head.ToUpperInvariant()} is seal 1 of signal, up to sequence 20; 0 seals follow\n");
        await ScalarAsync("delete from signal.seals");
        await ScalarAsync("delete from signal.mt_events");
        foreach (var algo in (Algo[])[await RunAsync("--service", "signal", "--head", head), await RunAsync("--database", _database, "--head", head)])
        {
            algo.ExitCode.Should().Be(6);
            algo.Output.Should().EndWith($"head {head} is in none of these chains: the newest events were removed with their seals, or seals were made anew\n");
        }
    }

    [Fact]
    public async Task A_service_that_breaks_off_has_verified_nothing()
    {
        var algo = await RunAsync("--service", "alerting");

        algo.Should().Be(new Algo(1, "", "algo: alerting broke off before it had verified its log.\n"));
    }

    [Theory]
    [InlineData(2, "--head", "abc")]
    [InlineData(2, "--service", "ingestion")]
    [InlineData(2, "--schema", "signal")]
    [InlineData(2, "--database", "no connection")]
    [InlineData(1, "--database", "Host=127.0.0.1;Port=1")]
    public async Task What_cannot_be_verified_says_why(int exitCode, params string[] options)
    {
        var algo = await RunAsync(options);

        algo.ExitCode.Should().Be(exitCode);
        algo.Error.Should().StartWith("algo: ");
    }

    [Fact]
    public async Task A_schema_or_database_without_a_chain_exits_5()
    {
        (await RunAsync("--database", _database, "--schema", "elsewhere")).ExitCode.Should().Be(5);
        (await RunAsync("--database", await servers.CreateSchemaDatabaseAsync())).ExitCode.Should().Be(5);
    }

    private Task<Algo> RunAsync(params string[] options) =>
        Algo.RunAsync(["verify", "chain", .. options, "--url", _app.Urls.First()], CancellationToken.None);

    private async Task<string> HeadAsync() => (string)(await ScalarAsync("select encode(hash, 'hex') from signal.seals order by number desc limit 1"))!;

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_database);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(CancellationToken.None);
    }

    private sealed record Noted(int Number);
}

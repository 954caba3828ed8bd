using AlgoStack.Contracts.Backtests;
using AlgoStack.Testing;
using AlgoStack.Testing.OpenApi;
using AlgoStack.Testing.Services;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Backtest.Tests;

public sealed class DocumentTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    // Nobody is asked.
    private static readonly Uri Nobody = new("http://127.0.0.1:9");

    [Fact]
    public async Task The_document_has_every_endpoint_and_what_it_answers()
    {
        await using var service = await StartAsync(Nobody);

        CommittedDocument.ShouldHold(await DocumentedEndpoints.ShouldBeWholeAsync(service.Http, service.Services), "backtest");
    }

    [Fact]
    public async Task A_backtest_whose_answer_got_lost_is_begun_once()
    {
        await using var tape = await HttpPeer.StartAsync(new DailyTape(100).Map);
        await using var service = await StartAsync(tape.Address);

        await LostAnswers.ShouldBeDoneOnceAsync(
            service.Http, service.Services, "/api/backtest/replay", new StartBacktest(Instruments: [DailyTape.Instrument], Timeframe: "1d"));

        (await service.GetAsync<List<BacktestView>>("/api/backtest")).Should().ContainSingle();
    }

    [Fact]
    public async Task A_sweep_whose_answer_got_lost_is_begun_once()
    {
        await using var tape = await HttpPeer.StartAsync(new DailyTape(100).Map);
        await using var service = await StartAsync(tape.Address);

        await LostAnswers.ShouldBeDoneOnceAsync(
            service.Http, service.Services, "/api/backtest/sweeps", new StartSweep("sma-cross", [DailyTape.Instrument], "1d", Grid: "fast=5,10"));

        (await service.GetAsync<List<SweepView>>("/api/backtest/sweeps")).Should().ContainSingle();
    }

    private async Task<ServiceUnderTest> StartAsync(Uri tape) => await ServiceUnderTest.StartAsync(
        BacktestService.Build,
        await servers.CreateSchemaDatabaseAsync(),
        await servers.CreateVirtualHostAsync(),
        ("ingestion", tape),
        ("signal", Nobody),
        ("broker-routing", Nobody));

    [Fact]
    public Task Every_endpoint_lets_in_who_has_its_scope_and_nobody_else() =>
        ScopeMatrix.ShouldHoldAsync(BacktestService.Build, "services/backtest/scopes.txt", servers, "ingestion", "signal", "broker-routing");
}

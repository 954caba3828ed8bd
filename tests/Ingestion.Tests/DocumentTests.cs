using System.Net.Http.Json;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Ingestion.Tests.Running;
using AlgoStack.Testing;
using AlgoStack.Testing.OpenApi;
using AlgoStack.Testing.Services;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Ingestion.Tests;

public sealed class DocumentTests(IngestionFixture fixture) : IClassFixture<IngestionFixture>, IDisposable
{
    private readonly Csv _csv = new();

    [Fact]
    public async Task The_document_has_every_endpoint_and_what_it_answers() =>
        CommittedDocument.ShouldHold(await DocumentedEndpoints.ShouldBeWholeAsync(fixture.Ingestion.Http, fixture.Ingestion.Get<IServiceProvider>()), "ingestion");

    [Fact]
    public async Task A_replay_whose_answer_got_lost_is_begun_once()
    {
        var replay = new StartReplay(_csv.Write("bars.csv", [Csv.Header, .. Csv.Minutes("A", 0, 3)]), "max");

        await LostAnswers.ShouldBeDoneOnceAsync(
            fixture.Ingestion.Http, fixture.Ingestion.Get<IServiceProvider>(), "/replays", replay);

        (await fixture.Ingestion.Http.GetFromJsonAsync<List<SessionStatus>>("/sessions"))!.Should().ContainSingle(s => s.Kind == "replay");
    }

    public void Dispose() => _csv.Dispose();

    [Fact]
    public Task Every_endpoint_lets_in_who_has_its_scope_and_nobody_else() =>
        ScopeMatrix.ShouldHoldAsync(builder => builder.AddIngestion().Build().MapIngestion(), "services/ingestion/scopes.txt", fixture.Servers);
}

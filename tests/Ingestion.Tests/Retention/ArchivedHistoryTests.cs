using System.Net;
using System.Net.Http.Json;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Operations;
using AlgoStack.Ingestion.Retention;
using AlgoStack.Ingestion.Tape.Kinds;
using AlgoStack.Ingestion.Tests.Running;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Ingestion.Tests.Retention;

public sealed class ArchivedHistoryTests(IngestionFixture fixture) : IClassFixture<IngestionFixture>, IDisposable
{
    private const string History = "/history?instrument=KEPT.SIM&timeframe=1m&limit=";

    private readonly Csv _csv = new();

    [Fact]
    public async Task History_batches_and_imports_do_not_tell_an_archived_month_from_one_on_the_tape()
    {
        await fixture.RestartAsync(null, $"--Archives:Folder={_csv.PathOf("archives")}");
        var file = _csv.Write("kept.csv", [Csv.Header, .. Csv.Minutes("KEPT", 0, 20_000)]);
        var first = await fixture.Ingestion.ReplayAsync(new StartReplay(file, "max"));
        var (history, newest, batches) = (await HistoryAsync(100_000), await HistoryAsync(500), await fixture.Ingestion.BarsAsync(first.SessionId));

        await fixture.Ingestion.Get<TapeArchiver>().ArchiveAsync(Bars.Kind, new DateOnly(2024, 1, 1), CancellationToken.None);
        (await fixture.ScalarAsync<long>("select count(*) from bars")).Should().Be(0);

        (await HistoryAsync(100_000)).Should().BeEquivalentTo(history, o => o.WithStrictOrdering());
        (await HistoryAsync(500)).Should().BeEquivalentTo(newest, o => o.WithStrictOrdering());
        (await fixture.Ingestion.BarsAsync(first.SessionId)).Should().BeEquivalentTo(batches, o => o.WithStrictOrdering());
        var second = await fixture.Ingestion.ReplayAsync(new StartReplay(file, "max"));
        (second.State, second.BarsAccepted).Should().Be(("completed", 20_000));
        (await fixture.ScalarAsync<long>("select count(*) from bars")).Should().Be(0, "the same file twice changes nothing");
        (await fixture.Ingestion.BarsAsync(second.SessionId)).Should().BeEquivalentTo(batches, o => o.WithStrictOrdering());
        (await ArchivesAsync()).Should().ContainSingle().Which.Should().BeEquivalentTo(new { Name = "bars_202401_1", State = "archived", Rows = 20_000 });

        using var restored = await fixture.Ingestion.Http.PostAsync("/archives/bars_202401_1/restore", null);
        (await restored.Content.ReadFromJsonAsync<ArchiveStatus>())!.State.Should().Be("restored");
        (await fixture.ScalarAsync<long>("select count(*) from bars")).Should().Be(20_000);
        using var run = await fixture.Ingestion.Http.PostAsync("/archives", null);
        (await run.Content.ReadFromJsonAsync<ArchiveStatus[]>()).Should().BeEmpty("what came back stays a while");
        using var unknown = await fixture.Ingestion.Http.PostAsync("/archives/bars_190001_1/restore", null);
        unknown.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    public void Dispose() => _csv.Dispose();

    private async Task<BarColumns> HistoryAsync(int limit) => (await fixture.Ingestion.Http.GetFromJsonAsync<BarColumns>($"{History}{limit}"))!;

    private async Task<ArchiveStatus[]> ArchivesAsync() => (await fixture.Ingestion.Http.GetFromJsonAsync<ArchiveStatus[]>("/archives"))!;
}

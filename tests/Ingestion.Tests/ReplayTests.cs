using System.Diagnostics;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Ingestion.Tests.Running;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;
using Xunit.Abstractions;

namespace AlgoStack.Ingestion.Tests;

public sealed class ReplayTests(IngestionFixture fixture, ITestOutputHelper output) : IClassFixture<IngestionFixture>
{
    [Fact]
    public async Task A_file_reaches_the_bus_and_can_be_read_back()
    {
        var status = await fixture.Ingestion.ReplayAsync(new StartReplay(Path.Combine(Repository.Root, "data/sp500-2000/sp500-2000.csv"), "max"));

        status.State.Should().Be("completed", status.Error);
        status.BarsAccepted.Should().Be(5_105);
        status.Timeframe.Should().Be("1d");
        await Eventually.Equal(status.LastSequence, () => (long)fixture.Listener.Of(status.SessionId).Count);
        var batches = fixture.Listener.Of(status.SessionId);
        batches.Select(b => b.Sequence).Should().Equal(1);
        batches.Select(b => b.EndOfSession).Should().Equal(true);
        batches.Sum(b => b.Bars.Count).Should().Be(5_105);
        batches[0].Instruments.Should().Equal(new InstrumentTerms("SP500-2000.SIM", 0.01m, 1m, "USD"));

        var back = await fixture.Ingestion.BarsAsync(status.SessionId);
        back.Should().BeEquivalentTo(batches.Select(b => b.Bars), o => o.WithStrictOrdering());
    }

    [SharedDataFact]
    public async Task Twenty_years_of_hours_take_seconds()
    {
        var watch = Stopwatch.StartNew();
        var status = await fixture.Ingestion.ReplayAsync(new StartReplay(SharedData.Path("bars/hour_us_equity_lean.csv.gz"), "max"));
        output.WriteLine($"{watch.Elapsed.TotalSeconds:0.00} s wall, read {status.FirstReadAt - status.StartedAt}, total {status.EndedAt - status.FirstReadAt}");
        status.State.Should().Be("completed", status.Error);
        status.BarsAccepted.Should().Be(204_105);
        watch.Restart();
        var back = await fixture.Ingestion.BarsAsync(status.SessionId);
        output.WriteLine($"read back in {watch.Elapsed.TotalSeconds:0.00} s");
        back.Sum(b => b.Count).Should().Be(204_105);
    }
}

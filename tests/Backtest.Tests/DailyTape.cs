using AlgoStack.Contracts.MarketData;
using AlgoStack.Testing.Trading;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace AlgoStack.Backtest.Tests;

/// <summary>Answers as ingestion does: some instruments, and one of them with days of bars that a test may alter.</summary>
internal sealed class DailyTape
{
    public const string Instrument = "SP500-2000.SIM";

    /// <summary>One of two venues, neither with a bar.</summary>
    public const string Ambiguous = "TWIN";

    private BarColumns _bars;

    public DailyTape(int days)
    {
        using var session = RecordedSession.Of("tape", [days]);
        _bars = session.Batches[0].Bars;
    }

    public BarColumns Bars => _bars;

    /// <summary>What is awaited before any history is answered.</summary>
    public Func<Task> BeforeHistory { get; set; } = () => Task.CompletedTask;

    public DateTimeOffset Close(int row) => DateTimeOffset.FromUnixTimeMilliseconds(_bars.CloseMs[row]);

    /// <summary>As if the publisher had corrected the last close.</summary>
    public void Alter() => _bars = _bars with { Close = [.. _bars.Close[..^1], _bars.Close[^1] * 1.001] };

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/instruments", () => ((string[])[Instrument, $"{Ambiguous}.AAA", $"{Ambiguous}.BBB"]).Select(id => new InstrumentTerms(id, 0.01m, 1m, "USD")));
        routes.MapGet("/sessions/{id}", () => Results.NotFound());
        routes.MapGet("/history", async (string instrument, string timeframe, DateTimeOffset? from, DateTimeOffset? to, int limit) =>
        {
            await BeforeHistory();
            var of = Between(instrument == Instrument && timeframe == "1d", from, to, limit);
            return Results.Stream(body => of.WriteAsync(body), BarColumns.MediaType);
        });
    }

    private BarColumns Between(bool isKnown, DateTimeOffset? from, DateTimeOffset? to, int limit)
    {
        int[] rows = [.. Enumerable.Range(0, isKnown ? _bars.Count : 0).Where(i => !(Close(i) < from) && !(Close(i) > to)).TakeLast(limit)];
        return new BarColumns(
            _bars.Instruments,
            [.. rows.Select(i => _bars.Instrument[i])],
            [.. rows.Select(i => _bars.CloseMs[i])],
            [.. rows.Select(i => _bars.Open[i])],
            [.. rows.Select(i => _bars.High[i])],
            [.. rows.Select(i => _bars.Low[i])],
            [.. rows.Select(i => _bars.Close[i])],
            [.. rows.Select(i => _bars.Volume[i])]);
    }
}

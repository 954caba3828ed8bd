using AlgoStack.Contracts.Backtests;
using AlgoStack.EventStore.Streams;
using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Backtest.Backtests;

/// <summary>
/// <c>GET /api/backtest/{id}</c>: how far it is, and its report. <c>GET /api/backtest/events?backtest=&amp;kind=&amp;after=&amp;limit=</c>:
/// what came of it, in order; <c>after</c> is the number of the last one seen.
/// </summary>
public static class GetBacktest
{
    private const int DefaultLimit = 1_000;
    private const int MostRows = 10_000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/backtest/events", ReadEventsAsync);
        routes.MapGet("/api/backtest/{id}", ReadAsync);
    }

    public static BacktestView Running(BacktestStarted started) =>
        new(started.BacktestId, "running", started.Request, 0, 0, 0, 0, null, null, [], [], null, started.At, null);

    private static async Task<IResult> ReadAsync(string id, EventLog log, CancellationToken cancellationToken)
    {
        var events = await log.OpenSession().FetchStreamAsync(BacktestStarted.StreamOf(id), cancellationToken: cancellationToken);
        if (events.Count == 0) return Unknown(id);

        var view = Running((BacktestStarted)events[0].Data);
        foreach (var stored in events) view = After(view, stored.Data);
        return Results.Ok(view);
    }

    private static BacktestView After(BacktestView view, object data) => data switch
    {
        BacktestBegun => view with { Bars = 0, Signals = 0, Intents = 0, Fills = 0 },
        BacktestAdvanced advanced => view with
        {
            Bars = advanced.Bars,
            Signals = view.Signals + advanced.Events.Count(e => e.Kind == "signal"),
            Intents = view.Intents + advanced.Events.Count(e => e.Kind == "order_requested"),
            Fills = view.Fills + advanced.Events.Count(e => e.Kind == "order_filled"),
        },
        BacktestFinished finished => finished.Report,
        BacktestBroke broke => view with { State = "failed", Error = broke.Reason, EndedAt = broke.At },
        _ => view,
    };

    private static async Task<IResult> ReadEventsAsync(
        EventLog log, string backtest, CancellationToken cancellationToken, string? kind = null, long after = 0, int limit = DefaultLimit)
    {
        var events = await log.OpenSession().FetchStreamAsync(BacktestStarted.StreamOf(backtest), cancellationToken: cancellationToken);
        if (events.Count == 0) return Unknown(backtest);

        var begun = events.ToList().FindLastIndex(e => e.Data is BacktestBegun);
        return Results.Ok(events.Skip(begun + 1).Select(e => e.Data).OfType<BacktestAdvanced>()
            .SelectMany(a => a.Events)
            .Select((e, i) => new { Number = i + 1L, e.Kind, e.Id, e.Instrument, e.Strategy, e.Detail, e.At })
            .Where(e => e.Number > after && (kind is null || e.Kind == kind))
            .Take(Math.Clamp(limit, 1, MostRows)));
    }

    private static ProblemHttpResult Unknown(string id) => Problem.NotFound("backtest_unknown", $"There is no backtest {id}.");
}

using System.Text.Json;
using AlgoStack.Contracts.Backtests;
using AlgoStack.EventStore.Projections;
using AlgoStack.EventStore.Streams;

namespace AlgoStack.Backtest.Backtests;

/// <summary>A backtest as it stands.</summary>
/// <param name="Version">Of the stream: who appends what ends it expects this one.</param>
/// <param name="Result">See <see cref="BacktestFinished"/>.</param>
public sealed record KeptBacktest(BacktestView View, long Version, JsonElement? Result = null)
{
    public bool HasEnded => View.State is "completed" or "failed" or "canceled";
}

/// <summary>Every backtest as it stands, written with the commit that moves it.</summary>
public sealed class BacktestTable : SingleStreamProjection<KeptBacktest>
{
    public override string Name => "backtests";

    public static BacktestView Waiting(BacktestStarted started) =>
        new(started.BacktestId, "waiting", started.Request, 0, 0, 0, 0, null, null, [], [], null, started.At, null);

    public Task<KeptBacktest?> FindAsync(string backtestId, CancellationToken cancellationToken) =>
        LoadAsync(BacktestStarted.StreamOf(backtestId), cancellationToken);

    public override KeptBacktest? Evolve(KeptBacktest? snapshot, StoredEvent e)
    {
        if (e.Data is BacktestStarted started) return new KeptBacktest(Waiting(started), e.Version);
        return snapshot is null
            ? null
            : new KeptBacktest(After(snapshot.View, e.Data), e.Version, (e.Data as BacktestFinished)?.Result ?? snapshot.Result);
    }

    private static BacktestView After(BacktestView view, object data) => data switch
    {
        BacktestBegun begun => view with
        {
            State = "running",
            Bars = 0,
            Signals = 0,
            Intents = 0,
            Fills = 0,
            BarsInAll = begun.Bars,
            Progress = begun.Bars is null ? null : 0,
            Instruments = begun.Instruments,
            Strategies = begun.Strategies,
        },
        BacktestAdvanced advanced => view with
        {
            Bars = advanced.Bars,
            Signals = view.Signals + advanced.Events.Count(e => e.Kind == "signal"),
            Intents = view.Intents + advanced.Events.Count(e => e.Kind == "order_requested"),
            Fills = view.Fills + advanced.Events.Count(e => e.Kind == "order_filled"),
            Progress = view.BarsInAll is { } all ? (double)advanced.Bars / all : null,
        },
        BacktestFinished finished => finished.Report,
        BacktestBroke broke => view with { State = "failed", Error = broke.Reason, EndedAt = broke.At },
        BacktestCanceled canceled => view with { State = "canceled", EndedAt = canceled.At },
        _ => view,
    };
}

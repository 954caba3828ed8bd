using System.Globalization;
using System.Text.Json;
using AlgoStack.Backtesting;
using AlgoStack.Backtesting.Reports;
using AlgoStack.Contracts.Backtests;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.EventStore.Streams;
using AlgoStack.Simulation;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Backtest.Backtests;

/// <summary>Runs one backtest to its end, noting what comes of it in its stream as it goes.</summary>
public sealed class RunBacktest(TapeData data, EventLog log, TimeProvider clock)
{
    /// <summary>Steps that a run which nothing paces is cut into, about; between two it can be canceled.</summary>
    private const int Steps = 1_000;

    /// <summary>How long a step may take: far more than any that comes to an end.</summary>
    public TimeSpan StepLimit { get; init; } = TimeSpan.FromMinutes(1);

    /// <exception cref="NoDataException">There is nothing to run on.</exception>
    /// <exception cref="FormatException">There is no such strategy or model.</exception>
    /// <exception cref="EngineException">A strategy threw, or does not come to an end.</exception>
    /// <exception cref="ConcurrencyException">Something else came into the stream: it was canceled, or somebody else runs it.</exception>
    public Task RunAsync(BacktestStarted started, CancellationToken cancellationToken) =>
        RunAsync(started, Plans.Of(started.Request.Strategies, started.Request.Models), cancellationToken);

    /// <inheritdoc cref="RunAsync(BacktestStarted, CancellationToken)"/>
    public async Task RunAsync(BacktestStarted started, BacktestPlan plan, CancellationToken cancellationToken)
    {
        var request = started.Request;
        if (!ReplayPace.TryParse(request.Speed, out var pace)) throw new NoDataException($"Speed: expected 1x to 1000x or max, found '{request.Speed}'.");

        var notes = await RunNotes.OpenAsync(log, clock, started.BacktestId, cancellationToken);
        var stretches = await data.OfAsync(request, cancellationToken);
        var bars = TapeData.Traded(stretches);
        if (bars.Count == 0) throw new NoDataException($"Session {request.SessionId} has bars to warm up with, and none to trade.");

        await notes.BeginAsync(bars, plan, cancellationToken);
        using var run = new BacktestRun(plan.Settings, bars.Timeframe, plan.Strategies);
        var step = pace.IsUnpaced ? Math.Max(1, bars.Count / Steps) : 1;
        foreach (var stretch in stretches)
        {
            if (stretch.WarmUp) await StepAsync(() => run.WarmUp(stretch.Bars), stretch.Bars, 0, stretch.Bars.Count, cancellationToken);
            else await AdvanceAsync(run, stretch.Bars, step, pace, notes, cancellationToken);
        }

        await notes.AdvancedAsync(run, bars.CloseMs[^1], cancellationToken);
        await FinishAsync(started, run, stretches, bars, plan, notes, cancellationToken);
    }

    private async Task AdvanceAsync(
        BacktestRun run, BarSeries bars, int step, ReplayPace pace, RunNotes notes, CancellationToken cancellationToken)
    {
        for (var row = 0; row < bars.Count;)
        {
            var (from, end) = (row, BacktestRun.EndOfInstant(bars, Math.Min(row + step, bars.Count) - 1, bars.Count));
            await StepAsync(() => run.Run(bars, from, end), bars, from, end, cancellationToken);
            await notes.StepAsync(run, bars.CloseMs[end - 1], end - from, atOnce: !pace.IsUnpaced, cancellationToken);
            if (end < bars.Count && !pace.IsUnpaced)
                await Task.Delay(pace.Between(bars.CloseMs[end - 1], bars.CloseMs[end]), clock, cancellationToken);
            row = end;
        }
    }

    // Nothing stops a thread against its will: one that is given up keeps a core busy until it ends by itself. It is none of
    // the pool's, which would miss it.
    private async Task StepAsync(Action step, BarSeries bars, int from, int end, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Factory.StartNew(step, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                .WaitAsync(StepLimit, clock, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new EngineException($"{Where()}: expected them done within {StepLimit.TotalSeconds:0.##} s; a strategy does not come to an end.", e);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new EngineException($"{Where()}: {e.GetType().Name}: {e.Message}", e);
        }

        string Where() => string.Create(CultureInfo.InvariantCulture, $"Bars of {Time(bars.CloseMs[from])} to {Time(bars.CloseMs[end - 1])}");
    }

    private async Task FinishAsync(
        BacktestStarted started,
        BacktestRun run,
        IReadOnlyList<Stretch> stretches,
        BarSeries bars,
        BacktestPlan plan,
        RunNotes notes,
        CancellationToken cancellationToken)
    {
        var hash = DataHash.Of(stretches.Select(s => s.Bars));
        var curve = notes.Curve();
        CurvePoint[][] curves = [.. curve.GroupBy(p => p.Currency, StringComparer.Ordinal).Select(Points)];
        var result = Backtester.Result(run, BacktestData.Of(bars, NameOf(started.Request, bars)), bars, plan, notes.Signals, curves, trades: []) with { MarginCalls = notes.MarginCalls };
        await notes.AppendAsync(
            new BacktestFinished(
                new BacktestView(
                    started.BacktestId,
                    "completed",
                    started.Request,
                    notes.Bars,
                    notes.Signals,
                    run.Session.Intents,
                    run.Session.Fills,
                    run.Session.OrderListHash,
                    hash,
                    Report.Statistics(result),
                    curve,
                    null,
                    started.At,
                    clock.GetUtcNow(),
                    bars.Count,
                    Progress: 1,
                    [.. bars.Instruments.Select(i => i.Id.Value)],
                    Plans.Choices(plan),
                    bars.Timeframe.ToString()),
                Json(result with { Data = result.Data with { Hash = hash } })),
            cancellationToken);
    }

    private static string NameOf(StartBacktest request, BarSeries bars) =>
        request.SessionId is { } session ? $"Session {session}" : $"{string.Join(", ", bars.Instruments.Select(i => i.Id.Value))} {bars.Timeframe}";

    private static CurvePoint[] Points(IEnumerable<EquityPoint> curve) =>
        [.. curve.Select(p => new CurvePoint(p.At.ToUnixTimeMilliseconds(), (double)p.Equity))];

    private static JsonElement Json(BacktestResult result)
    {
        using var json = new MemoryStream();
        JsonReport.Write(json, result);
        using var document = JsonDocument.Parse(json.GetBuffer().AsMemory(0, (int)json.Length));
        return document.RootElement.Clone();
    }

    private static string Time(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

/// <summary>The engines broke, or did not come back, over the bars that the message names.</summary>
public sealed class EngineException(string message, Exception inner) : Exception(message, inner);

using System.Diagnostics;
using System.Globalization;
using AlgoStack.Backtesting;
using AlgoStack.Backtesting.Sweeps;
using AlgoStack.Cli.Reaching;
using AlgoStack.Contracts.Backtests;
using Spectre.Console;

namespace AlgoStack.Cli.Backtests;

/// <summary>A sweep in the service, by all of its instances, over bars of the tape.</summary>
internal sealed class TapeSweep(Terminal terminal, ConsoleClient console)
{
    private const string Path = "/api/v1/backtest/sweeps";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);

    /// <summary>An instance that dies is back by then, or another answers.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(5);

    /// <summary>Less than the process is given to end.</summary>
    private static readonly TimeSpan CancelTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Waits for the sweep to end; being cancelled, it cancels the sweep.</summary>
    /// <param name="plan">Of the same request.</param>
    /// <exception cref="CommandFailedException">It was refused, or failed, or somebody else cancelled it.</exception>
    public async Task<SweepResult> RunAsync(StartSweep request, SweepPlan plan, CancellationToken cancellationToken)
    {
        var sweep = await BeginAsync(request, cancellationToken);
        try
        {
            sweep = await WatchAsync(sweep, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await CancelAsync(sweep);
            throw;
        }

        if (sweep.State != "completed") throw new CommandFailedException(ExitCode.Failed, sweep.Error ?? $"Sweep {sweep.SweepId} is {sweep.State}.");

        var data = new BacktestData(
            string.Join(", ", request.Instruments),
            request.Instruments,
            request.Timeframe,
            sweep.Bars,
            sweep.FirstClose.ToUnixTimeMilliseconds(),
            sweep.LastClose.ToUnixTimeMilliseconds(),
            sweep.DataHash);
        return new SweepResult(data, plan.Strategy.Name, plan.Models, await OutcomesAsync(sweep.SweepId, cancellationToken), sweep.LeftOut);
    }

    private async Task<SweepView> BeginAsync(StartSweep request, CancellationToken cancellationToken)
    {
        try
        {
            return await console.PostAsync<SweepView>(Path, request, cancellationToken);
        }
        catch (ConsoleProblemException e) when ((int)e.Status is >= 400 and < 500)
        {
            throw new CommandFailedException(ExitCode.NothingUseful, e.Message);
        }
    }

    private async Task<SweepView> WatchAsync(SweepView sweep, CancellationToken cancellationToken)
    {
        if (!terminal.IsWatched)
        {
            terminal.Note($"sweep {sweep.SweepId}: {Figure.Count(sweep.Combinations)} combinations");
            var said = Stopwatch.GetTimestamp();
            return await FollowAsync(
                sweep,
                now =>
                {
                    if (Stopwatch.GetElapsedTime(said) < LineInterval) return;
                    said = Stopwatch.GetTimestamp();
                    terminal.Note(string.Create(
                        CultureInfo.InvariantCulture, $"sweep {now.SweepId} {now.State}: {now.Done:N0} of {now.Combinations:N0} combinations, {now.Failed:N0} failed"));
                },
                cancellationToken);
        }

        return await terminal.Ansi().Progress().AutoClear(enabled: true).StartAsync(drawn =>
        {
            var task = drawn.AddTask("combinations", maxValue: sweep.Combinations);
            return FollowAsync(sweep, now => task.Value = now.Done, cancellationToken);
        });
    }

    private async Task<SweepView> FollowAsync(SweepView sweep, Action<SweepView> show, CancellationToken cancellationToken)
    {
        var heard = Stopwatch.GetTimestamp();
        while (sweep.EndedAt is null)
        {
            await Task.Delay(Interval, cancellationToken);
            try
            {
                sweep = await console.GetAsync<SweepView>($"{Path}/{sweep.SweepId}", cancellationToken);
                heard = Stopwatch.GetTimestamp();
            }
            catch (Exception e) when (
                e is NotReachableException or ConsoleProblemException { IsPassing: true } && Stopwatch.GetElapsedTime(heard) < LongestSilence)
            {
                // The sweep goes on without whoever answers.
            }

            show(sweep);
        }

        return sweep;
    }

    private async Task CancelAsync(SweepView sweep)
    {
        using var timeout = new CancellationTokenSource(CancelTimeout);
        try
        {
            await console.DeleteAsync<SweepView>($"{Path}/{sweep.SweepId}", timeout.Token);
        }
        catch (Exception e) when (e is ConsoleProblemException or NotReachableException or OperationCanceledException)
        {
            terminal.Note($"Sweep {sweep.SweepId} may go on, for it could not be canceled: {e.Message}");
        }
    }

    private async Task<IReadOnlyList<SweepOutcome>> OutcomesAsync(string sweep, CancellationToken cancellationToken)
    {
        var outcomes = new List<SweepOutcome>();
        for (var after = 0L; ;)
        {
            var page = await console.GetAsync<OutcomePage>($"{Path}/{sweep}/outcomes?after={after}&days=true", cancellationToken);
            if (page.Next == after) return [.. outcomes.OrderBy(o => o.Index)];

            outcomes.AddRange(page.Outcomes);
            after = page.Next;
        }
    }

    private sealed record OutcomePage(IReadOnlyList<SweepOutcome> Outcomes, long Next);
}

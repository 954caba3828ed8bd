using System.Diagnostics;
using System.Globalization;
using AlgoStack.Cli.Reaching;
using AlgoStack.Contracts.Backtests;
using Spectre.Console;

namespace AlgoStack.Cli.Backtests;

/// <summary>A backtest in the service, over bars of the tape.</summary>
internal static class TapeBacktest
{
    public const string Path = "/api/v1/backtest";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);

    /// <summary>A process that was told to stop has 3 seconds left.</summary>
    private static readonly TimeSpan CancelTimeout = TimeSpan.FromSeconds(2);

    public static string PathOf(string backtestId) => $"{Path}/{Uri.EscapeDataString(backtestId)}";

    /// <summary>Starts it and follows it to its end. Who cancels the command cancels the backtest.</summary>
    /// <param name="start">Where it is asked for.</param>
    public static async Task<BacktestView> RunAsync(
        Terminal terminal, ConsoleClient console, string start, object body, CancellationToken cancellationToken)
    {
        BacktestView backtest;
        try
        {
            backtest = await console.PostAsync<BacktestView>(start, body, cancellationToken);
        }
        catch (ConsoleProblemException e) when ((int)e.Status is >= 400 and < 500)
        {
            throw new CommandFailedException(ExitCode.NothingUseful, e.Message);
        }

        try
        {
            return terminal.IsWatched
                ? await DrawAsync(terminal, console, backtest, cancellationToken)
                : await FollowAsync(console, backtest, NoteEvery(terminal), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await CancelAsync(terminal, console, backtest.BacktestId);
            throw;
        }
    }

    private static Task<BacktestView> DrawAsync(
        Terminal terminal, ConsoleClient console, BacktestView backtest, CancellationToken cancellationToken) =>
        terminal.Ansi().Progress().AutoClear(enabled: true).StartAsync(drawn =>
        {
            var task = drawn.AddTask("bars", maxValue: 1);
            return FollowAsync(
                console,
                backtest,
                view =>
                {
                    task.Description = view.State == "waiting" ? "waiting" : "bars";
                    task.Value = view.Progress ?? 0;
                },
                cancellationToken);
        });

    private static async Task<BacktestView> FollowAsync(
        ConsoleClient console, BacktestView backtest, Action<BacktestView> show, CancellationToken cancellationToken)
    {
        while (backtest.EndedAt is null)
        {
            await Task.Delay(Interval, cancellationToken);
            backtest = await console.GetAsync<BacktestView>(PathOf(backtest.BacktestId), cancellationToken);
            show(backtest);
        }

        return backtest;
    }

    private static Action<BacktestView> NoteEvery(Terminal terminal)
    {
        var said = Stopwatch.GetTimestamp();
        return view =>
        {
            if (Stopwatch.GetElapsedTime(said) < LineInterval) return;

            said = Stopwatch.GetTimestamp();
            terminal.Note(string.Create(
                CultureInfo.InvariantCulture,
                $"{view.BacktestId} {view.State}: {view.Bars:N0} of {view.BarsInAll ?? 0:N0} bars, {view.Signals:N0} signals, {view.Fills:N0} fills"));
        };
    }

    private static async Task CancelAsync(Terminal terminal, ConsoleClient console, string backtestId)
    {
        using var timeout = new CancellationTokenSource(CancelTimeout);
        try
        {
            await console.DeleteAsync<BacktestView>(PathOf(backtestId), timeout.Token);
        }
        catch (Exception e) when (e is ConsoleProblemException or NotReachableException or OperationCanceledException)
        {
            terminal.Note($"backtest {backtestId} was not canceled: {e.Message}");
        }
    }
}

using System.Diagnostics;
using AlgoStack.Cli.Reaching;
using Spectre.Console;

namespace AlgoStack.Cli.Backtests;

/// <summary>What the service runs over bars of the tape while the command waits for it, and draws how far it is.</summary>
/// <typeparam name="TView">The service's view of it.</typeparam>
internal abstract class TapeRun<TView>(Terminal terminal, ConsoleClient console)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);

    /// <summary>An instance that dies is back by then, or another answers.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(5);

    /// <summary>A process that was told to stop has 3 seconds left.</summary>
    private static readonly TimeSpan CancelTimeout = TimeSpan.FromSeconds(2);

    protected Terminal Terminal => terminal;

    protected ConsoleClient Console => console;

    /// <summary>Where it is asked for again, and deleted.</summary>
    protected abstract string PathOf(TView view);

    /// <summary>As in <c>sweep 7</c>.</summary>
    protected abstract string NameOf(TView view);

    protected abstract bool HasEnded(TView view);

    /// <summary>What is counted, and how much of it is done, 0 to 1.</summary>
    protected abstract (string Counted, double Done) ProgressOf(TView view);

    /// <summary>How far it is, as a line.</summary>
    protected abstract string LineOf(TView view);

    /// <param name="path">Where it is asked for.</param>
    /// <exception cref="CommandFailedException">It was refused.</exception>
    protected async Task<TView> StartAsync(string path, object body, CancellationToken cancellationToken)
    {
        try
        {
            return await console.PostAsync<TView>(path, body, cancellationToken);
        }
        catch (ConsoleProblemException e) when ((int)e.Status is >= 400 and < 500)
        {
            throw new CommandFailedException(ExitCode.NothingUseful, e.Message);
        }
    }

    /// <summary>Waits for its end. Who cancels the command cancels it.</summary>
    protected async Task<TView> FollowAsync(TView view, CancellationToken cancellationToken)
    {
        try
        {
            return terminal.IsWatched ? await DrawAsync(view, cancellationToken) : await PollAsync(view, NoteEvery(), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await CancelAsync(view);
            throw;
        }
    }

    private Task<TView> DrawAsync(TView view, CancellationToken cancellationToken) =>
        terminal.Ansi().Progress().AutoClear(enabled: true).StartAsync(drawn =>
        {
            var task = drawn.AddTask(ProgressOf(view).Counted, maxValue: 1);
            return PollAsync(view, now => (task.Description, task.Value) = ProgressOf(now), cancellationToken);
        });

    private Action<TView> NoteEvery()
    {
        var said = Stopwatch.GetTimestamp();
        return view =>
        {
            if (Stopwatch.GetElapsedTime(said) < LineInterval) return;

            said = Stopwatch.GetTimestamp();
            terminal.Note(LineOf(view));
        };
    }

    private async Task<TView> PollAsync(TView view, Action<TView> show, CancellationToken cancellationToken)
    {
        var heard = Stopwatch.GetTimestamp();
        while (!HasEnded(view))
        {
            await Task.Delay(Interval, cancellationToken);
            try
            {
                view = await console.GetAsync<TView>(PathOf(view), cancellationToken);
                heard = Stopwatch.GetTimestamp();
            }
            catch (Exception e) when (
                e is NotReachableException or ConsoleProblemException { IsPassing: true } && Stopwatch.GetElapsedTime(heard) < LongestSilence)
            {
                // It goes on without whoever answers.
            }

            show(view);
        }

        return view;
    }

    private async Task CancelAsync(TView view)
    {
        using var timeout = new CancellationTokenSource(CancelTimeout);
        try
        {
            await console.DeleteAsync<TView>(PathOf(view), timeout.Token);
        }
        catch (Exception e) when (e is ConsoleProblemException or NotReachableException or OperationCanceledException)
        {
            terminal.Note($"{NameOf(view)} may go on, for it could not be canceled: {e.Message}");
        }
    }
}

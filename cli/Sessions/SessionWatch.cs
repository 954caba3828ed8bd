using System.Diagnostics;
using System.Globalization;
using AlgoStack.Cli.Reaching;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Orders;
using Spectre.Console;

namespace AlgoStack.Cli.Sessions;

/// <summary>Follows a session until what was asked for is reached, and shows how it goes.</summary>
internal sealed class SessionWatch(Terminal terminal, ConsoleClient console)
{
    /// <summary>With nothing moving for so long, waiting on is pointless. Longer than a restart of a server takes.</summary>
    public static readonly TimeSpan LongestStandstill = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);

    private readonly long _started = Stopwatch.GetTimestamp();
    private bool _filled;
    private string? _trouble;

    /// <summary>The first fill and when it came, once there was one.</summary>
    public OrderView? FirstFill { get; private set; }

    /// <summary>Returns the progress for which <paramref name="reached"/> is true.</summary>
    /// <exception cref="CommandFailedException">Nothing moved for <see cref="LongestStandstill"/>.</exception>
    public async Task<SessionProgress> UntilAsync(
        SessionStatus session, Func<SessionProgress, bool> reached, CancellationToken cancellationToken)
    {
        var start = new SessionProgress(session, null, null, null);
        if (!terminal.IsWatched) return await FollowAsync(start, reached, Lines(), cancellationToken);

        return await terminal.Ansi().Progress()
            .AutoClear(true)
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new SpinnerColumn())
            .StartAsync(bars =>
            {
                var read = bars.AddTask("bars");
                var traded = bars.AddTask("traded");
                return FollowAsync(start, reached, progress => Draw(progress, read, traded), cancellationToken);
            });
    }

    private async Task<SessionProgress> FollowAsync(
        SessionProgress progress, Func<SessionProgress, bool> reached, Action<SessionProgress> show, CancellationToken cancellationToken)
    {
        var moved = Stopwatch.GetTimestamp();
        while (true)
        {
            var now = await SessionProgress.AskAsync(console, progress, cancellationToken);
            if (!now.Mark.Equals(progress.Mark)) moved = Stopwatch.GetTimestamp();
            progress = now;
            await NoteAsync(progress, cancellationToken);
            show(progress);
            if (reached(progress)) return progress;

            // A venue may be quiet for hours; whether a feed is well is alerting's to say.
            if (progress.Session.Kind is not "live" && Stopwatch.GetElapsedTime(moved) > LongestStandstill)
            {
                var why = progress.Trouble is null ? "" : $" ({progress.Trouble})";
                throw new CommandFailedException(
                    ExitCode.Failed, $"{progress.Session.SessionId} has not moved for {LongestStandstill.TotalMinutes:0} minutes: {progress.Missing}{why}.");
            }

            await Task.Delay(Interval, cancellationToken);
        }
    }

    private async Task NoteAsync(SessionProgress progress, CancellationToken cancellationToken)
    {
        if (progress.Trouble != _trouble && progress.Trouble is not null) terminal.Note($"waiting: {progress.Trouble}");
        _trouble = progress.Trouble;
        if (_filled || progress.Routing is not { Fills: > 0 } routing) return;

        _filled = true;
        await NoteFirstFillAsync(routing, cancellationToken);
    }

    private async Task NoteFirstFillAsync(RoutingProgress routing, CancellationToken cancellationToken)
    {
        var after = Stopwatch.GetElapsedTime(_started).TotalSeconds;
        var at = routing.FirstFillAt?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "now";
        try
        {
            var orders = await console.GetAsync<IReadOnlyList<OrderView>>(
                $"/api/v1/orders?session={Uri.EscapeDataString(routing.SessionId)}&limit=50", cancellationToken);
            FirstFill = orders.Where(o => o.Filled > 0).MinBy(o => o.UpdatedAt);
        }
        catch (Exception e) when (e is ConsoleProblemException or NotReachableException)
        {
            // The line below says less then.
        }

        var what = FirstFill is { } o ? $": {o.Side} {o.Filled:0.########} {o.Instrument} at {o.AveragePrice:0.########}" : "";
        terminal.Line(string.Create(CultureInfo.InvariantCulture, $"first fill {at}, {after:0.0} s after the start{what}"));
    }

    private Action<SessionProgress> Lines()
    {
        var said = 0L;
        return progress =>
        {
            if (said != 0 && Stopwatch.GetElapsedTime(said) < LineInterval) return;

            said = Stopwatch.GetTimestamp();
            terminal.Note(Words(progress));
        };
    }

    private static void Draw(SessionProgress progress, ProgressTask read, ProgressTask traded)
    {
        var session = progress.Session;
        if (session.BarsTotal is { } total) read.MaxValue = Math.Max(1, total - session.Duplicates - session.Quarantined.Values.Sum());
        else read.IsIndeterminate = !progress.IsRead;
        read.Value = progress.IsRead ? read.MaxValue : session.BarsAccepted;
        read.Description = string.Create(CultureInfo.InvariantCulture, $"{session.BarsAccepted:N0} bars");

        traded.MaxValue = Math.Max(1, session.LastSequence);
        traded.Value = Math.Min(progress.Routing?.LastSequence ?? 0, session.LastSequence);
        traded.Description = string.Create(
            CultureInfo.InvariantCulture, $"{progress.Routing?.Signals ?? 0:N0} signals, {progress.Routing?.Fills ?? 0:N0} fills");
    }

    private static string Words(SessionProgress progress)
    {
        var session = progress.Session;
        var of = session.BarsTotal is { } total ? string.Create(CultureInfo.InvariantCulture, $" of {total:N0}") : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{session.SessionId} {session.State}: {session.BarsAccepted:N0}{of} bars, {progress.Routing?.Signals ?? 0:N0} signals, {progress.Routing?.Fills ?? 0:N0} fills");
    }
}

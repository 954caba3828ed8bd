using System.CommandLine;
using AlgoStack.Cli.Reaching;
using AlgoStack.Cli.Sessions;
using AlgoStack.Contracts.MarketData;

namespace AlgoStack.Cli.Commands;

/// <summary><c>algo replay</c>: trades a file of bars as if they came now.</summary>
internal static class ReplayCommand
{
    public static Command Create(SharedOptions shared)
    {
        var file = new Argument<string?>("FILE")
        {
            Description = $"A CSV or CSV.gz of bars. Default: {Clone.DefaultReplay} of the repository.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var speed = new Option<string?>("--speed") { Description = "1x to 1000x, or max. Default: a pace that can be watched.", HelpName = "SPEED" };
        var timeframe = new Option<string?>("--timeframe") { Description = "As in 1m, 1h, 1d. Default: the smallest step in the file.", HelpName = "T" };
        var venue = new Option<string?>("--venue") { Description = "Of symbols that name none. Default: SIM.", HelpName = "V" };
        var once = new Option<bool>("--once") { Description = "Wait until all is through, compare with a backtest, and print what it came to." };
        var detach = new Option<bool>("--detach") { Description = "Return as soon as the replay runs." };
        var command = new Command("replay", "Replay a file of bars: signals, paper orders, alerts.") { file, speed, timeframe, venue, once, detach };
        command.Validators.Add(result =>
        {
            if (result.GetValue(once) && result.GetValue(detach)) result.AddError("--once waits and --detach does not: give one of them.");
        });
        shared.SetAction(command, async (parsed, terminal, console, cancellationToken) =>
        {
            var request = new StartReplay(
                FullPath(parsed.GetValue(file)), parsed.GetValue(speed), parsed.GetValue(timeframe), parsed.GetValue(venue));
            var session = await StartAsync(terminal, console, request, cancellationToken);
            if (parsed.GetValue(once)) return await OnceAsync(terminal, console, session, cancellationToken);
            if (parsed.GetValue(detach)) return Started(terminal, session);

            return await WatchAsync(terminal, console, session, cancellationToken);
        });
        return command;
    }

    /// <summary>The data set that ships with the repository, at a pace that can be watched.</summary>
    public static StartReplay Default() => new(FullPath(file: null));

    /// <summary>Starts a replay. A file that cannot be used is refused with file, line and reason.</summary>
    public static async Task<SessionStatus> StartAsync(
        Terminal terminal, ConsoleClient console, StartReplay request, CancellationToken cancellationToken)
    {
        try
        {
            var session = await console.PostAsync<SessionStatus>("/api/v1/replays", request, cancellationToken);
            terminal.Note($"replaying {request.File} as {session.SessionId}; watch it at {console.Address}");
            return session;
        }
        catch (ConsoleProblemException e) when ((int)e.Status is >= 400 and < 500)
        {
            throw new CommandFailedException(ExitCode.NothingUseful, e.Message);
        }
    }

    /// <summary>Follows the session until what was read is traded, then says what it came to.</summary>
    public static async Task<int> WatchAsync(
        Terminal terminal, ConsoleClient console, SessionStatus session, CancellationToken cancellationToken)
    {
        var progress = await new SessionWatch(terminal, console).UntilAsync(session, p => p.IsTraded || p.HasNothing, cancellationToken);
        return RunReport.Finish(terminal, progress, parity: null);
    }

    /// <summary>Follows the session until everything of it is through, and compares it with a backtest.</summary>
    public static async Task<int> OnceAsync(
        Terminal terminal, ConsoleClient console, SessionStatus session, CancellationToken cancellationToken)
    {
        var progress = await new SessionWatch(terminal, console).UntilAsync(session, p => p.IsThrough || p.HasNothing, cancellationToken);
        if (progress.HasNothing) return RunReport.Finish(terminal, progress, parity: null);

        terminal.Note("comparing with a backtest of the same bars");
        var parity = await VerifyCommand.ParityAsync(terminal, console, session.SessionId, cancellationToken);
        return RunReport.Finish(terminal, progress, parity);
    }

    /// <summary>The file's full path, the default's when none is named.</summary>
    public static string FullPath(string? file)
    {
        var path = Path.GetFullPath(file ?? Path.Combine(Clone.Folder(), Clone.DefaultReplay));
        return File.Exists(path) ? path : throw new CommandFailedException(
            ExitCode.NothingUseful, Directory.Exists(path) ? $"{path} is a folder, expected a CSV or CSV.gz of bars." : $"There is no file {path}.");
    }

    private static int Started(Terminal terminal, SessionStatus session)
    {
        terminal.Line(session.SessionId);
        terminal.Result(session);
        return ExitCode.Ok;
    }
}

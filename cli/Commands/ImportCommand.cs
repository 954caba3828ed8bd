using System.CommandLine;
using AlgoStack.Cli.Reaching;
using AlgoStack.Cli.Sessions;
using AlgoStack.Contracts.MarketData;

namespace AlgoStack.Cli.Commands;

/// <summary><c>algo import</c>: puts a file of bars on the tape and trades nothing.</summary>
internal static class ImportCommand
{
    public static Command Create(SharedOptions shared)
    {
        var file = new Argument<string>("FILE") { Description = "A CSV or CSV.gz of bars." };
        var timeframe = new Option<string?>("--timeframe") { Description = "As in 1m, 1h, 1d. Default: the smallest step in the file.", HelpName = "T" };
        var venue = new Option<string?>("--venue") { Description = "Of symbols that name none. Default: SIM.", HelpName = "V" };
        var command = new Command("import", "Put a file of bars on the tape, without trading it.") { file, timeframe, venue };
        shared.SetAction(command, async (parsed, terminal, console, cancellationToken) =>
        {
            var request = new StartReplay(
                ReplayCommand.FullPath(parsed.GetValue(file)), "max", parsed.GetValue(timeframe), parsed.GetValue(venue));
            return await ImportAsync(terminal, console, request, cancellationToken);
        });
        return command;
    }

    private static async Task<int> ImportAsync(
        Terminal terminal, ConsoleClient console, StartReplay request, CancellationToken cancellationToken)
    {
        SessionStatus session;
        try
        {
            session = await console.PostAsync<SessionStatus>("/api/v1/imports", request, cancellationToken);
        }
        catch (ConsoleProblemException e) when ((int)e.Status is >= 400 and < 500)
        {
            throw new CommandFailedException(ExitCode.NothingUseful, e.Message);
        }

        var progress = await new SessionWatch(terminal, console).UntilAsync(session, p => p.IsRead, cancellationToken);
        return RunReport.Finish(terminal, progress, parity: null, traded: false);
    }
}

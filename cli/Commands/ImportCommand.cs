using System.CommandLine;
using AlgoStack.Cli.Reaching;
using AlgoStack.Cli.Sessions;
using AlgoStack.Contracts.MarketData;

namespace AlgoStack.Cli.Commands;

/// <summary><c>algo import</c>: puts a file of market data on the tape and trades nothing.</summary>
internal static class ImportCommand
{
    public static Command Create(SharedOptions shared)
    {
        var file = new Argument<string>("FILE") { Description = "A CSV or CSV.gz." };
        var kind = new Option<string>("--kind")
        {
            Description = "bars, trades, quotes, chain (option chains) or series (economic series).",
            HelpName = "KIND",
            DefaultValueFactory = _ => "bars",
        };
        var timeframe = new Option<string?>("--timeframe") { Description = "Of bars, as in 1m, 1h, 1d. Default: the smallest step in the file.", HelpName = "T" };
        var venue = new Option<string?>("--venue") { Description = "Of symbols that name none. Default: SIM.", HelpName = "V" };
        var command = new Command("import", "Put a file on the tape, without trading it.") { file, kind, timeframe, venue };
        shared.SetAction(command, async (parsed, terminal, console, cancellationToken) =>
        {
            var request = new StartImport(
                ReplayCommand.FullPath(parsed.GetValue(file)), parsed.GetValue(kind)!, parsed.GetValue(timeframe), parsed.GetValue(venue));
            return await ImportAsync(terminal, console, request, cancellationToken);
        });
        return command;
    }

    private static async Task<int> ImportAsync(
        Terminal terminal, ConsoleClient console, StartImport request, CancellationToken cancellationToken)
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

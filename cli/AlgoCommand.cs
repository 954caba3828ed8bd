using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using AlgoStack.BarFiles;
using AlgoStack.Cli.Commands;
using AlgoStack.Cli.Reaching;

namespace AlgoStack.Cli;

/// <summary>The command line, whole: parses it, runs one command, and turns whatever happens into an exit code.</summary>
internal static class AlgoCommand
{
    // A command stops between two requests; one that does not is ended.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(3);

    public static async Task<int> RunAsync(string[] args, Terminal terminal, CancellationToken cancellationToken)
    {
        var shared = new SharedOptions(terminal);
        var root = new RootCommand("Trades, tests and watches with AlgoStack from the command line.")
        {
            ReplayCommand.Create(shared),
            FeedCommand.Create(shared),
            ImportCommand.Create(shared),
            GapsCommand.Create(shared),
            BarsCommand.Create(shared),
            BacktestCommand.Create(shared),
            BacktestsCommand.Create(shared),
            SweepCommand.Create(shared),
            WalkForwardCommand.Create(shared),
            CompareCommand.Create(shared),
            StrategiesCommand.Create(shared),
            IndicatorsCommand.Create(shared),
            TailCommand.Create(shared),
            OrderCommand.Create(shared),
            VerifyCommand.Create(shared),
            EventsCommand.Create(shared),
            ProjectionsCommand.Create(shared),
            ArchiveCommand.Create(shared),
            TokenCommand.Create(shared),
            DoctorCommand.Create(shared),
        };
        root.Options.Add(shared.Url);
        root.Options.Add(shared.Json);
        foreach (var help in root.Options.OfType<HelpOption>()) help.Action = new ExplainingHelp((HelpAction)help.Action!);

        var parsed = root.Parse(args);
        var invocation = new InvocationConfiguration
        {
            Output = terminal.Output,
            Error = terminal.Error,
            ProcessTerminationTimeout = StopTimeout,
        };
        if (parsed.Errors.Count > 0)
        {
            terminal = terminal.WithJson(parsed.GetValue(shared.Json));
            return terminal.Fail(ExitCode.Usage, $"{string.Join(" ", parsed.Errors.Select(e => e.Message))} See algo --help.");
        }

        if (parsed.Action is null) return terminal.Fail(ExitCode.Usage, "Expected a command. See algo --help.");

        return await parsed.InvokeAsync(invocation, cancellationToken);
    }

    /// <summary>The usual help, and at its end what the exit codes mean.</summary>
    private sealed class ExplainingHelp(HelpAction help) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            var result = help.Invoke(parseResult);
            parseResult.InvocationConfiguration.Output.WriteLine(ExitCode.Explained);
            return result;
        }
    }
}

/// <summary>The options that every command has, and the frame that every command runs in.</summary>
internal sealed class SharedOptions(Terminal terminal)
{
    public Option<string?> Url { get; } = new("--url")
    {
        Description = "The console's address. Default: ALGOSTACK_URL, else the one that runs from this clone.",
        HelpName = "URL",
        Recursive = true,
    };

    public Option<bool> Json { get; } = new("--json")
    {
        Description = "Print the result as JSON, and nothing else, on standard output.",
        Recursive = true,
    };

    /// <summary>Runs the command against the console.</summary>
    public void SetAction(Command command, Func<ParseResult, Terminal, ConsoleClient, CancellationToken, Task<int>> run) =>
        SetAction(command, async (parsed, output, cancellationToken) =>
        {
            using var client = new ConsoleClient(ConsoleAddress.Find(parsed.GetValue(Url)));
            return await run(parsed, output, client, cancellationToken);
        });

    /// <summary>Runs the command, and gives each way that it can end its exit code.</summary>
    public void SetAction(Command command, Func<ParseResult, Terminal, CancellationToken, Task<int>> run) =>
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = terminal.WithJson(parsed.GetValue(Json));
            try
            {
                return await run(parsed, output, cancellationToken);
            }
            catch (CommandFailedException e)
            {
                return output.Fail(e.ExitCode, e.Message);
            }
            catch (BarFileException e)
            {
                return output.Fail(ExitCode.NothingUseful, e.Message);
            }
            catch (NotReachableException e)
            {
                return output.Fail(ExitCode.NotReachable, e.Message);
            }
            catch (ConsoleProblemException e)
            {
                return output.Fail(ExitCode.Failed, e.Message);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return output.Fail(ExitCode.Cancelled, "Cancelled.");
            }
        });
}

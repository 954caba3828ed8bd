using System.CommandLine;
using System.Globalization;
using AlgoStack.Contracts.Operations;

namespace AlgoStack.Cli.Commands;

/// <summary><c>algo archive</c>: what has left the database for files, of the tape or of a service's events.</summary>
internal static class ArchiveCommand
{
    private const string Tape = "tape";

    public static Command Create(SharedOptions shared)
    {
        var store = new Option<string>("--store")
        {
            Description = "tape, or a service for its events: signal, broker-routing, alerting, backtest, gateway.",
            HelpName = "STORE",
            DefaultValueFactory = _ => Tape,
            Recursive = true,
        };
        store.AcceptOnlyFromAmong(Tape, "signal", "broker-routing", "alerting", "backtest", "gateway");
        return new Command("archive", "List what has left the database for files, archive what is due, put it back.")
        {
            store,
            List(shared, store),
            Run(shared, store),
            Restore(shared, store),
        };
    }

    private static Command List(SharedOptions shared, Option<string> store)
    {
        var command = new Command("list", "List the archives, the oldest content first.");
        shared.SetAction(command, async (parsed, terminal, console, cancellationToken) =>
            Print(terminal, await console.GetAsync<ArchiveStatus[]>(PathOf(parsed.GetValue(store)!), cancellationToken)));
        return command;
    }

    private static Command Run(SharedOptions shared, Option<string> store)
    {
        var command = new Command("run", "Archive what is due now, rather than at night.");
        shared.SetAction(command, async (parsed, terminal, console, cancellationToken) =>
            Print(terminal, await console.PostAsync<ArchiveStatus[]>(PathOf(parsed.GetValue(store)!), null, cancellationToken)));
        return command;
    }

    private static Command Restore(SharedOptions shared, Option<string> store)
    {
        var name = new Argument<string>("NAME") { Description = "As algo archive list has it." };
        var command = new Command("restore", "Put an archive back into the database, where it stays for a week at least.") { name };
        shared.SetAction(command, async (parsed, terminal, console, cancellationToken) =>
        {
            var path = $"{PathOf(parsed.GetValue(store)!)}/{Uri.EscapeDataString(parsed.GetValue(name)!)}/restore";
            return Print(terminal, [await console.PostAsync<ArchiveStatus>(path, null, cancellationToken)]);
        });
        return command;
    }

    private static string PathOf(string store) => store == Tape ? "/api/v1/archives" : $"/api/v1/stores/{store}/archives";

    private static int Print(Terminal terminal, ArchiveStatus[] archives)
    {
        foreach (var archive in archives)
        {
            terminal.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"{archive.Name,-32} {archive.State,-8} {archive.Rows,12:N0} rows {archive.Bytes / 1e6,10:N1} MB  {archive.WrittenAt:yyyy-MM-dd HH:mm}Z  {archive.Sha256[..12]}"));
        }

        if (archives.Length == 0) terminal.Line("none");
        terminal.Result(new { archives });
        return ExitCode.Ok;
    }
}

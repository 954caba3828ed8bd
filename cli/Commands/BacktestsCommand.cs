using System.CommandLine;
using System.Globalization;
using AlgoStack.Cli.Backtests;
using AlgoStack.Cli.Reaching;
using AlgoStack.Contracts.Backtests;

namespace AlgoStack.Cli.Commands;

/// <summary><c>algo backtests</c>: those that the service has run, runs or is going to run.</summary>
internal static class BacktestsCommand
{
    public static Command Create(SharedOptions shared)
    {
        var symbol = new Option<string?>("--symbol") { Description = "Over this instrument, or a symbol of any venue.", HelpName = "S" };
        var strategy = new Option<string?>("--strategy") { Description = "Of this strategy.", HelpName = "NAME" };
        var state = new Option<string?>("--state") { Description = "waiting, running, completed, failed or canceled.", HelpName = "STATE" };
        var before = new Option<string?>("--before") { Description = "Older than this one: the last of a list, to see more.", HelpName = "ID" };
        var limit = new Option<int>("--limit") { Description = "The newest so many, 1 to 500.", HelpName = "N", DefaultValueFactory = _ => 20 };
        var command = new Command("backtests", "List the backtests of the service, the newest first.") { symbol, strategy, state, before, limit, Cancel(shared) };
        shared.SetAction(command, async (parsed, terminal, console, cancellationToken) =>
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"{TapeBacktest.Path}?limit={parsed.GetValue(limit)}")
                + Query("symbol", parsed.GetValue(symbol)) + Query("strategy", parsed.GetValue(strategy))
                + Query("state", parsed.GetValue(state)) + Query("before", parsed.GetValue(before));
            Print(terminal, await AskAsync(() => console.GetAsync<BacktestView[]>(path, cancellationToken)));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Cancel(SharedOptions shared)
    {
        var id = new Argument<string>("ID") { Description = "As algo backtests lists it." };
        var command = new Command("cancel", "Cancel a backtest that waits or runs.") { id };
        shared.SetAction(command, async (parsed, terminal, console, cancellationToken) =>
        {
            var backtest = await AskAsync(() => console.DeleteAsync<BacktestView>(TapeBacktest.PathOf(parsed.GetValue(id)!), cancellationToken));
            terminal.Line($"{backtest.BacktestId} {backtest.State}");
            terminal.Result(backtest);
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (ConsoleProblemException e) when ((int)e.Status is >= 400 and < 500)
        {
            throw new CommandFailedException(ExitCode.NothingUseful, e.Message);
        }
    }

    private static void Print(Terminal terminal, BacktestView[] backtests)
    {
        terminal.Result(new { backtests });
        if (terminal.Json) return;

        if (backtests.Length == 0)
        {
            terminal.Line("none");
            return;
        }

        // Lines and no table: an id is not to be broken, it is copied.
        terminal.Line($"{"id",-32}  {"state",-12} {"symbol",-20} {"strategy",-24} {"return",10} {"Sharpe",8}  started");
        foreach (var backtest in backtests)
        {
            var symbols = Names(backtest.Instruments ?? backtest.Request.Instruments ?? [$"session {backtest.Request.SessionId}"]);
            var strategies = Names([.. (backtest.Strategies ?? backtest.Request.Strategies ?? []).Select(s => s.Name)]);
            var returns = string.Join(" ", backtest.Statistics.Select(s => Figure.Percent(s.TotalReturn)));
            var sharpes = string.Join(" ", backtest.Statistics.Select(s => Figure.Ratio(s.Sharpe)));
            terminal.Line(
                $"{backtest.BacktestId,-32}  {State(backtest),-12} {symbols,-20} {strategies,-24} {returns,10} {sharpes,8}  "
                + Figure.Time(backtest.StartedAt.ToUnixTimeMilliseconds()));
        }
    }

    private static string State(BacktestView backtest) => backtest is { State: "running", Progress: { } progress }
        ? string.Create(CultureInfo.InvariantCulture, $"running {progress * 100:0} %")
        : backtest.State;

    private static string Names(IReadOnlyList<string> names) => names.Count switch
    {
        0 => "–",
        1 => names[0],
        _ => string.Create(CultureInfo.InvariantCulture, $"{names[0]} and {names.Count - 1} more"),
    };

    private static string Query(string name, string? value) => value is null ? "" : $"&{name}={Uri.EscapeDataString(value)}";
}

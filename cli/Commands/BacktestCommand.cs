using System.CommandLine;
using System.Globalization;
using System.Text;
using AlgoStack.Backtesting;
using AlgoStack.Backtesting.Reports;
using AlgoStack.BarFiles;
using AlgoStack.Cli.Backtests;
using AlgoStack.Cli.Reaching;
using AlgoStack.Contracts.Backtests;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Cli.Commands;

/// <summary><c>algo backtest</c>: runs strategies over files of bars or ticks, in this process; or over bars of the tape, in the service.</summary>
internal static class BacktestCommand
{
    public static Command Create(SharedOptions shared)
    {
        var files = new Argument<string[]>("FILE") { Description = "Files of bars, or of trades and quotes, to run over in this process.", Arity = ArgumentArity.ZeroOrMore };
        var plan = new PlanOptions();
        var exports = new ExportOptions();
        var tape = new TapeOptions();
        var command = new Command("backtest", "Run strategies over files of bars or ticks, or over bars of the tape.") { files };
        foreach (var option in (IEnumerable<Option>)[.. tape.All, .. plan.All, .. exports.All]) command.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetValue(files) is not { Length: > 0 }) tape.Check(result, plan.Models);
        });
        shared.SetAction(command, async (parsed, terminal, cancellationToken) =>
        {
            if (parsed.GetValue(files) is { Length: > 0 } paths) return RunHere(terminal, parsed, plan, exports, paths, cancellationToken);

            using var console = new ConsoleClient(ConsoleAddress.Find(parsed.GetValue(shared.Url)));
            var (path, body) = tape.Request(parsed, plan);
            var backtest = await new TapeBacktest(terminal, console).RunAsync(path, body, cancellationToken);
            return await FinishAsync(terminal, parsed, console, exports, backtest, cancellationToken);
        });
        return command;
    }

    private static int RunHere(
        Terminal terminal, ParseResult parsed, PlanOptions options, ExportOptions exports, string[] files, CancellationToken cancellationToken)
    {
        var plan = options.Plan(parsed);
        var name = string.Join(", ", files.Select(Path.GetFileName));
        try
        {
            var (result, bars) = files.Any(TickFile.IsOne) ? OverTicks() : OverBars();
            exports.Write(parsed, terminal, result, bars, surface: null);
            FileBacktest.Show(terminal, result);
            return ExitCode.Ok;
        }
        catch (ArgumentException e)
        {
            throw new CommandFailedException(ExitCode.Usage, e.Message);
        }

        (BacktestResult Result, BarSeries Bars) OverBars()
        {
            var bars = options.Models.Bars(parsed, files, cancellationToken);
            return (FileBacktest.Run(terminal, bars, name, plan, cancellationToken), bars);
        }

        (BacktestResult Result, BarSeries Bars) OverTicks()
        {
            var (ticks, timeframe) = options.Models.Ticks(parsed, files, cancellationToken);
            return FileBacktest.Run(terminal, ticks, timeframe, name, plan, cancellationToken);
        }
    }

    private static async Task<int> FinishAsync(
        Terminal terminal, ParseResult parsed, ConsoleClient console, ExportOptions exports, BacktestView backtest, CancellationToken cancellationToken)
    {
        terminal.Result(backtest);
        if (backtest.State != "completed")
        {
            terminal.Error.WriteLine($"algo: {backtest.Error ?? $"{backtest.BacktestId} is {backtest.State}."}");
            return ExitCode.Failed;
        }

        if (terminal.Json && !exports.AreWanted(parsed)) return ExitCode.Ok;

        var path = TapeBacktest.PathOf(backtest.BacktestId);
        using var json = new MemoryStream(await console.DownloadAsync($"{path}/report.json", cancellationToken));
        var result = JsonReport.Read(json);
        var page = exports.IsPageWanted(parsed) ? await console.DownloadAsync($"{path}/report.html", cancellationToken) : [];
        exports.Write(parsed, terminal, result, output => output.Write(Encoding.UTF8.GetString(page)));
        if (terminal.Json) return ExitCode.Ok;

        terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{backtest.BacktestId}: {backtest.Bars:N0} bars, {backtest.Signals:N0} signals, {backtest.Intents:N0} order intents, {backtest.Fills:N0} fills"));
        FileBacktest.Print(terminal, result);
        return ExitCode.Ok;
    }
}

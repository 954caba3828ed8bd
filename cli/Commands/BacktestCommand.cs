using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using AlgoStack.Backtesting;
using AlgoStack.BarFiles;
using AlgoStack.Cli.Backtests;
using AlgoStack.Cli.Reaching;
using AlgoStack.Contracts.Backtests;
using AlgoStack.Trading.MarketData;
using Spectre.Console;

namespace AlgoStack.Cli.Commands;

/// <summary><c>algo backtest</c>: runs strategies over files of bars or ticks, in this process; or over bars of the tape, in the service.</summary>
internal static class BacktestCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);

    public static Command Create(SharedOptions shared)
    {
        var files = new Argument<string[]>("FILE") { Description = "Files of bars, or of trades and quotes, to run over in this process.", Arity = ArgumentArity.ZeroOrMore };
        var plan = new PlanOptions();
        var exports = new ExportOptions();
        var session = new Option<string?>("--session") { Description = "The bars of this session.", HelpName = "ID" };
        var instruments = new Option<string[]>("--instrument") { Description = "Bars of this instrument; may be given more than once.", HelpName = "I" };
        var timeframe = new Option<string?>("--timeframe") { Description = "Of the instruments' bars, as in 1m, 1h, 1d.", HelpName = "T" };
        var from = new Option<DateTimeOffset?>("--from") { Description = "First close, UTC. Default: all there is.", HelpName = "TIME", CustomParser = Time };
        var to = new Option<DateTimeOffset?>("--to") { Description = "Last close, UTC.", HelpName = "TIME", CustomParser = Time };
        var speed = new Option<string>("--speed") { Description = "1x to 1000x, or max.", HelpName = "SPEED", DefaultValueFactory = _ => "max" };
        var command = new Command("backtest", "Run strategies over files of bars or ticks, or over bars of the tape.") { files, session, instruments, timeframe, from, to, speed };
        foreach (var option in (IEnumerable<Option>)[.. plan.All, .. exports.All]) command.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetValue(files) is { Length: > 0 }) return;

            var named = result.GetValue(instruments) is { Length: > 0 };
            if (named == result.GetValue(session) is not null) result.AddError("Expected files, --session or --instrument.");
            if (named && result.GetValue(timeframe) is null) result.AddError("--instrument needs --timeframe.");
        });
        shared.SetAction(command, async (parsed, terminal, cancellationToken) =>
        {
            if (parsed.GetValue(files) is { Length: > 0 } paths) return RunHere(terminal, parsed, plan, exports, paths, cancellationToken);

            using var console = new ConsoleClient(ConsoleAddress.Find(parsed.GetValue(shared.Url)));
            var request = new StartBacktest(
                parsed.GetValue(session),
                parsed.GetValue(instruments) is { Length: > 0 } names ? names : null,
                parsed.GetValue(timeframe),
                parsed.GetValue(from),
                parsed.GetValue(to),
                parsed.GetValue(speed)!);
            var backtest = await RunAsync(terminal, console, request, cancellationToken);
            return Finish(terminal, backtest);
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

    private static DateTimeOffset? Time(System.CommandLine.Parsing.ArgumentResult result)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out var time)) return time;

        result.AddError($"Expected a time such as 2024-03-01 or 2024-03-01T14:30Z, found '{text}'.");
        return null;
    }

    private static async Task<BacktestView> RunAsync(
        Terminal terminal, ConsoleClient console, StartBacktest request, CancellationToken cancellationToken)
    {
        BacktestView backtest;
        try
        {
            backtest = await console.PostAsync<BacktestView>("/api/v1/backtest/replay", request, cancellationToken);
        }
        catch (ConsoleProblemException e) when ((int)e.Status is >= 400 and < 500)
        {
            throw new CommandFailedException(ExitCode.NothingUseful, e.Message);
        }

        var said = Stopwatch.GetTimestamp();
        while (!IsOver(backtest))
        {
            await Task.Delay(Interval, cancellationToken);
            backtest = await console.GetAsync<BacktestView>($"/api/v1/backtest/{Uri.EscapeDataString(backtest.BacktestId)}", cancellationToken);
            if (Stopwatch.GetElapsedTime(said) < LineInterval) continue;

            said = Stopwatch.GetTimestamp();
            terminal.Note(string.Create(
                CultureInfo.InvariantCulture, $"{backtest.BacktestId} {backtest.State}: {backtest.Bars:N0} bars, {backtest.Signals:N0} signals, {backtest.Fills:N0} fills"));
        }

        return backtest;
    }

    private static bool IsOver(BacktestView backtest) => backtest.EndedAt is not null || backtest.State is "completed" or "failed";

    private static int Finish(Terminal terminal, BacktestView backtest)
    {
        terminal.Result(backtest);
        if (backtest.State == "failed" || backtest.Error is not null)
        {
            terminal.Error.WriteLine($"algo: {backtest.Error ?? $"{backtest.BacktestId} failed."}");
            return ExitCode.Failed;
        }

        if (!terminal.Json) Print(terminal, backtest);
        if (backtest.Bars > 0) return ExitCode.Ok;

        terminal.Error.WriteLine("algo: The tape has no such bars.");
        return ExitCode.NothingUseful;
    }

    private static void Print(Terminal terminal, BacktestView backtest)
    {
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{backtest.BacktestId}: {backtest.Bars:N0} bars, {backtest.Signals:N0} signals, {backtest.Intents:N0} order intents, {backtest.Fills:N0} fills"));
        if (backtest.Statistics.Count == 0) return;

        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn("statistic");
        foreach (var s in backtest.Statistics) table.AddColumn(new TableColumn(Markup.Escape(s.Currency)).RightAligned());
        foreach (var (name, value) in Rows)
            table.AddRow([name, .. backtest.Statistics.Select(s => Markup.Escape(value(s)))]);
        terminal.Ansi().Write(table);
        terminal.Line($"order-list hash    {backtest.OrderListHash}");
        terminal.Line($"data hash          {backtest.DataHash}");
    }

    private static readonly (string Name, Func<BacktestStatistics, string> Value)[] Rows =
    [
        ("opening equity", s => Money(s.OpeningEquity)),
        ("final equity", s => Money(s.FinalEquity)),
        ("profit and loss", s => Money(s.ProfitAndLoss)),
        ("total return", s => Percent(s.TotalReturn)),
        ("trades", s => s.Trades.ToString("N0", CultureInfo.InvariantCulture)),
        ("win rate", s => Percent(s.WinRate)),
        ("profit factor", s => Ratio(s.ProfitFactor)),
        ("Sharpe", s => Ratio(s.Sharpe)),
        ("Sortino", s => Ratio(s.Sortino)),
        ("maximum drawdown", s => Percent(s.MaxDrawdown)),
        ("average win", s => Money(s.AverageWin)),
        ("average loss", s => Money(s.AverageLoss)),
        ("largest win", s => Money(s.LargestWin)),
        ("largest loss", s => Money(s.LargestLoss)),
        ("most consecutive wins", s => s.MostConsecutiveWins.ToString(CultureInfo.InvariantCulture)),
        ("most consecutive losses", s => s.MostConsecutiveLosses.ToString(CultureInfo.InvariantCulture)),
        ("commission", s => Money(s.Commission)),
    ];

    private static string Money(decimal? value) => value?.ToString("N2", CultureInfo.InvariantCulture) ?? "–";

    private static string Percent(double? value) => value is { } v ? (v * 100).ToString("0.00", CultureInfo.InvariantCulture) + " %" : "–";

    private static string Ratio(double? value) => value?.ToString("0.00", CultureInfo.InvariantCulture) ?? "–";
}

using System.CommandLine;
using System.Globalization;
using AlgoStack.Backtesting.WalkForwards;
using AlgoStack.Cli.Backtests;
using Spectre.Console;

namespace AlgoStack.Cli.Commands;

/// <summary><c>algo walkforward</c>: chooses parameters anew in each window, and trades them only over the bars that follow.</summary>
internal static class WalkForwardCommand
{
    public static Command Create(SharedOptions shared)
    {
        var files = new Argument<string[]>("FILE") { Description = "Files of bars.", Arity = ArgumentArity.OneOrMore };
        var inSample = new Option<string>("--in")
        {
            Description = "What a choice is made from: bars as in 500, or days as in 90d.",
            HelpName = "W",
            Required = true,
        };
        var outOfSample = new Option<string>("--out") { Description = "How long a choice is traded.", HelpName = "W", Required = true };
        var anchored = new Option<bool>("--anchored") { Description = "Choose from all bars so far." };
        var (models, grid) = (new ModelOptions(), new GridOptions());
        var command = new Command("walkforward", "Choose parameters anew in each window, and trade them only over the bars that follow.")
        {
            files, inSample, outOfSample, anchored,
        };
        foreach (var option in (IEnumerable<Option>)[.. grid.All, .. models.All]) command.Add(option);
        shared.SetAction(command, (parsed, terminal, cancellationToken) =>
        {
            try
            {
                var plan = new WalkForwardPlan(
                    grid.Plan(parsed, models), WindowLength.Parse(parsed.GetValue(inSample)!), WindowLength.Parse(parsed.GetValue(outOfSample)!))
                {
                    IsAnchored = parsed.GetValue(anchored),
                    Measure = grid.Measure(parsed),
                };
                var paths = parsed.GetValue(files)!;
                var bars = models.Bars(parsed, paths, cancellationToken);
                var result = WalkForward.Run(
                    bars,
                    string.Join(", ", paths.Select(Path.GetFileName)),
                    plan,
                    (window, of) => terminal.Note($"{Figure.Time(window.OutOfSample.FirstMs)}: {window.Parameters ?? "nothing to trade"} (of {of} windows)"),
                    grid.Threads(parsed),
                    cancellationToken);
                Show(terminal, result);
                return Task.FromResult(ExitCode.Ok);
            }
            catch (Exception e) when (e is ArgumentException or FormatException)
            {
                throw new CommandFailedException(ExitCode.Usage, e.Message);
            }
        });
        return command;
    }

    private static void Show(Terminal terminal, WalkForwardResult result)
    {
        terminal.Result(new
        {
            result.Data,
            result.Strategy,
            result.Models,
            result.Measure,
            result.Windows,
            result.Efficiency,
            trades = result.Trades.Count,
        });
        if (terminal.Json) return;

        terminal.Line(string.Create(
            CultureInfo.InvariantCulture, $"{result.Data.Name}: {result.Data.Bars:N0} bars, {result.Strategy} chosen by {result.Measure} in {result.Windows.Count:N0} windows"));
        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in (string[])["out of sample", "parameters"]) table.AddColumn(new TableColumn(column).NoWrap());
        foreach (var column in (string[])["return in", "return out", "Sharpe in", "Sharpe out", "trades out"])
            table.AddColumn(new TableColumn(column).RightAligned().NoWrap());
        foreach (var window in result.Windows)
        {
            var (before, after) = (window.InSampleFigures, window.OutOfSampleFigures);
            table.AddRow(
                Figure.Time(window.OutOfSample.FirstMs),
                Markup.Escape(window.Parameters ?? "–"),
                Figure.Percent(before?.TotalReturn),
                Figure.Percent(after?.TotalReturn),
                Figure.Ratio(before?.Sharpe),
                Figure.Ratio(after?.Sharpe),
                after is null ? "–" : Figure.Count(after.Trades));
        }

        terminal.Ansi().Write(table);
        var curve = result.OutOfSample;
        terminal.Line($"return out of sample     {Figure.Percent(curve?.TotalReturn)}, a year {Figure.Percent(curve?.AnnualReturn)}");
        terminal.Line($"Sharpe out of sample     {Figure.Ratio(curve?.Sharpe)}");
        terminal.Line($"drawdown out of sample   {Figure.Percent(curve?.MaxDrawdown)}");
        terminal.Line($"efficiency               {Figure.Ratio(result.Efficiency)} of what was made in sample");
    }
}

using System.CommandLine;
using AlgoStack.Backtesting;
using AlgoStack.Backtesting.Comparisons;
using AlgoStack.Cli.Backtests;
using Spectre.Console;

namespace AlgoStack.Cli.Commands;

/// <summary><c>algo compare</c>: two strategies over the same bars, and whether they differ by more than chance.</summary>
internal static class CompareCommand
{
    public static Command Create(SharedOptions shared)
    {
        var files = new Argument<string[]>("FILE") { Description = "Files of bars.", Arity = ArgumentArity.OneOrMore };
        var first = new Option<string>("--a") { Description = "A strategy, as in 'sma-cross fast=10 slow=30'.", HelpName = "S", Required = true };
        var second = new Option<string>("--b") { Description = "Another.", HelpName = "S", Required = true };
        var seed = new Option<ulong>("--seed") { Description = "Of the draws.", HelpName = "N", DefaultValueFactory = _ => 1 };
        var models = new ModelOptions();
        var command = new Command("compare", "Run two strategies over the same bars, and say whether they differ by more than chance.") { files, first, second, seed };
        foreach (var option in models.All) command.Add(option);
        shared.SetAction(command, (parsed, terminal, cancellationToken) =>
        {
            try
            {
                var settings = models.Settings(parsed);
                var paths = parsed.GetValue(files)!;
                var comparison = StrategyComparison.Run(
                    models.Bars(parsed, paths, cancellationToken),
                    string.Join(", ", paths.Select(Path.GetFileName)),
                    new BacktestPlan([PlanText.Strategy(parsed.GetValue(first)!)], settings),
                    new BacktestPlan([PlanText.Strategy(parsed.GetValue(second)!)], settings),
                    parsed.GetValue(seed),
                    cancellationToken);
                Show(terminal, comparison);
                return Task.FromResult(ExitCode.Ok);
            }
            catch (Exception e) when (e is ArgumentException or FormatException)
            {
                throw new CommandFailedException(ExitCode.Usage, e.Message);
            }
        });
        return command;
    }

    private static void Show(Terminal terminal, StrategyComparison comparison)
    {
        var (a, b) = (comparison.First.Currencies[0].Statistics, comparison.Second.Currencies[0].Statistics);
        var (sharpe, returns) = (comparison.Sharpe, comparison.Returns);
        terminal.Result(new { a = Named(comparison.First), b = Named(comparison.Second), statisticsOfA = a, statisticsOfB = b, sharpe, returns });
        if (terminal.Json) return;

        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn("statistic");
        table.AddColumn(new TableColumn(Markup.Escape(Named(comparison.First))).RightAligned());
        table.AddColumn(new TableColumn(Markup.Escape(Named(comparison.Second))).RightAligned());
        table.AddRow("total return", Figure.Percent(a.TotalReturn), Figure.Percent(b.TotalReturn));
        table.AddRow("Sharpe", Figure.Ratio(a.Sharpe), Figure.Ratio(b.Sharpe));
        table.AddRow("maximum drawdown", Figure.Percent(a.MaxDrawdown), Figure.Percent(b.MaxDrawdown));
        table.AddRow("trades", Figure.Count(a.Trades), Figure.Count(b.Trades));
        table.AddRow("win rate", Figure.Percent(a.WinRate), Figure.Percent(b.WinRate));
        table.AddRow("profit factor", Figure.Ratio(a.ProfitFactor), Figure.Ratio(b.ProfitFactor));
        terminal.Ansi().Write(table);
        terminal.Line($"Sharpe ratios differ by chance alone    p = {Probability(sharpe?.PValue)}");
        terminal.Line($"mean days differ by chance alone        p = {Probability(returns?.PValue)}");
    }

    private static string Named(BacktestResult result) => $"{result.Strategies[0].Name} {result.Strategies[0].Parameters}".TrimEnd();

    private static string Probability(double? p) => p is { } value ? FormattableString.Invariant($"{value:0.0000}") : "–";
}

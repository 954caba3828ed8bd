using System.CommandLine;
using System.Globalization;
using AlgoStack.Backtesting;
using AlgoStack.Backtesting.Reports;
using AlgoStack.Backtesting.Sweeps;
using AlgoStack.Cli.Backtests;
using AlgoStack.Cli.Reaching;
using AlgoStack.Contracts.Backtests;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Parameters;
using Spectre.Console;

namespace AlgoStack.Cli.Commands;

/// <summary>
/// <c>algo sweep</c>: a strategy over bars once for each combination of parameters, and what the best is worth. Over files,
/// in this process; over bars of the tape, in the service, by as many workers as it has.
/// </summary>
internal static class SweepCommand
{
    public static Command Create(SharedOptions shared)
    {
        var files = new Argument<string[]>("FILE") { Description = "Files of bars, to run over in this process.", Arity = ArgumentArity.ZeroOrMore };
        var journal = new Option<string?>("--journal") { Description = "Keep what is finished in this file, and go on from it.", HelpName = "FILE" };
        var top = new Option<int>("--top") { Description = "How many of the best to show.", HelpName = "N", DefaultValueFactory = _ => 10 };
        var (range, models, grid, exports) = (new RangeOptions(), new ModelOptions(), new GridOptions(), new ExportOptions());
        var command = new Command("sweep", "Run a strategy over bars once for each combination of its parameters.") { files, journal, top };
        foreach (var option in (IEnumerable<Option>)[.. range.All, .. grid.All, .. models.All, .. exports.All]) command.Add(option);
        command.Validators.Add(result =>
        {
            if (range.IsGiven(result) == result.GetValue(files) is { Length: > 0 }) result.AddError("Expected files or --instrument.");
            range.Check(result);
            if (range.IsGiven(result) && models.IsSymbolNamed(result)) result.AddError("--symbol goes with files.");
            if (range.IsGiven(result) && models.AreActionsNamed(result)) result.AddError("--actions goes with files.");
        });
        shared.SetAction(command, async (parsed, terminal, cancellationToken) =>
        {
            try
            {
                var (plan, measure) = (grid.Plan(parsed, models), grid.Measure(parsed));
                if (parsed.GetValue(files) is not { Length: > 0 } paths)
                {
                    if (parsed.GetValue(journal) is not null || exports.AreWanted(parsed) || grid.Threads(parsed) is not null)
                        throw new CommandFailedException(ExitCode.Usage, "--journal, --threads, --report and --csv go with files.");

                    using var console = new ConsoleClient(ConsoleAddress.Find(parsed.GetValue(shared.Url)));
                    var request = Request(parsed, range, grid, models);
                    return Show(
                        terminal, await new TapeSweep(terminal, console).RunAsync(request, plan, cancellationToken), measure, grid.Seed(parsed), parsed.GetValue(top));
                }

                var bars = models.Bars(parsed, paths, cancellationToken);
                var name = string.Join(", ", paths.Select(Path.GetFileName));
                var result = Run(terminal, bars, name, plan, parsed.GetValue(journal), grid.Threads(parsed), cancellationToken);
                var exitCode = Show(terminal, result, measure, grid.Seed(parsed), parsed.GetValue(top));
                if (exitCode == ExitCode.Ok && exports.AreWanted(parsed)) Export(parsed, terminal, exports, result, plan, bars, name, measure);
                return exitCode;
            }
            catch (Exception e) when (e is ArgumentException or FormatException or SweepJournalException)
            {
                throw new CommandFailedException(ExitCode.Usage, e.Message);
            }
        });
        return command;
    }

    private static StartSweep Request(ParseResult parsed, RangeOptions range, GridOptions grid, ModelOptions models)
    {
        var text = grid.Text(parsed);
        return new StartSweep(
            text.Strategy,
            range.Instruments(parsed)!,
            range.Timeframe(parsed)!,
            range.From(parsed),
            range.To(parsed),
            text.Grid,
            text.Random,
            text.Seed,
            grid.MeasureName(parsed),
            text.Limit,
            models.Choices(parsed));
    }

    private static SweepResult Run(
        Terminal terminal, BarSeries bars, string name, SweepPlan plan, string? journal, int? threads, CancellationToken cancellationToken)
    {
        if (!terminal.IsWatched) return Sweep.Run(bars, name, plan, journal, finished: null, threads, cancellationToken);

        SweepResult? result = null;
        terminal.Ansi().Progress().AutoClear(enabled: true).Start(drawn =>
        {
            var task = drawn.AddTask("combinations", maxValue: plan.Combinations.Parameters.Count);
            result = Sweep.Run(bars, name, plan, journal, _ => task.Increment(1), threads, cancellationToken);
        });
        return result!;
    }

    private static int Show(Terminal terminal, SweepResult result, Measure measure, ulong seed, int top)
    {
        Print(terminal, result, measure, SweepAssessment.Find(result.Outcomes, measure, seed), top);
        if (result.Ranked(measure).Any()) return ExitCode.Ok;

        terminal.Error.WriteLine($"algo: No combination has a {measure.Name}.");
        return ExitCode.NothingUseful;
    }

    private static void Print(Terminal terminal, SweepResult result, Measure measure, SweepAssessment? assessment, int top)
    {
        var failed = result.Outcomes.Where(o => o.Error is not null).ToList();
        terminal.Result(new { result.Data, result.Strategy, result.Models, measure = measure.Name, result.LeftOut, result.Outcomes, assessment });
        if (terminal.Json) return;

        terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Data.Name}: {result.Data.Bars:N0} bars, {result.Strategy}, {result.Outcomes.Count:N0} combinations " +
            $"({result.LeftOut:N0} left out, {failed.Count:N0} failed), best by {measure.Name}"));
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn(new TableColumn("parameters").NoWrap());
        foreach (var column in (string[])["return", "annual", "Sharpe", "drawdown", "trades", "profit factor"])
            table.AddColumn(new TableColumn(column).RightAligned().NoWrap());
        foreach (var outcome in result.Ranked(measure).Take(top))
        {
            var figures = outcome.Figures!;
            table.AddRow(
                Markup.Escape(outcome.Parameters), Figure.Percent(figures.TotalReturn), Figure.Percent(figures.AnnualReturn), Figure.Ratio(figures.Sharpe),
                Figure.Percent(figures.MaxDrawdown), Figure.Count(figures.Trades), Figure.Ratio(figures.ProfitFactor));
        }

        terminal.Ansi().Write(table);
        foreach (var outcome in failed.Take(top)) terminal.Line($"failed   {outcome.Parameters}: {outcome.Error}");
        if (assessment is null) return;

        var report = assessment.Overfitting;
        terminal.Line($"best Sharpe                         {Figure.Ratio(report.BestSharpe)}");
        terminal.Line($"expected of the best without merit  {Figure.Ratio(report.ExpectedSharpe)}");
        terminal.Line($"deflated Sharpe                     {Figure.Percent(report.DeflatedSharpe)} likely above zero");
        terminal.Line($"probability of overfitting          {Figure.Percent(report.CrossValidation.OverfittingProbability)}");
        if (assessment.MonteCarlo is not { } other) return;
        var total = other.TotalReturn;
        terminal.Line($"return in other orders of the days  {Figure.Percent(total.P5)} to {Figure.Percent(total.P95)} (5 to 95 of 100)");
        terminal.Line($"drawdown in other orders            {Figure.Percent(other.MaxDrawdown.P5)} to {Figure.Percent(other.MaxDrawdown.P95)}");
    }

    /// <summary>The best, run again to the whole of its result.</summary>
    private static void Export(
        ParseResult parsed,
        Terminal terminal,
        ExportOptions exports,
        SweepResult result,
        SweepPlan plan,
        BarSeries bars,
        string name,
        Measure measure)
    {
        var best = result.Ranked(measure).First();
        var strategy = plan.Strategy.Configure(best.Parameters, plan.Instruments);
        var whole = Backtester.Run(bars, name, new BacktestPlan([strategy], plan.Settings));
        exports.Write(parsed, terminal, whole, bars, Surface(result, plan, measure));
    }

    /// <summary>Over the first two parameters that were varied; null where fewer were.</summary>
    private static ParameterSurface? Surface(SweepResult result, SweepPlan plan, Measure measure)
    {
        ParameterValues[] tried = [.. plan.Combinations.Parameters.Select(p => ParameterValues.Parse(result.Strategy, plan.Strategy.Schema.Parameters, p))];
        string[] varied = [.. plan.Strategy.Schema.Parameters.Select(p => p.Name).Where(n => tried.Any(t => t[n] != tried[0][n]))];
        return varied.Length < 2 ? null : result.Surface(varied[0], varied[1], measure);
    }
}

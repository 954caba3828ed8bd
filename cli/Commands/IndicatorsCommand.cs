using System.CommandLine;
using System.Globalization;
using AlgoStack.BarFiles;
using AlgoStack.Indicators;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Parameters;

namespace AlgoStack.Cli.Commands;

/// <summary><c>algo indicators</c>: an indicator over a file of bars, as CSV; without a file, which there are and what they take.</summary>
internal static class IndicatorsCommand
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.FFF'Z'";

    public static Command Create(SharedOptions shared)
    {
        var name = new Argument<string?>("NAME") { Description = "As algo indicators lists it.", Arity = ArgumentArity.ZeroOrOne };
        var file = new Argument<string?>("FILE") { Description = "A file of bars.", Arity = ArgumentArity.ZeroOrOne };
        var parameters = new Option<string[]>("--param") { Description = "A parameter, as in length=20; may be given more than once.", HelpName = "K=V" };
        var symbol = new Option<string?>("--symbol") { Description = "Whose bars, where a file has those of several.", HelpName = "S" };
        var against = new Option<string?>("--against") { Description = "The bars to compare with, for an indicator of two series.", HelpName = "FILE" };
        var command = new Command("indicators", "Compute an indicator over a file of bars, or list the indicators.")
        {
            name, file, parameters, symbol, against,
        };
        shared.SetAction(command, (parsed, terminal, cancellationToken) =>
        {
            if (parsed.GetValue(name) is not { } chosen) return Task.FromResult(List(terminal));

            var entry = Refusable(() => IndicatorCatalog.Find(chosen));
            if (parsed.GetValue(file) is not { } path) return Task.FromResult(Describe(terminal, entry));

            var other = parsed.GetValue(against);
            if (entry.IsOfTwo != other is not null)
            {
                throw new CommandFailedException(
                    ExitCode.Usage, entry.IsOfTwo ? $"{entry.Name} compares two series: expected --against." : $"{entry.Name} is of one series: expected no --against.");
            }

            var values = Values(parsed.GetValue(parameters) ?? []);
            var indicator = Refusable(() => entry.Make(values));
            var bars = OfOne(path, BarFile.ReadFields(path, entry.Reads, parsed.GetValue(symbol), cancellationToken));
            var others = other is null ? null : OfOne(other, BarFile.ReadFields(other, entry.Reads, symbol: null, cancellationToken));
            return Task.FromResult(Print(terminal, entry, indicator, bars, others, cancellationToken));
        });
        return command;
    }

    private static int List(Terminal terminal)
    {
        foreach (var entry in IndicatorCatalog.All)
            terminal.Line($"{entry.Name,-26} {string.Join(" ", entry.Parameters.Select(Assigned)),-44} {entry.Meaning}".TrimEnd());
        terminal.Line();
        terminal.Line("algo indicators NAME says more of one; algo indicators NAME [--param K=V]... FILE computes it.");
        terminal.Result(new { indicators = IndicatorCatalog.All.Select(Shown) });
        return ExitCode.Ok;
    }

    private static int Describe(Terminal terminal, IndicatorEntry entry)
    {
        terminal.Line($"{entry.Name}: {entry.Meaning}");
        terminal.Line($"reads    {entry.Reads.ToString().ToLowerInvariant()}{(entry.IsOfTwo ? ", of two series" : "")}");
        terminal.Line($"columns  {string.Join(", ", entry.Outputs)}");
        foreach (var parameter in entry.Parameters)
        {
            terminal.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"--param  {Assigned(parameter),-18} {(parameter.IsWhole ? "whole, " : "")}{parameter.Least} to {parameter.Most}: {parameter.Meaning}"));
        }

        terminal.Result(Shown(entry));
        return ExitCode.Ok;
    }

    private static int Print(
        Terminal terminal, IndicatorEntry entry, RunningIndicator indicator, BarSeries bars, BarSeries? others, CancellationToken cancellationToken)
    {
        var outputs = new double[entry.Outputs.Count];
        var rows = new List<object>();
        terminal.Line($"close_time,{string.Join(',', entry.Outputs)}");
        for (var i = 0; i < bars.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var bar = bars[i];
            var at = others is null ? i : Array.BinarySearch(others.CloseMs, bar.CloseMs);
            // Where the other series has no bar there is nothing to compare.
            if (at < 0) continue;

            indicator.Push(bar, (others ?? bars)[at], outputs);
            var closeTime = bar.CloseTime.ToString(TimeFormat, CultureInfo.InvariantCulture);
            terminal.Line($"{closeTime},{string.Join(',', outputs.Select(Cell))}");
            if (terminal.Json) rows.Add(new { closeTime, values = outputs.Select(v => double.IsFinite(v) ? v : (double?)null).ToArray() });
        }

        terminal.Result(new { indicator = entry.Name, warmUp = indicator.WarmUp, outputs = entry.Outputs, rows });
        return ExitCode.Ok;
    }

    private static BarSeries OfOne(string path, BarSeries bars) => bars.Instruments.Count == 1
        ? bars
        : throw new CommandFailedException(
            ExitCode.NothingUseful, $"{path}: has bars of {bars.Instruments[0].Id} and of {bars.Instruments[1].Id}; choose one with --symbol.");

    // Empty: there is no value yet.
    private static string Cell(double value) => double.IsNaN(value) ? "" : value.ToString("R", CultureInfo.InvariantCulture);

    private static Dictionary<string, double> Values(string[] assignments)
    {
        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var assignment in assignments)
        {
            var at = assignment.IndexOf('=', StringComparison.Ordinal);
            if (at < 1 || !double.TryParse(assignment[(at + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
                throw new CommandFailedException(ExitCode.Usage, $"--param: expected a name and a number, as in length=20, found '{assignment}'.");
            if (!values.TryAdd(assignment[..at], value))
                throw new CommandFailedException(ExitCode.Usage, $"--param: {assignment[..at]} is given twice.");
        }

        return values;
    }

    private static T Refusable<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch (ArgumentException e)
        {
            throw new CommandFailedException(ExitCode.Usage, e.Message);
        }
    }

    private static string Assigned(Parameter parameter) =>
        string.Create(CultureInfo.InvariantCulture, $"{parameter.Name}={parameter.Default}");

    private static object Shown(IndicatorEntry entry) => new
    {
        entry.Name,
        entry.Meaning,
        Reads = entry.Reads.ToString().ToLowerInvariant().Split(", "),
        entry.IsOfTwo,
        entry.Outputs,
        entry.Parameters,
    };
}

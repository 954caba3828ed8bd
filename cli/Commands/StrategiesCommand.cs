using System.CommandLine;
using System.Globalization;
using AlgoStack.Strategies;

namespace AlgoStack.Cli.Commands;

/// <summary><c>algo strategies</c>: which strategies there are, and what one takes.</summary>
internal static class StrategiesCommand
{
    public static Command Create(SharedOptions shared)
    {
        var name = new Argument<string?>("NAME") { Description = "As algo strategies lists it.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("strategies", "List the strategies, or say what one of them takes.") { name };
        shared.SetAction(command, (parsed, terminal, _) => Task.FromResult(parsed.GetValue(name) is { } chosen ? Describe(terminal, chosen) : List(terminal)));
        return command;
    }

    private static int List(Terminal terminal)
    {
        foreach (var entry in StrategyCatalog.All) terminal.Line($"{entry.Name,-20} {entry.Schema.Meaning}");
        terminal.Line();
        terminal.Line("algo strategies NAME says what one takes; algo backtest --strategy 'NAME K=V ...' FILE runs it.");
        terminal.Result(new { strategies = StrategyCatalog.All.Select(Shown) });
        return ExitCode.Ok;
    }

    /// <exception cref="CommandFailedException">There is none of that name.</exception>
    private static int Describe(Terminal terminal, string name)
    {
        var entry = StrategyCatalog.All.FirstOrDefault(e => e.Name == name)
            ?? throw new CommandFailedException(ExitCode.Usage, $"Strategy: expected one of {string.Join(", ", StrategyCatalog.All.Select(e => e.Name))}, found '{name}'.");
        terminal.Line($"{entry.Name}: {entry.Schema.Meaning}");
        if (entry.IsOfPair) terminal.Line("trades   two instruments, as in '@AAA.SIM,BBB.SIM'");
        foreach (var p in entry.Schema.Parameters)
        {
            terminal.Line(string.Create(
                CultureInfo.InvariantCulture, $"{$"{p.Name}={p.Default}",-18} {(p.IsWhole ? "whole, " : "")}{p.Least} to {p.Most}: {p.Meaning}"));
        }

        terminal.Result(Shown(entry));
        return ExitCode.Ok;
    }

    private static object Shown(StrategyEntry entry) => new
    {
        entry.Name,
        entry.Schema.Meaning,
        Kind = entry.Schema.Kind.ToString(),
        entry.IsOfPair,
        entry.Schema.Parameters,
    };
}

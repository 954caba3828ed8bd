using System.CommandLine;
using AlgoStack.Backtesting;
using AlgoStack.Contracts.Signals;
using AlgoStack.Strategies;

namespace AlgoStack.Cli.Backtests;

/// <summary>What to run over files of bars, as the command line says it.</summary>
internal sealed class PlanOptions
{
    private readonly Option<string[]> _strategy = new("--strategy")
    {
        Description = "As in 'sma-cross fast=10 slow=30', or 'pairs @AAA.SIM,BBB.SIM'; may be given more than once. Default: those that run live.",
        HelpName = "S",
    };

    public ModelOptions Models { get; } = new();

    public IEnumerable<Option> All => [_strategy, .. Models.All];

    /// <summary>The strategies that were named, as the service takes them; null for those that run live.</summary>
    /// <exception cref="CommandFailedException">One cannot be read.</exception>
    public IReadOnlyList<StrategyChoice>? Choices(ParseResult parsed) => parsed.GetValue(_strategy) is { Length: > 0 }
        ? [.. Plan(parsed).Strategies.Select(s => new StrategyChoice(s.Name, s.ParameterText, [.. s.Instruments.Select(i => i.Value)]))]
        : null;

    /// <exception cref="CommandFailedException">A strategy or a model cannot be read.</exception>
    public BacktestPlan Plan(ParseResult parsed)
    {
        try
        {
            return new BacktestPlan(
                parsed.GetValue(_strategy) is { Length: > 0 } chosen ? [.. chosen.Select(PlanText.Strategy)] : StrategyCatalog.Usual, Models.Settings(parsed));
        }
        catch (FormatException e)
        {
            throw new CommandFailedException(ExitCode.Usage, e.Message);
        }
    }
}

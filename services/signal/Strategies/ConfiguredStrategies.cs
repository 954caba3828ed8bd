using AlgoStack.Contracts.Signals;
using AlgoStack.ServiceDefaults.Configuration;
using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;

namespace AlgoStack.Signal.Strategies;

/// <summary>
/// Which strategies a new session runs: those under the key <c>Strategies</c>, each with <c>Name</c>, <c>Parameters</c> as in
/// <c>fast=12 slow=26</c> and <c>Instruments</c>; with none there, the usual ones. A session keeps those that it began with.
/// </summary>
public sealed class ConfiguredStrategies(IReadOnlyList<StrategyChoice> choices)
{
    private const string Section = "Strategies";

    public IReadOnlyList<StrategyChoice> Choices { get; } = choices;

    /// <exception cref="InvalidConfigurationException">There is no such strategy, or it cannot have these parameters.</exception>
    public static ConfiguredStrategies From(IConfiguration configuration)
    {
        var choices = new List<StrategyChoice>();
        foreach (var entry in configuration.GetSection(Section).GetChildren())
        {
            var choice = new StrategyChoice(
                entry["Name"] ?? "", entry["Parameters"] ?? "", [.. entry.GetSection("Instruments").GetChildren().Select(i => i.Value ?? "")]);
            try
            {
                choices.Add(choice with { Parameters = Configure(choice).ParameterText });
            }
            catch (Exception e) when (e is ArgumentException or FormatException)
            {
                throw new InvalidConfigurationException(entry.Path, $"cannot be: {e.Message}");
            }

            if (choices.FindIndex(c => c.Name == choice.Name) < choices.Count - 1)
                throw new InvalidConfigurationException(entry.Path, $"is {choice.Name} again: expected each strategy once.");
        }

        return new ConfiguredStrategies(
            choices.Count > 0 ? choices : [.. StrategyCatalog.Usual.Select(s => new StrategyChoice(s.Name, s.ParameterText, []))]);
    }

    /// <inheritdoc cref="StrategyEntry.Configure(string, IReadOnlyList{InstrumentId})"/>
    public static ConfiguredStrategy Configure(StrategyChoice choice) =>
        StrategyCatalog.Find(choice.Name).Configure(choice.Parameters, [.. choice.Instruments.Select(i => new InstrumentId(i))]);
}

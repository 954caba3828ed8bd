using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Parameters;

namespace AlgoStack.Strategies;

/// <summary>A strategy with its parameters, on the instruments it is to trade.</summary>
public sealed class ConfiguredStrategy
{
    internal ConfiguredStrategy(StrategyEntry entry, ParameterValues parameters, IReadOnlyList<InstrumentId> instruments)
    {
        Entry = entry;
        Parameters = parameters;
        ParameterText = parameters.ToString();
        Instruments = instruments;
    }

    public StrategyEntry Entry { get; }

    public StrategySchema Schema => Entry.Schema;

    public string Name => Entry.Name;

    public ParameterValues Parameters { get; }

    /// <summary>The parameters in one line, as in <c>fast=12 slow=26</c>: part of every signal's id.</summary>
    public string ParameterText { get; }

    /// <summary>Those it trades; with none, every one.</summary>
    public IReadOnlyList<InstrumentId> Instruments { get; }

    public bool Trades(InstrumentId instrument) => Instruments.Count == 0 || Instruments.Contains(instrument);

    /// <summary>A runner in which no instrument has seen a bar.</summary>
    public StrategyRunner NewRunner() => Entry.NewRunner(Parameters, Instruments);
}

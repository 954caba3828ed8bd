using System.Collections.ObjectModel;

namespace AlgoStack.Trading.Risk;

/// <summary>The switches that an account's orders pass, as they were last thrown. Never changed, only replaced.</summary>
/// <param name="Global">Everybody's.</param>
/// <param name="Account">The account's own.</param>
public sealed record TradingSwitches(TradingState Global, TradingState Account)
{
    public static TradingSwitches Active { get; } = new(TradingState.Active, TradingState.Active);

    /// <summary>Of strategies by their names; one that is not among them is active.</summary>
    public IReadOnlyDictionary<string, TradingState> Strategies { get; init; } = ReadOnlyDictionary<string, TradingState>.Empty;

    /// <summary>Ways out that were asked for and not called off, done or not.</summary>
    public IReadOnlyList<Flattening> Flattenings { get; init; } = [];

    public TradingStates Of(string strategy) => new(Global, Account, Strategies.GetValueOrDefault(strategy));
}

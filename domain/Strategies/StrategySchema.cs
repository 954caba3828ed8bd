using AlgoStack.Trading.Parameters;

namespace AlgoStack.Strategies;

/// <summary>What a strategy lives on.</summary>
public enum StrategyKind
{
    /// <summary>Prices that go on as they went.</summary>
    TrendFollowing,

    /// <summary>Prices that come back to where they were.</summary>
    MeanReverting,

    /// <summary>Neither by itself, such as holding for ever.</summary>
    Neutral,
}

/// <summary>What is said of a strategy, the same for all its parameters.</summary>
/// <param name="Name">The name it is configured, stored and shown by, as in <c>ema-cross</c>.</param>
/// <param name="Meaning">What it does, in a sentence.</param>
/// <param name="Inputs">Names of an explanation's inputs, in order, at most 8.</param>
/// <param name="Rules">Names of an explanation's rules, in order, at most 32.</param>
/// <param name="ScoreParts">Names of the parts of a score, in order, at most 4.</param>
public sealed record StrategySchema(
    string Name,
    string Meaning,
    StrategyKind Kind,
    IReadOnlyList<Parameter> Parameters,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Rules,
    IReadOnlyList<string> ScoreParts);

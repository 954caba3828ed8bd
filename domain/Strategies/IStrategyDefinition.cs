using AlgoStack.Trading.Parameters;

namespace AlgoStack.Strategies;

/// <summary>What every strategy says of itself, and how one begins.</summary>
/// <typeparam name="TSelf">The strategy itself.</typeparam>
public interface IStrategyDefinition<TSelf>
    where TSelf : struct
{
    static abstract StrategySchema Schema { get; }

    /// <param name="parameters">Of the schema, each in its range.</param>
    /// <exception cref="ArgumentOutOfRangeException">Values that do not go together, as a fast length above a slow one.</exception>
    static abstract TSelf Create(ParameterValues parameters);

    /// <summary>Why, as the middle of a sentence that a person understands; made where it is read.</summary>
    static abstract string Describe(ParameterValues parameters, Verdict verdict, double close);
}

using AlgoStack.Trading.MarketData;

namespace AlgoStack.Strategies;

/// <summary>
/// A strategy over one instrument: a struct that folds bars into a wish. It sees bars only, never fills, positions or
/// cash. <c>default</c> is not ready to use; engines start from <see cref="IStrategyDefinition{TSelf}.Create"/>. A struct
/// and a generic argument, so that the JIT inlines it into the engine's loop.
/// </summary>
/// <typeparam name="TSelf">The strategy itself.</typeparam>
public interface IStrategy<TSelf> : IStrategyDefinition<TSelf>
    where TSelf : struct, IStrategy<TSelf>
{
    /// <summary>
    /// Takes the next bar. Where the direction wanted changed with it, the verdict says to what and why; null where it did not,
    /// and before the indicators are warm. Nothing is allocated but a verdict.
    /// </summary>
    Verdict? OnBar(in Bar bar);
}

using AlgoStack.Trading.MarketData;

namespace AlgoStack.Strategies;

/// <summary>
/// A strategy over two instruments, long one and short the other. What holds of <see cref="IStrategy{TSelf}"/> holds of it.
/// </summary>
/// <typeparam name="TSelf">The strategy itself.</typeparam>
public interface IPairStrategy<TSelf> : IStrategyDefinition<TSelf>
    where TSelf : struct, IPairStrategy<TSelf>
{
    /// <summary>
    /// Takes the next bars of both, closed at one time. The verdict is of <paramref name="first"/>; of
    /// <paramref name="second"/> the opposite is wanted.
    /// </summary>
    Verdict? OnBars(in Bar first, in Bar second);
}

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
    /// Takes the next bars of both, closed at one time. True when the direction wanted of <paramref name="first"/> changed;
    /// of <paramref name="second"/> the opposite is wanted.
    /// </summary>
    bool OnBars(in Bar first, in Bar second, out Verdict verdict);
}

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

    /// <summary>
    /// Takes rows <paramref name="from"/> to before <paramref name="to"/> of a series of one instrument. A strategy needs none
    /// of its own: it is for one that gains by going through a column at a time, and finds what <see cref="OnBar"/> would.
    /// </summary>
    /// <param name="found">Each verdict is added, with its row.</param>
    static virtual void OnBars(ref TSelf state, BarSeries bars, int from, int to, List<FoundVerdict> found)
    {
        for (var row = from; row < to; row++)
        {
            if (state.OnBar(bars[row]) is { } verdict) found.Add(new FoundVerdict(row, StrategyRunner.None, verdict));
        }
    }
}

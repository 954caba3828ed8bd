using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Research;

namespace AlgoStack.Backtesting.Comparisons;

/// <summary>Two plans over the same bars, side by side, and whether what they made differs by more than chance.</summary>
/// <param name="Sharpe">Whether their Sharpe ratios differ; null where daily returns are no numbers, as on a debt.</param>
/// <param name="Returns">Whether their mean daily returns differ; null likewise, and with no day.</param>
public sealed record StrategyComparison(BacktestResult First, BacktestResult Second, SharpeComparison? Sharpe, PairedReturns? Returns)
{
    /// <summary>The least p-value is 1 in 5,000.</summary>
    public const int Draws = 4_999;

    /// <param name="name">Of the data, as a person calls it.</param>
    /// <param name="seed">The same numbers for the same seed.</param>
    /// <inheritdoc cref="Of"/>
    public static StrategyComparison Run(
        BarSeries bars, string name, BacktestPlan first, BacktestPlan second, ulong seed = 1, CancellationToken cancellationToken = default) => Of(
            Backtester.Run(bars, name, first, progress: null, cancellationToken),
            Backtester.Run(bars, name, second, progress: null, cancellationToken),
            seed);

    /// <summary>Of two that ran already.</summary>
    /// <exception cref="ArgumentException">They ran over different bars, or over bars of two currencies.</exception>
    public static StrategyComparison Of(BacktestResult first, BacktestResult second, ulong seed = 1)
    {
        if (first.Data.Hash != second.Data.Hash)
        {
            throw new ArgumentException(
                $"Comparison: expected two results over the same bars, found {Described(first.Data)} and {Described(second.Data)}.", nameof(second));
        }

        if (first.Currencies.Count != 1)
        {
            throw new ArgumentException(
                $"Comparison: expected instruments of one currency, found {string.Join(", ", first.Currencies.Select(c => c.Currency))}.", nameof(first));
        }

        if (first.Currencies[0].Days is not { } one || second.Currencies[0].Days is not { } two) return new StrategyComparison(first, second, Sharpe: null, Returns: null);

        var block = (int)Math.Max(1, Math.Round(Math.Cbrt(one.Count)));
        return new StrategyComparison(
            first,
            second,
            SharpeComparison.Of(one, two, block, Draws, new SplitMix64(seed)),
            PairedReturns.Of(one, two, block, Draws, new SplitMix64(seed)));
    }

    private static string Described(BacktestData data) => $"{data.Name} ({data.Hash[..12]})";
}

using AlgoStack.BarFiles;
using AlgoStack.Testing;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Backtesting.Tests;

/// <summary>The real data set of the repository: the S&amp;P 500 by day, 2000-01-03 to 2020-04-17.</summary>
internal static class Sp500
{
    public static BarSeries Bars { get; } = BarFile.Read(Path.Combine(Repository.Root, "data", "sp500-2000", "sp500-2000.csv"));
}

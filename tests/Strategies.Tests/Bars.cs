using AlgoStack.Trading.MarketData;

namespace AlgoStack.Strategies.Tests;

/// <summary>Made-up bars, a range of two around each close.</summary>
internal static class Bars
{
    public static IEnumerable<Bar> At(params IEnumerable<double> closes) =>
        closes.Select((close, i) => new Bar(i, close, close + 1, close - 1, close, 1));

    public static IEnumerable<double> Line(int count, double first, double step) =>
        Enumerable.Range(0, count).Select(i => first + (i * step));

    /// <summary>As many closes as warm up a strategy, up and down around a price and at it at the end.</summary>
    public static IEnumerable<double> WarmUpAround(double price) =>
        Enumerable.Range(0, 80).Select(i => price + (i % 2 == 0 ? 0.5 : -0.5));
}

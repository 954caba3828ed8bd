using AlgoStack.Benchmarks.Limits;
using AlgoStack.Benchmarks.Measuring;
using AlgoStack.Indicators;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Benchmarks.Backtest;

/// <summary>
/// Indicators alone, bar by bar. The goal is what TA-Lib's C reaches in one call over a whole array, as a ratio to the loop; the
/// floor is half of it.
/// </summary>
internal static class IndicatorLines
{
    public static IEnumerable<Comparison> Of(BarSeries bars, double loopExpected)
    {
        return
        [
            Line("RSI", 0.83, Rsi),
            Line("MACD", 0.34, Macd),
            Line("Bollinger", 1.0, Bollinger),
            Line("ATR", 0.92, Atr),
            Line("ADX", 0.51, Adx),
            Line("MFI", 0.55, Mfi),
            Line("Stochastic", 0.47, Stochastic),
            Line("OBV", 0.99, Obv),
            Line("EMA", 2.4, Ema),
        ];

        Comparison Line(string name, double goal, Func<BarSeries, double> run) => new(
            $"{name} alone",
            "bars",
            goal / 2,
            goal,
            () => BacktestSuite.BestAsync(bars, b => LoopLimits.Cross(b, BacktestSuite.Fast, BacktestSuite.Slow)),
            () => BacktestSuite.BestAsync(bars, run),
            loopExpected);
    }

    private static double Rsi(BarSeries bars)
    {
        var indicator = new Rsi(14);
        for (var row = 0; row < bars.Count; row++) indicator.Push(bars.Close[row]);
        return indicator.Value;
    }

    private static double Macd(BarSeries bars)
    {
        var indicator = new Macd(12, 26, 9);
        for (var row = 0; row < bars.Count; row++) indicator.Push(bars.Close[row]);
        return indicator.Signal;
    }

    private static double Bollinger(BarSeries bars)
    {
        var indicator = new BollingerBands(20, 2);
        for (var row = 0; row < bars.Count; row++) indicator.Push(bars.Close[row]);
        return indicator.Upper;
    }

    private static double Atr(BarSeries bars)
    {
        var indicator = new Atr(14);
        for (var row = 0; row < bars.Count; row++) indicator.Push(bars[row]);
        return indicator.Value;
    }

    private static double Adx(BarSeries bars)
    {
        var indicator = new Adx(14);
        for (var row = 0; row < bars.Count; row++) indicator.Push(bars[row]);
        return indicator.Value;
    }

    private static double Mfi(BarSeries bars)
    {
        var indicator = new Mfi(14);
        for (var row = 0; row < bars.Count; row++) indicator.Push(bars[row]);
        return indicator.Value;
    }

    private static double Stochastic(BarSeries bars)
    {
        var indicator = new Stochastic(14, 3, 3);
        for (var row = 0; row < bars.Count; row++) indicator.Push(bars[row]);
        return indicator.D;
    }

    private static double Obv(BarSeries bars)
    {
        var indicator = new Obv();
        for (var row = 0; row < bars.Count; row++) indicator.Push(bars[row]);
        return indicator.Value;
    }

    private static double Ema(BarSeries bars)
    {
        var indicator = new Ema(20);
        for (var row = 0; row < bars.Count; row++) indicator.Push(bars.Close[row]);
        return indicator.Value;
    }
}

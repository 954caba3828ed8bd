using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Research;

namespace AlgoStack.Benchmarks.Backtest;

/// <summary>One-minute bars of seeded random walks, the same on every machine.</summary>
internal static class RandomWalk
{
    private const long FirstOpenMs = 1_577_836_800_000;
    private const double Step = 0.001;
    private const int MostTicks = 9;

    /// <summary>Bars of several instruments, one of each an instant.</summary>
    public static BarSeries Of(int instruments, int barsEach)
    {
        var count = instruments * barsEach;
        var series = new BarSeries(
            Timeframe.Minute,
            [.. Enumerable.Range(0, instruments).Select(i => new Instrument(new InstrumentId($"W{i:000}.SIM"), 0.01m, 0.00000001m, "USD"))],
            new int[count], new long[count], new double[count], new double[count], new double[count], new double[count], new double[count]);
        var random = new SplitMix64(20_261_122);
        var prices = new double[instruments];
        Array.Fill(prices, 100.0);
        for (var row = 0; row < count; row++)
        {
            var instrument = row % instruments;
            var open = Math.Round(prices[instrument], 2);
            prices[instrument] = Math.Max(1, prices[instrument] * (1 + (Step * ((2 * random.NextFraction()) - 1))));
            var close = Math.Round(prices[instrument], 2);
            series.Instrument[row] = instrument;
            series.CloseMs[row] = FirstOpenMs + (Timeframe.Minute.Milliseconds * ((row / instruments) + 1));
            series.Open[row] = open;
            series.Close[row] = close;
            series.High[row] = Math.Max(open, close) + (0.01 * (int)(random.NextFraction() * MostTicks));
            series.Low[row] = Math.Min(open, close) - (0.01 * (int)(random.NextFraction() * MostTicks));
            series.Volume[row] = 1 + (int)(random.NextFraction() * 10_000);
        }

        return series;
    }
}

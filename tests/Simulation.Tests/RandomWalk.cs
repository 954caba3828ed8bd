using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Research;

namespace AlgoStack.Simulation.Tests;

/// <summary>Minute bars that a seed makes: half a percent a bar, now and then a bar missing where there are several instruments.</summary>
internal static class RandomWalk
{
    private const double Step = 0.005;

    public static BarSeries Of(int seed, int minutes, int instruments = 1, double price = 100, decimal tick = 0.01m, decimal lot = 0.001m)
    {
        var random = new SplitMix64((ulong)seed);
        var closes = Enumerable.Repeat(price, instruments).ToArray();
        var rows = new List<(int Instrument, Bar Bar)>();
        for (var minute = 1; minute <= minutes; minute++)
        {
            for (var i = 0; i < instruments; i++)
            {
                if (instruments > 1 && random.NextBelow(20) == 0) continue;

                rows.Add((i, Next(ref random, minute, closes[i])));
                closes[i] = rows[^1].Bar.Close;
            }
        }

        return Of([.. Enumerable.Range(0, instruments).Select(i => new Instrument(new InstrumentId($"{(char)('A' + i)}.SIM"), tick, lot, "USD"))], rows);
    }

    /// <summary>Bars in the order of (close, instrument).</summary>
    public static BarSeries Of(IReadOnlyList<Instrument> instruments, IReadOnlyList<(int Instrument, Bar Bar)> rows) => new(
        Timeframe.Minute,
        instruments,
        [.. rows.Select(r => r.Instrument)],
        [.. rows.Select(r => r.Bar.CloseMs)],
        [.. rows.Select(r => r.Bar.Open)],
        [.. rows.Select(r => r.Bar.High)],
        [.. rows.Select(r => r.Bar.Low)],
        [.. rows.Select(r => r.Bar.Close)],
        [.. rows.Select(r => r.Bar.Volume)]);

    private static Bar Next(ref SplitMix64 random, int minute, double before)
    {
        var open = before * Factor(ref random, 0.2);
        var close = open * Factor(ref random, 1);
        var high = Math.Max(open, close) * (1 + (Step * random.NextFraction() / 2));
        var low = Math.Min(open, close) * (1 - (Step * random.NextFraction() / 2));
        return new Bar(60_000L * minute, open, high, low, close, random.NextBelow(1_000));
    }

    private static double Factor(ref SplitMix64 random, double steps) => Math.Exp(Step * steps * ((2 * random.NextFraction()) - 1));
}

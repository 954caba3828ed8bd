using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Research;

namespace AlgoStack.Benchmarks.Backtest;

/// <summary>Quotes and trades of a seeded random walk, one as likely as the other, forty a minute; the same on every machine.</summary>
internal static class RandomTicks
{
    private const long FirstUs = 1_577_836_800_000_000;
    private const long StepUs = 1_500_000;
    private const double Cent = 0.01;

    public static TickSeries Of(int count)
    {
        var random = new SplitMix64(20_261_123);
        var (times, kinds) = (new long[count], new TickKind[count]);
        var (prices, sizes, asks, askSizes) = (new double[count], new double[count], new double[count], new double[count]);
        var cents = 10_000L;
        for (var row = 0; row < count; row++)
        {
            times[row] = FirstUs + (StepUs * row) + (long)(random.NextFraction() * StepUs);
            cents = Math.Max(100, cents + random.NextBelow(3) - 1);
            kinds[row] = random.NextBelow(2) == 0 ? TickKind.Trade : TickKind.Quote;
            sizes[row] = 1 + random.NextBelow(1_000);
            if (kinds[row] == TickKind.Trade)
            {
                prices[row] = (cents + random.NextBelow(2)) * Cent;
                continue;
            }

            prices[row] = cents * Cent;
            asks[row] = (cents + 1) * Cent;
            askSizes[row] = 1 + random.NextBelow(1_000);
        }

        return new TickSeries(
            [new Instrument(new InstrumentId("TICKS.SIM"), 0.01m, 0.00000001m, "USD")], new int[count], times, kinds, prices, sizes, asks, askSizes);
    }
}

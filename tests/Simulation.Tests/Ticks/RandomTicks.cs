using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Research;

namespace AlgoStack.Simulation.Tests.Ticks;

/// <summary>Trades and quotes that a seed makes, some seconds apart, several at one time now and then; of a quote a side may be missing.</summary>
internal static class RandomTicks
{
    private const double Cent = 0.01;

    public static TickSeries Of(int seed, int count, int instruments = 1)
    {
        var random = new SplitMix64((ulong)seed);
        var cents = Enumerable.Repeat(10_000, instruments).ToArray();
        var rows = new List<(int Instrument, Tick Tick)>();
        var us = 0L;
        for (var row = 0; row < count; row++)
        {
            us += random.NextBelow(4) == 0 ? 0 : random.NextBelow(8_000_000);
            if (random.NextBelow(500) == 0) us += 600_000_000;
            var instrument = random.NextBelow(instruments);
            rows.Add((instrument, Next(ref random, us, ref cents[instrument])));
        }

        return Of([.. Enumerable.Range(0, instruments).Select(i => new Instrument(new InstrumentId($"{(char)('A' + i)}.SIM"), 0.01m, 0.001m, "USD"))], rows);
    }

    public static TickSeries Of(IReadOnlyList<Instrument> instruments, IReadOnlyList<(int Instrument, Tick Tick)> rows) => new(
        instruments,
        [.. rows.Select(r => r.Instrument)],
        [.. rows.Select(r => r.Tick.TimeUs)],
        [.. rows.Select(r => r.Tick.Kind)],
        [.. rows.Select(r => r.Tick.Price)],
        [.. rows.Select(r => r.Tick.Size)],
        [.. rows.Select(r => r.Tick.Ask)],
        [.. rows.Select(r => r.Tick.AskSize)]);

    private static Tick Next(ref SplitMix64 random, long us, ref int cents)
    {
        cents += random.NextBelow(21) - 10;
        var size = random.NextBelow(200);
        if (random.NextBelow(2) == 0) return Tick.Trade(us, cents * Cent, size);

        var ask = (cents + 1 + random.NextBelow(3)) * Cent;
        return random.NextBelow(10) switch
        {
            0 => Tick.Quote(us, 0, 0, ask, size),
            1 => Tick.Quote(us, cents * Cent, size, double.NaN, double.NaN),
            _ => Tick.Quote(us, cents * Cent, size, ask, random.NextBelow(200)),
        };
    }
}

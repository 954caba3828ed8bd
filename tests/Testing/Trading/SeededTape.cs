using AlgoStack.Contracts.MarketData;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Research;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace AlgoStack.Testing.Trading;

/// <summary>A random walk of hours, the same for the same seed, and what ingestion answers about it.</summary>
public sealed class SeededTape
{
    private const long HourMs = 3_600_000;
    private const long FirstMs = 1_577_836_800_000;

    private static readonly Instrument Walk = new(new InstrumentId("WALK.SIM"), 0.01m, 1m, "USD");

    public SeededTape(int seed, int bars)
    {
        var random = new SplitMix64((ulong)seed);
        var (price, open) = (100.0, new double[bars]);
        var (high, low, close) = (new double[bars], new double[bars], new double[bars]);
        for (var i = 0; i < bars; i++)
        {
            open[i] = price;
            price = Math.Round(price * (1 + ((random.NextFraction() - 0.5) * 0.02)), 2);
            close[i] = price;
            high[i] = Math.Max(open[i], price);
            low[i] = Math.Min(open[i], price);
        }

        long[] times = [.. Enumerable.Range(1, bars).Select(i => FirstMs + (i * HourMs))];
        double[] volume = [.. Enumerable.Repeat(1_000_000.0, bars)];
        Bars = new BarSeries(Timeframe.Hour, [Walk], new int[bars], times, open, high, low, close, volume);
    }

    public static string InstrumentId => Walk.Id.Value;

    public BarSeries Bars { get; private set; }

    /// <summary>Multiplies the close of one bar, as if the tape had been tampered with.</summary>
    public void AlterClose(int row, double factor) => Bars = Bars with { Close = [.. Bars.Close.Select((close, i) => i == row ? close * factor : close)] };

    /// <summary>What ingestion answers.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/instruments", () => new[] { new InstrumentTerms(Walk.Id.Value, Walk.Tick, Walk.Lot, Walk.Currency) });
        routes.MapGet("/history", (string instrument) => instrument == Walk.Id.Value
            ? Results.Stream(body => Columns().WriteAsync(body), BarColumns.MediaType)
            : Results.NotFound());
    }

    private BarColumns Columns() => new(
        [Walk.Id.Value], Bars.Instrument, Bars.CloseMs, Bars.Open, Bars.High, Bars.Low, Bars.Close, Bars.Volume);
}

using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.ServiceDefaults.Clients;
using AlgoStack.Trading.Instruments;

namespace AlgoStack.BrokerRouting.Executions;

/// <summary>What volume is usual at a time of day, from the bars that ingestion has stored.</summary>
public sealed class VolumeProfiles(TapeClient tape)
{
    /// <summary>The longest time that a profile is made for: days are laid on one another.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>A bar is not divided.</summary>
    public static readonly TimeSpan ShortestSlice = TimeSpan.FromMinutes(1);

    private const string Timeframe = "1m";
    private const int Days = 10;
    private const int MostBars = (Days + 1) * 24 * 60;

    /// <summary>A volume of a profile is so precise: the largest is 1.</summary>
    private const int Decimals = 6;

    /// <summary>
    /// The share of the largest that each slice's time of day, in UTC, has had of the volume of the last ten days before the start; null
    /// where none is known. Of what ingestion calls by the same symbol as the account's venue, that with the most volume.
    /// </summary>
    /// <exception cref="HttpRequestException">Ingestion does not answer.</exception>
    public async Task<IReadOnlyList<decimal>?> ReadAsync(
        IBroker broker, InstrumentId instrument, DateTimeOffset start, DateTimeOffset end, int slices, CancellationToken cancellationToken)
    {
        var symbol = broker.SymbolOf(instrument);
        var known = await tape.GetInstrumentsAsync(cancellationToken);
        var most = new double[slices];
        foreach (var name in known.Keys.Where(n => broker.SymbolOf(new InstrumentId(n)) == symbol).Order(StringComparer.Ordinal))
        {
            var volumes = await SumAsync(name, start, end, slices, cancellationToken);
            if (volumes.Sum() > most.Sum()) most = volumes;
        }

        return most.Max() is > 0 and var largest ? [.. most.Select(v => (decimal)Math.Round(v / largest, Decimals))] : null;
    }

    private async Task<double[]> SumAsync(string name, DateTimeOffset start, DateTimeOffset end, int slices, CancellationToken cancellationToken)
    {
        var bars = await tape.GetHistoryAsync(name, Timeframe, start.AddDays(-Days), start, MostBars, cancellationToken);
        var (volumes, day, span) = (new double[slices], TimeSpan.FromDays(1).Ticks, (end - start).Ticks);
        for (var row = 0; row < bars.Count; row++)
        {
            // A bar is of the time before its close. What is before the start is as far into a day as it was into its own.
            var before = (start - DateTimeOffset.FromUnixTimeMilliseconds(bars.CloseMs[row] - 1)).Ticks;
            var into = (day - (before % day)) % day;
            if (before > 0 && into < span && bars.Volume[row] > 0) volumes[(int)((Int128)into * slices / span)] += bars.Volume[row];
        }

        return volumes;
    }
}

using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.BarFiles;

/// <summary>
/// A whole file of bars as columns in memory, 52 bytes a bar. CSV, CSV.gz and zipped CSV with a header, and Binance's
/// archives of klines, which have none.
/// </summary>
public static class BarFile
{
    private const int MostNamed = 10;

    /// <summary>
    /// All bars, or those of one instrument, by (close, instrument id). Corrupt data is worse than none: a row that is no
    /// bar fails the whole file. Exact repeats of a row are dropped.
    /// </summary>
    /// <param name="symbol">As the file has it, or the instrument's id; null for all.</param>
    /// <param name="timeframe">Null for the smallest step between two bars in the file.</param>
    /// <param name="venue">Of symbols that name none; null for <see cref="InstrumentNaming.DefaultVenue"/>.</param>
    /// <exception cref="BarFileException">It cannot be read whole, has no such bars, or its timeframe cannot be told.</exception>
    public static BarSeries Read(
        string path, string? symbol = null, Timeframe? timeframe = null, string? venue = null, CancellationToken cancellationToken = default)
    {
        using var rows = BarRows.Open(path, venue);
        return Read(rows, symbol, timeframe, venue, cancellationToken);
    }

    /// <summary>
    /// The same of files with some fields only: no column beside the time and <paramref name="reads"/> has to be there,
    /// what is not there is NaN, and prices are not judged.
    /// </summary>
    /// <exception cref="BarFileException">It cannot be read whole, has no such bars, or its timeframe cannot be told.</exception>
    public static BarSeries ReadFields(string path, BarFields reads, string? symbol = null, CancellationToken cancellationToken = default)
    {
        using var rows = BarRows.OpenFields(path, reads);
        return Read(rows, symbol, timeframe: null, venue: null, cancellationToken);
    }

    private static BarSeries Read(BarRows rows, string? symbol, Timeframe? timeframe, string? venue, CancellationToken cancellationToken)
    {
        var builder = new SeriesBuilder();
        var named = 0;
        var chosen = -1;
        for (var read = 0; rows.Next(); read++)
        {
            if ((read & 0xFFFF) == 0) cancellationToken.ThrowIfCancellationRequested();
            if (rows.Verdict.Outcome == GateOutcome.Duplicate) continue;
            if (rows.Verdict.Outcome == GateOutcome.Quarantined)
            {
                throw new BarFileException(BarFileException.BadRow, $"{rows.Path}: line {rows.LineNumber}: {rows.Explain()}.");
            }

            for (; named < rows.Instruments.Count; named++)
            {
                if (IsNamed(rows.Instruments[named], symbol, venue)) chosen = named;
            }

            if (symbol is not null && rows.Instrument != chosen) continue;
            if (builder.IsFull) builder.Grow(rows.Progress);
            builder.Add(rows.Instrument, rows.Bar);
        }

        if (builder.Count == 0) throw new BarFileException(BarFileException.NoRows, $"{rows.Path}: {Lacks(rows.Instruments, symbol)}.");

        var settled = timeframe ?? rows.InferTimeframe() ?? throw new BarFileException(
            BarFileException.NoTimeframe, $"{rows.Path}: no instrument has two bars, so the timeframe cannot be told; give it.");
        return builder.Build(settled, rows.Instruments, rows.ShiftMs(settled));
    }

    private static bool IsNamed(Instrument instrument, string? symbol, string? venue) =>
        symbol is not null
        && (instrument.Id.Value == symbol || (InstrumentNaming.TryName(symbol, venue, out var named, out _) && named!.Id == instrument.Id));

    private static string Lacks(IReadOnlyList<Instrument> instruments, string? symbol)
    {
        if (symbol is null || instruments.Count == 0) return "holds no bars, its header alone";

        var others = instruments.Count > MostNamed ? $" and {instruments.Count - MostNamed} more" : "";
        return $"holds no bars of {symbol}, but of {string.Join(", ", instruments.Take(MostNamed).Select(i => i.Id))}{others}";
    }
}

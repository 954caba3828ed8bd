using System.Globalization;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.BarFiles;

/// <summary>
/// Whole files of bars as columns in memory, 52 bytes a bar: CSV, gzipped or zipped too, with a header or of Binance's
/// archives of klines; and files of columns (<c>.bars</c>), which open in the time it takes to read and hash them.
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
        if (ColumnFile.IsOne(path)) return Only(path, ReadColumns(path, timeframe), symbol, venue);

        using var rows = BarRows.Open(path, venue);
        return Read(rows, symbol, timeframe, venue, cancellationToken);
    }

    /// <summary>The bars of several files, all of one timeframe, in one series. A bar that two of them have counts once.</summary>
    /// <exception cref="BarFileException">As of one file; they differ in timeframe, in the terms of an instrument, or in a bar.</exception>
    public static BarSeries Read(
        IReadOnlyList<string> paths, string? symbol = null, Timeframe? timeframe = null, string? venue = null, CancellationToken cancellationToken = default)
    {
        if (paths.Count == 0) throw new ArgumentException("Expected a file.", nameof(paths));
        var merge = new SeriesMerge();
        foreach (var path in paths) merge.Add(path, Read(path, symbol, timeframe, venue, cancellationToken));
        return merge.Build();
    }

    /// <summary>
    /// The same of a file with some fields only: no column beside the time and <paramref name="reads"/> has to be there,
    /// what is not there is NaN, and prices are not judged.
    /// </summary>
    /// <exception cref="BarFileException">It cannot be read whole, has no such bars, or its timeframe cannot be told.</exception>
    public static BarSeries ReadFields(string path, BarFields reads, string? symbol = null, CancellationToken cancellationToken = default)
    {
        if (ColumnFile.IsOne(path)) return Only(path, ColumnFile.Read(path), symbol, venue: null);

        using var rows = BarRows.OpenFields(path, reads);
        return Read(rows, symbol, timeframe: null, venue: null, cancellationToken);
    }

    /// <summary>Writes a file of columns, or what was there stays.</summary>
    /// <returns>Its SHA-256, in hexadecimal digits: the same for the same bars, whatever they were read from.</returns>
    /// <exception cref="BarFileException">It cannot be written.</exception>
    public static string Write(string path, BarSeries series) => ColumnFile.Write(path, series);

    private static BarSeries Read(BarRows rows, string? symbol, Timeframe? timeframe, string? venue, CancellationToken cancellationToken)
    {
        var builder = new SeriesBuilder();
        var named = 0;
        var chosen = -1;
        for (var read = 0L; rows.Next(); read++)
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

        if (builder.Count == 0) throw Lacks(rows.Path, rows.Instruments, symbol);

        var settled = timeframe ?? rows.InferTimeframe() ?? throw new BarFileException(
            BarFileException.NoTimeframe, $"{rows.Path}: no instrument has two bars, so the timeframe cannot be told; give it.");
        return builder.Build(settled, rows.Instruments, rows.ShiftMs(settled));
    }

    private static BarSeries ReadColumns(string path, Timeframe? timeframe)
    {
        var series = ColumnFile.Read(path);
        return timeframe is null || timeframe == series.Timeframe
            ? series
            : throw new BarFileException(BarFileException.NoTimeframe, $"{path}: expected bars of {timeframe}, found {series.Timeframe}.");
    }

    private static BarSeries Only(string path, BarSeries series, string? symbol, string? venue)
    {
        if (symbol is null) return series;

        var chosen = series.Instruments.ToList().FindIndex(i => IsNamed(i, symbol, venue));
        if (chosen < 0) throw Lacks(path, series.Instruments, symbol);
        if (series.Instruments.Count == 1) return series;

        var builder = new SeriesBuilder();
        builder.Reserve(series.Instrument.Count(i => i == chosen));
        for (var row = 0; row < series.Count; row++)
        {
            if (series.Instrument[row] == chosen) builder.Add(0, series[row]);
        }

        return builder.Build(series.Timeframe, [series.Instruments[chosen]], shiftMs: 0);
    }

    internal static bool IsNamed(Instrument instrument, string? symbol, string? venue) =>
        symbol is not null
        && (instrument.Id.Value == symbol || (InstrumentNaming.TryName(symbol, venue, out var named, out _) && named!.Id == instrument.Id));

    private static BarFileException Lacks(string path, IReadOnlyList<Instrument> instruments, string? symbol)
    {
        if (symbol is null || instruments.Count == 0) return new(BarFileException.NoRows, $"{path}: holds no bars, its header alone.");

        var others = string.Join(", ", instruments.Take(MostNamed).Select(i => i.Id));
        if (instruments.Count > MostNamed) others += string.Create(CultureInfo.InvariantCulture, $" and {instruments.Count - MostNamed} more");
        return new(BarFileException.NoRows, $"{path}: holds no bars of {symbol}, but of {others}.");
    }
}

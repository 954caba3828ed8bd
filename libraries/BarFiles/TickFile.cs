using System.Globalization;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.BarFiles;

/// <summary>
/// Whole files of trades and quotes as columns in memory, 45 bytes a tick: CSV, gzipped or zipped too, with a header that has
/// <c>timestamp, symbol, price, size</c> for trades or <c>timestamp, symbol, bid, bid_size, ask, ask_size</c> for quotes.
/// </summary>
public static class TickFile
{
    /// <summary>Whether the header is one of trades or quotes, and not of bars.</summary>
    /// <exception cref="BarFileException">It is not there, empty or broken.</exception>
    public static bool IsOne(string path) => !ColumnFile.IsOne(path) && DelimitedFile.ShapeOf(path, [BarRows.Shape, .. TickRows.Shapes]) > 0;

    /// <summary>
    /// All ticks, or those of one instrument, of one or several files, in the order of time. Those of one time stay in the order
    /// of their file, and those of a file come before those of the files named after it. A row that is no tick, or that is before
    /// another of its instrument, fails the whole file. Rows that the source marks in a column <c>suspicious</c> are left out.
    /// </summary>
    /// <param name="symbol">As the file has it, or the instrument's id; null for all.</param>
    /// <param name="venue">Of symbols that name none; null for <see cref="InstrumentNaming.DefaultVenue"/>.</param>
    /// <exception cref="BarFileException">One cannot be read whole, or none has such ticks.</exception>
    public static TickSeries Read(IReadOnlyList<string> paths, string? symbol = null, string? venue = null, CancellationToken cancellationToken = default)
    {
        if (paths.Count == 0) throw new ArgumentException("Expected a file.", nameof(paths));

        var builder = new TickBuilder();
        foreach (var path in paths)
        {
            using var rows = TickRows.Open(path, venue);
            Read(rows, builder, symbol, cancellationToken);
        }

        return builder.Count > 0
            ? builder.Build()
            : throw new BarFileException(BarFileException.NoRows, $"{string.Join(", ", paths)}: no ticks{(symbol is null ? "" : $" of {symbol}")}.");
    }

    private static void Read(TickRows rows, TickBuilder builder, string? symbol, CancellationToken cancellationToken)
    {
        var numbers = new List<int>();
        for (var read = 0L; rows.Next(); read++)
        {
            if ((read & 0xFFFF) == 0) cancellationToken.ThrowIfCancellationRequested();
            if (rows.Problem is { } problem)
            {
                throw new BarFileException(
                    BarFileException.BadRow, string.Create(CultureInfo.InvariantCulture, $"{rows.Path}: line {rows.LineNumber}: {problem}."));
            }

            if (rows.IsSuspicious) continue;

            while (numbers.Count < rows.Instruments.Count)
            {
                var instrument = rows.Instruments[numbers.Count];
                numbers.Add(symbol is null || BarFile.IsNamed(instrument, symbol, rows.Venue) ? builder.NumberOf(instrument) : -1);
            }

            if (numbers[rows.Instrument] is >= 0 and var number) builder.Add(number, rows.Tick);
        }
    }
}

using System.Globalization;
using System.IO.Compression;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Cli.Bars;

/// <summary>
/// The bars of one symbol in a CSV or CSV.gz, in memory. The header names the columns, in any order and case: a time
/// (<c>timestamp</c>, <c>datetime</c>, <c>date</c> with or without <c>time</c>), <c>open</c>, <c>high</c>, <c>low</c>,
/// <c>close</c>, <c>volume</c> and <c>symbol</c>, of which only those that are read have to be there. A price that is empty
/// or no number is NaN.
/// </summary>
internal sealed record BarFile(IReadOnlyList<string> Times, IReadOnlyList<Bar> Bars)
{
    private const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;

    private static readonly string[] TimeNames = ["timestamp", "datetime", "date", "opentime", "time"];
    private static readonly string[] SymbolNames = ["symbol", "ticker", "instrument"];

    // Longer than seconds since 1970 get before the year 5000: milliseconds, as exchanges write them.
    private const long MostSeconds = 99_999_999_999;

    /// <param name="reads">The parts of a bar that are needed.</param>
    /// <param name="symbol">Whose bars, where the file has several.</param>
    /// <exception cref="CommandFailedException">No such file, a column that is missing, a time that cannot be read, no bars, or bars of several symbols.</exception>
    public static BarFile Read(string path, BarFields reads, string? symbol)
    {
        try
        {
            using var lines = Open(path);
            return Read(path, lines, reads, symbol);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw NothingUseful($"{path}: {e.Message}");
        }
    }

    private static StreamReader Open(string path)
    {
        var file = File.OpenRead(path);
        return new StreamReader(path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file);
    }

    private static BarFile Read(string path, StreamReader lines, BarFields reads, string? symbol)
    {
        var columns = Columns.Of(path, lines.ReadLine() ?? "", reads);
        var times = new List<string>();
        var starts = new List<long>();
        var bars = new List<Bar>();
        var found = symbol;
        var number = 1L;
        while (lines.ReadLine() is { } line)
        {
            number++;
            if (line.Length == 0) continue;

            var cells = line.Split(columns.Separator);
            if (Columns.Cell(cells, columns.Symbol) is { Length: > 0 } name)
            {
                found ??= name;
                if (found != name && symbol is null) throw NothingUseful($"{path}: line {number}: has bars of {found} and of {name}; choose one with --symbol.");
                if (found != name) continue;
            }

            var time = columns.Time(cells);
            if (!TryStart(time, out var start)) throw NothingUseful($"{path}: line {number}: expected a time such as 2024-03-01 or 2024-03-01T14:30Z, found '{time}'.");

            times.Add(time);
            starts.Add(start);
            bars.Add(columns.Bar(cells));
        }

        if (bars.Count == 0) throw NothingUseful($"{path}: holds no bars{(symbol is null ? "" : $" of {symbol}")}.");
        return new BarFile(times, Closed(starts, bars));
    }

    // Rows say when a bar starts; it closes a step later, and the smallest step in the file is a bar's length.
    private static List<Bar> Closed(List<long> starts, List<Bar> bars)
    {
        var step = TimeSpan.MillisecondsPerDay;
        for (var i = 1; i < starts.Count; i++)
        {
            if (starts[i] > starts[i - 1]) step = Math.Min(step, starts[i] - starts[i - 1]);
        }

        return [.. bars.Select((bar, i) => bar with { CloseMs = starts[i] + step })];
    }

    private static bool TryStart(string time, out long start)
    {
        var isDate = DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, Utc, out var at);
        start = at.ToUnixTimeMilliseconds();
        if (isDate) return true;
        if (DateTimeOffset.TryParseExact(time, "yyyyMMdd", CultureInfo.InvariantCulture, Utc, out at))
        {
            start = at.ToUnixTimeMilliseconds();
            return true;
        }

        if (!long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var unix)) return false;
        start = unix > MostSeconds ? unix : unix * 1_000;
        return true;
    }

    private static CommandFailedException NothingUseful(string message) => new(ExitCode.NothingUseful, message);

    /// <summary>Which cell of a line is what; -1 for what the file does not have.</summary>
    private sealed record Columns(char Separator, int Date, int TimeOfDay, int Symbol, int Open, int High, int Low, int Close, int Volume)
    {
        public static Columns Of(string path, string header, BarFields reads)
        {
            var separator = header.Contains(',', StringComparison.Ordinal) ? ',' : header.Contains(';', StringComparison.Ordinal) ? ';' : '\t';
            string[] names = [.. header.TrimStart('\uFEFF').Split(separator).Select(Plain)];
            var columns = new Columns(
                separator, Find(TimeNames), Array.IndexOf(names, "time"), Find(SymbolNames),
                Find(["open"]), Find(["high"]), Find(["low"]), Find(["close"]), Find(["volume"]));
            (string Name, bool IsMissing)[] needed =
            [
                ("timestamp or date", columns.Date < 0),
                ("open", columns.Open < 0 && reads.HasFlag(BarFields.Open)),
                ("high", columns.High < 0 && reads.HasFlag(BarFields.High)),
                ("low", columns.Low < 0 && reads.HasFlag(BarFields.Low)),
                ("close", columns.Close < 0 && reads.HasFlag(BarFields.Close)),
                ("volume", columns.Volume < 0 && reads.HasFlag(BarFields.Volume)),
            ];
            var missing = string.Join(", ", needed.Where(n => n.IsMissing).Select(n => n.Name));
            return missing.Length == 0 ? columns : throw NothingUseful($"{path}: line 1: expected a header with {missing}, found '{Short(header)}'.");

            int Find(string[] any) => Array.FindIndex(names, name => any.Contains(name, StringComparer.Ordinal));
        }

        public static string? Cell(string[] cells, int column) => column >= 0 && column < cells.Length ? cells[column].Trim('"', ' ') : null;

        /// <summary>As it is in the file; a date and a time of day as one.</summary>
        public string Time(string[] cells) =>
            TimeOfDay < 0 || TimeOfDay == Date ? Cell(cells, Date) ?? "" : $"{Cell(cells, Date)}T{Cell(cells, TimeOfDay)}";

        /// <summary>Its close time is not known yet.</summary>
        public Bar Bar(string[] cells) =>
            new(0, Number(cells, Open), Number(cells, High), Number(cells, Low), Number(cells, Close), Number(cells, Volume));

        private static double Number(string[] cells, int column) =>
            double.TryParse(Cell(cells, column), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : double.NaN;

        private static string Plain(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();

        private static string Short(string header)
        {
            const int MostShown = 200;
            return string.Concat(header.Take(MostShown).Select(c => char.IsControl(c) ? '?' : c));
        }
    }
}

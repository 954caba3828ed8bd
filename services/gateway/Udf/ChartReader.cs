using AlgoStack.Contracts.MarketData;
using AlgoStack.ServiceDefaults.Clients;

namespace AlgoStack.Gateway.Udf;

/// <summary>A chart's bars in columns, oldest first.</summary>
/// <param name="BeginMs">When each began, Unix milliseconds UTC; each later than the one before.</param>
internal sealed record ChartBars(
    IReadOnlyList<long> BeginMs,
    IReadOnlyList<double> Open,
    IReadOnlyList<double> High,
    IReadOnlyList<double> Low,
    IReadOnlyList<double> Close,
    IReadOnlyList<double> Volume);

/// <summary>
/// Makes a chart's bars of those on the tape, which are stamped at their close: of all sessions and imports together, the latest
/// revision of each. A bar stands where a stored one closed, and nowhere else.
/// </summary>
internal sealed class ChartReader(TapeClient tape)
{
    /// <summary>Bars of one answer. Of more the newest are given: a chart asks for those before them next.</summary>
    public const int MostBars = 10_000;

    /// <summary>The newest bars that begin from one time on and before another.</summary>
    /// <param name="fromMs">Null for as many as there are.</param>
    /// <param name="most">Bars, at most <see cref="MostBars"/>.</param>
    public async Task<ChartBars> ReadAsync(
        string instrument, StoredBars source, Resolution resolution, long? fromMs, long toMs, int most, CancellationToken cancellationToken)
    {
        var rowsPerBar = resolution.RowsPerBar(source);
        var limit = (int)Math.Min((most + 1L) * rowsPerBar, Resolution.MostRows);
        var (first, last) = Closes(source, resolution, fromMs, toMs);
        if (last < source.First || first > source.Last || first > last) return Build([]);

        var rows = await tape.GetHistoryAsync(instrument, source.Timeframe, first, last, limit, cancellationToken);
        var bars = resolution.IsStoredAs(source) ? AsTheyAre(rows, Resolution.LengthOf(source)) : Combined(rows, resolution, rowsPerBar > 1);
        // The first may lack those that were one too many to read.
        var cut = rows.Count == limit && rowsPerBar > 1 && bars.Count > 1 ? 1 : 0;
        return Build([.. bars.Skip(Math.Max(cut, bars.Count - most))]);
    }

    /// <summary>When the newest bar begins that begins before a time; null where there is none.</summary>
    public async Task<long?> FindBeforeAsync(string instrument, StoredBars source, Resolution resolution, long ms, CancellationToken cancellationToken)
    {
        var bars = await ReadAsync(instrument, source, resolution, null, ms, 1, cancellationToken);
        return bars.BeginMs.Count > 0 ? bars.BeginMs[^1] : null;
    }

    /// <summary>The closes of the stored bars that make up those which begin from one time on and before another, both ends included.</summary>
    private static (DateTimeOffset? First, DateTimeOffset Last) Closes(StoredBars source, Resolution resolution, long? fromMs, long toMs)
    {
        var length = Resolution.LengthOf(source);
        if (resolution.IsStoredAs(source)) return (fromMs is { } from ? At(from + length) : null, At(toMs + length - 1));

        return (fromMs is { } ms ? At(FirstBegin(resolution, ms) + 1) : null, At(resolution.EndOf(resolution.BeginOf(toMs - 1))));
    }

    private static long FirstBegin(Resolution resolution, long ms) => resolution.BeginOf(ms) is var begin && begin < ms ? resolution.EndOf(begin) : begin;

    private static DateTimeOffset At(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);

    private static List<Bar> AsTheyAre(BarColumns rows, long lengthMs)
    {
        var bars = new List<Bar>(rows.Count);
        for (var row = 0; row < rows.Count; row++) Add(bars, BarOf(rows, row, rows.CloseMs[row] - lengthMs), isPart: false);
        return bars;
    }

    private static List<Bar> Combined(BarColumns rows, Resolution resolution, bool areParts)
    {
        var bars = new List<Bar>();
        // What closes as a day ends is of that day.
        for (var row = 0; row < rows.Count; row++) Add(bars, BarOf(rows, row, resolution.BeginOf(rows.CloseMs[row] - 1)), areParts);
        return bars;
    }

    private static Bar BarOf(BarColumns rows, int row, long beginMs) =>
        new(beginMs, rows.Open[row], rows.High[row], rows.Low[row], rows.Close[row], rows.Volume[row]);

    /// <param name="isPart">Else it is the whole bar, and of two of one span, as of two files that end their days at other times, the later one counts.</param>
    private static void Add(List<Bar> bars, Bar next, bool isPart)
    {
        var second = next.BeginMs / 1_000;
        if (bars.Count == 0 || bars[^1].BeginMs / 1_000 != second) bars.Add(next);
        else bars[^1] = isPart ? bars[^1].With(next) : next;
    }

    private static ChartBars Build(IReadOnlyList<Bar> bars) => new(
        [.. bars.Select(b => b.BeginMs)],
        [.. bars.Select(b => b.Open)],
        [.. bars.Select(b => b.High)],
        [.. bars.Select(b => b.Low)],
        [.. bars.Select(b => b.Close)],
        [.. bars.Select(b => b.Volume)]);

    private readonly record struct Bar(long BeginMs, double Open, double High, double Low, double Close, double Volume)
    {
        public Bar With(Bar later) => this with
        {
            High = Math.Max(High, later.High),
            Low = Math.Min(Low, later.Low),
            Close = later.Close,
            Volume = Volume + later.Volume,
        };
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Gateway.Udf;

/// <summary>
/// The span of a chart's bars as UDF writes it: <c>5</c> for minutes, <c>1D</c>, <c>1W</c> (from Monday), <c>1M</c>. All begin by the
/// UTC clock. Times are Unix milliseconds.
/// </summary>
internal sealed class Resolution
{
    /// <summary>Stored bars that one question may read.</summary>
    public const int MostRows = 200_000;

    private const long MinuteMs = 60_000;
    private const long DayMs = 86_400_000;
    private const long WeekMs = 7 * DayMs;
    private const long LongestMonthMs = 31 * DayMs;

    // 1970 began on a Thursday.
    private const long FirstMondayMs = 4 * DayMs;

    private readonly long _longestMs;

    private Resolution(string name, long longestMs)
    {
        Name = name;
        _longestMs = longestMs;
    }

    public static IReadOnlyList<Resolution> All { get; } =
    [
        Minutes(1), Minutes(5), Minutes(15), Minutes(30), Minutes(60), Minutes(240),
        new("1D", DayMs), new("1W", WeekMs), new("1M", LongestMonthMs),
    ];

    public string Name { get; }

    public bool IsIntraday => _longestMs < DayMs;

    public bool IsDay => _longestMs == DayMs;

    /// <summary><c>D</c>, <c>W</c> and <c>M</c> are one of each.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Resolution? resolution)
    {
        resolution = All.FirstOrDefault(r => r.Name == text || (!r.IsIntraday && r.Name[1..] == text));
        return resolution is not null;
    }

    /// <summary>
    /// Of what is stored, the bars that these are made of: the coarsest that fit a whole number of times, so that none are made
    /// where there are some. Null where none fit, or too many would be read for one bar.
    /// </summary>
    public StoredBars? SourceOf(IEnumerable<StoredBars> stored) => stored
        .Where(s => Fits(LengthOf(s)))
        .MaxBy(LengthOf);

    /// <summary>The most stored bars that one of these is made of.</summary>
    public int RowsPerBar(StoredBars source) => (int)Math.Max(1, _longestMs / LengthOf(source));

    /// <summary>Whether a stored bar is one of these as it is, and begins when it began, on the hour or not.</summary>
    public bool IsStoredAs(StoredBars source) => IsIntraday && LengthOf(source) == _longestMs;

    public static long LengthOf(StoredBars source) => Timeframe.Parse(source.Timeframe).Milliseconds;

    /// <summary>Begin of the bar that a moment is in.</summary>
    public long BeginOf(long ms)
    {
        if (_longestMs < WeekMs) return Floor(ms, _longestMs);
        if (_longestMs == WeekMs) return Floor(ms - FirstMondayMs, WeekMs) + FirstMondayMs;

        var at = DateTimeOffset.FromUnixTimeMilliseconds(ms);
        return new DateTimeOffset(at.Year, at.Month, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
    }

    /// <summary>Where the bar ends that begins then.</summary>
    public long EndOf(long beginMs) => BeginOf(beginMs + _longestMs);

    public override string ToString() => Name;

    private static Resolution Minutes(int count) => new(count.ToString(CultureInfo.InvariantCulture), count * MinuteMs);

    private static long Floor(long ms, long step) => ms - (((ms % step) + step) % step);

    private bool Fits(long lengthMs) =>
        (lengthMs == WeekMs && _longestMs == WeekMs)
        || ((IsIntraday ? _longestMs : DayMs) % lengthMs == 0 && _longestMs / lengthMs <= MostRows / 2);
}

namespace AlgoStack.BarFiles;

/// <summary>When a bar that is only dated closed, and when a date begins.</summary>
public sealed class CloseTimes
{
    private const long DayMs = 86_400_000;

    private static readonly TimeSpan EquityClose = TimeSpan.FromHours(16);
    private static readonly TimeZoneInfo NewYork = TimeZoneInfo.FindSystemTimeZoneById("America/New_York");

    private readonly Dictionary<long, long> _equity = [];

    /// <summary>16:00 New York of that date for equities, the next 00:00 UTC otherwise.</summary>
    /// <param name="dateMs">Midnight UTC of the date.</param>
    public long OfDate(long dateMs, bool equity)
    {
        if (!equity) return dateMs + DayMs;
        if (_equity.TryGetValue(dateMs, out var close)) return close;

        close = AtNewYork(dateMs, EquityClose);
        _equity.Add(dateMs, close);
        return close;
    }

    /// <summary>00:00 New York of that date for equities, 00:00 UTC otherwise.</summary>
    /// <param name="dateMs">Midnight UTC of the date.</param>
    public static long BeginOfDate(long dateMs, bool equity) => equity ? AtNewYork(dateMs, TimeSpan.Zero) : dateMs;

    private static long AtNewYork(long dateMs, TimeSpan timeOfDay)
    {
        var local = DateTimeOffset.FromUnixTimeMilliseconds(dateMs).DateTime + timeOfDay;
        return new DateTimeOffset(local, NewYork.GetUtcOffset(local)).ToUnixTimeMilliseconds();
    }
}

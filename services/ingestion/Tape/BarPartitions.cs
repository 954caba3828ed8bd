namespace AlgoStack.Ingestion.Tape;

internal static class BarPartitions
{
    /// <summary>The first instant of the UTC month that <paramref name="ms"/> lies in; both Unix milliseconds.</summary>
    public static long MonthOf(long ms)
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(ms);
        return new DateTimeOffset(at.Year, at.Month, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
    }
}

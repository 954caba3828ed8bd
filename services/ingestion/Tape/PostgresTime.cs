namespace AlgoStack.Ingestion.Tape;

/// <summary>Unix milliseconds and what Npgsql takes for <c>timestamptz</c>.</summary>
internal static class PostgresTime
{
    public static DateTime FromMs(long ms) => DateTime.UnixEpoch.AddTicks(ms * TimeSpan.TicksPerMillisecond);

    public static long ToMs(DateTime at) => (at - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMillisecond;
}

namespace AlgoStack.Ingestion.Providers;

/// <summary>The patience of a live feed; one set for all venues.</summary>
internal sealed record FeedTimings
{
    /// <summary>Silence after which the venue is asked for a sign of life.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long that sign may take; after it the connection is given up.</summary>
    public TimeSpan Answer { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long connecting and subscribing may take.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(32);

    /// <summary>Retries differ by this fraction either way, so that many clients do not come back at once.</summary>
    public double Jitter { get; init; } = 0.25;

    /// <summary>How long saying good-bye may take.</summary>
    public TimeSpan Leave { get; init; } = TimeSpan.FromSeconds(2);

    /// <param name="attempt">From 0.</param>
    /// <param name="random">0 to 1.</param>
    public TimeSpan RetryAfter(int attempt, double random)
    {
        var longest = LongestRetry.TotalMilliseconds;
        var delay = Math.Min(longest, FirstRetry.TotalMilliseconds * Math.Pow(2, Math.Min(attempt, 30)));
        return TimeSpan.FromMilliseconds(delay * (1 - Jitter + 2 * Jitter * random));
    }
}

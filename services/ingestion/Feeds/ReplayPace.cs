using System.Globalization;

namespace AlgoStack.Ingestion.Feeds;

/// <summary>How long to wait between two instants of a replay.</summary>
internal sealed class ReplayPace
{
    public const string Max = "max";

    /// <summary>Instants a second when nobody says: quick, and still to be followed by eye.</summary>
    public const int WatchableInstants = 25;

    public const int MostTimes = 1_000;

    /// <summary>A night or a weekend does not keep anybody waiting.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Watchable = TimeSpan.FromSeconds(1.0 / WatchableInstants);

    private readonly int? _times;
    private DateTimeOffset? _due;

    private ReplayPace(bool unpaced, int? times)
    {
        IsMax = unpaced;
        _times = times;
    }

    public bool IsMax { get; }

    /// <summary>Null for a watchable pace, <c>max</c>, or <c>1x</c> to <c>1000x</c>.</summary>
    public static bool TryParse(string? speed, out ReplayPace pace)
    {
        pace = new ReplayPace(speed == Max, null);
        if (speed is null or Max) return true;

        if (!speed.EndsWith('x')
            || !int.TryParse(speed[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var times)
            || times is < 1 or > MostTimes)
        {
            return false;
        }

        pace = new ReplayPace(false, times);
        return true;
    }

    /// <summary>
    /// What to wait before the instant at <paramref name="closeMs"/>, after one at <paramref name="previousMs"/>. Pauses
    /// are kept on average, but what an outage cost is not made up for in a rush.
    /// </summary>
    public TimeSpan Before(long closeMs, long? previousMs, DateTimeOffset now)
    {
        if (IsMax || previousMs is null)
        {
            _due = now;
            return TimeSpan.Zero;
        }

        var pause = _times is { } times ? TimeSpan.FromMilliseconds((closeMs - previousMs.Value) / (double)times) : Watchable;
        if (pause > LongestPause) pause = LongestPause;

        var due = (_due ?? now) + pause;
        if (due < now - LongestPause) due = now;
        _due = due;
        return due > now ? due - now : TimeSpan.Zero;
    }
}

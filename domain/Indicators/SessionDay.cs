namespace AlgoStack.Indicators;

/// <summary>Sessions of a day each, which begin at one time of the day, UTC.</summary>
internal readonly struct SessionDay
{
    private readonly long _startMs;

    /// <param name="start">After midnight UTC; less than a day.</param>
    public SessionDay(TimeSpan start)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(start, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(start, TimeSpan.FromDays(1));
        _startMs = (long)start.TotalMilliseconds;
    }

    /// <summary>The number of the session in which a bar lies that closes then; one that closes where a session ends is in it.</summary>
    public long Of(long closeMs)
    {
        var (day, rest) = Math.DivRem(closeMs - 1 - _startMs, TimeSpan.MillisecondsPerDay);
        return rest < 0 ? day - 1 : day;
    }
}

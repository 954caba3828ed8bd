namespace AlgoStack.Testing;

/// <summary>
/// A clock on which every delay passes at once, and is remembered; time limits take as long as they take, up to
/// <see cref="LongestLimit"/>. It goes on as the machine's does between delays.
/// </summary>
public sealed class HurryingClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<TimeSpan> _delays = [];
    private TimeSpan _ahead;

    public IReadOnlyList<TimeSpan> Delays
    {
        get
        {
            lock (_gate) return [.. _delays];
        }
    }

    /// <summary>Longer limits are as long as this.</summary>
    public TimeSpan LongestLimit { get; set; } = TimeSpan.MaxValue;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate) return base.GetUtcNow() + _ahead;
    }

    public override long GetTimestamp()
    {
        lock (_gate) return base.GetTimestamp() + (long)(_ahead.TotalSeconds * TimestampFrequency);
    }

    public void Advance(TimeSpan by)
    {
        lock (_gate) _ahead += by;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (state is CancellationTokenSource || dueTime <= TimeSpan.Zero)
            return base.CreateTimer(callback, state, dueTime < LongestLimit ? dueTime : LongestLimit, period);

        lock (_gate) _delays.Add(dueTime);
        Advance(dueTime);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}

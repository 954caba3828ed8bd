namespace AlgoStack.EventStore.Subscriptions;

/// <summary>Pauses that double from one failure to the next, up to a bound.</summary>
internal sealed class BackOff(TimeSpan first, TimeSpan longest, TimeProvider clock)
{
    private int _failures;

    public void Reset() => _failures = 0;

    public Task DelayAsync(CancellationToken cancellationToken)
    {
        var delay = TimeSpan.FromTicks(Math.Min(longest.Ticks, first.Ticks << _failures));
        if (delay < longest) _failures++;
        return Task.Delay(delay, clock, cancellationToken);
    }
}

namespace AlgoStack.Testing;

/// <summary>A clock that is ahead of the machine's.</summary>
public sealed class LaterClock(TimeSpan by) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
}

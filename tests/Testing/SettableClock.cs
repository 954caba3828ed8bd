namespace AlgoStack.Testing;

/// <summary>The machine's clock until it is set ahead. Delays take as long as they take: what is due then is done at the next occasion.</summary>
public sealed class SettableClock : TimeProvider
{
    private long _aheadTicks;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _aheadTicks));

    public void SetAhead(TimeSpan by) => Interlocked.Exchange(ref _aheadTicks, by.Ticks);
}

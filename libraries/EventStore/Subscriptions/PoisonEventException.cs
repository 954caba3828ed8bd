namespace AlgoStack.EventStore.Subscriptions;

/// <summary>An event that a follower cannot take. Going on would leave a hole, so the follower stops before it.</summary>
public sealed class PoisonEventException(string shard, long position, string what, Exception inner)
    : Exception($"{shard} stopped after sequence {position}: {what}", inner)
{
    /// <summary>The last sequence that was handled.</summary>
    public long Position { get; } = position;
}

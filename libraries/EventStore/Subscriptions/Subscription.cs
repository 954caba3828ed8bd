using AlgoStack.EventStore.Streams;

namespace AlgoStack.EventStore.Subscriptions;

/// <summary>
/// Is told of committed events, in the order of the log and at least once: progress moves after <see cref="HandleAsync"/>
/// returns, so a crash in between tells them again, and the pages may be cut elsewhere then.
/// </summary>
public abstract class Subscription : LogFollower
{
    /// <summary>
    /// Takes the next events, at most <see cref="Shard.PageSize"/>. An exception is the outside world's: the same events
    /// are told again, with growing pauses, for as long as it takes, and health is red meanwhile.
    /// </summary>
    public abstract Task HandleAsync(IReadOnlyList<StoredEvent> events, CancellationToken cancellationToken);
}

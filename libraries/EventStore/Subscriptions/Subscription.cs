using AlgoStack.EventStore.Streams;

namespace AlgoStack.EventStore.Subscriptions;

/// <summary>
/// Is told of committed events, in the order of the log and at least once: progress moves after <see cref="HandleAsync"/>
/// returns, so a crash in between tells the page again.
/// </summary>
public abstract class Subscription
{
    /// <summary>Kept in <c>mt_event_progression</c> as <c>{Name}:All</c>, so it is frozen once released.</summary>
    public abstract string Name { get; }

    public abstract Task HandleAsync(IReadOnlyList<StoredEvent> events, CancellationToken cancellationToken);
}

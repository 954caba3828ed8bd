using AlgoStack.EventStore.Streams;

namespace AlgoStack.EventStore.Subscriptions;

/// <summary>What a projection and a subscription have in common.</summary>
public abstract class LogFollower
{
    /// <summary>Kept in <c>mt_event_progression</c> as <c>{Name}:All</c>, so it is frozen once released.</summary>
    public abstract string Name { get; }

    /// <summary>The types of events it is given; none named means all.</summary>
    public virtual IReadOnlyList<Type> Events => [];

    internal string ShardName => $"{Name}:All";

    internal IReadOnlyList<StoredEvent> Select(IReadOnlyList<StoredEvent> events) =>
        Events.Count == 0 ? events : [.. events.Where(e => Events.Contains(e.Data.GetType()))];
}

using AlgoStack.EventStore.Streams;

namespace AlgoStack.EventStore.Projections;

/// <summary>
/// One document an identity, of whichever streams' events concern it; an event may concern none, one or many. It follows
/// the log: commits of different streams come side by side, so inline two of them could overwrite each other's document.
/// An identity is a string, Guid, int or long.
/// </summary>
public abstract class MultiStreamProjection<T, TId> : DocumentProjection<T, TId>
    where T : class
    where TId : notnull
{
    private readonly Dictionary<Type, Func<object, IEnumerable<TId>>> _identities = [];

    /// <summary>Those that <see cref="Identity{TEvent}"/> and <see cref="Identities{TEvent}"/> name.</summary>
    public sealed override IReadOnlyList<Type> Events => [.. _identities.Keys];

    internal sealed override bool CanBeInline => false;

    /// <summary>The document after the event: null before the first, and null again to delete it.</summary>
    public abstract T? Evolve(T? snapshot, TId id, StoredEvent e);

    /// <summary>Says which document an event concerns; for the constructor.</summary>
    protected void Identity<TEvent>(Func<TEvent, TId> identity)
        where TEvent : class => Identities<TEvent>(e => [identity(e)]);

    /// <summary>Says which documents an event concerns; for the constructor. One named twice takes the event twice.</summary>
    protected void Identities<TEvent>(Func<TEvent, IEnumerable<TId>> identities)
        where TEvent : class => _identities.Add(typeof(TEvent), e => identities((TEvent)e));

    private protected sealed override T? Fold(T? snapshot, TId id, StoredEvent e) => Evolve(snapshot, id, e);

    private protected sealed override void Sort(StoredEvent e, Page page)
    {
        foreach (var id in _identities[e.Data.GetType()](e.Data)) page.Add(id, e, isFirst: false);
    }

    /// <summary>Counts the events that it is made of.</summary>
    private protected sealed override long VersionAfter(long version, StoredEvent e) => version + 1;
}

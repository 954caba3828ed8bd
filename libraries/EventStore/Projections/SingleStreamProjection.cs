using AlgoStack.EventStore.Streams;

namespace AlgoStack.EventStore.Projections;

/// <summary>
/// One document a stream, under the stream's id. Inline it is there when the commit is; async it follows the log; live
/// it has no table and <see cref="EventSession.AggregateStreamAsync{T}"/> folds it when asked, as it does in any case.
/// </summary>
public abstract class SingleStreamProjection<T> : DocumentProjection<T, string>
    where T : class
{
    /// <summary>The document after the event: null before the first, and null again to delete it.</summary>
    public abstract T? Evolve(T? snapshot, StoredEvent e);

    internal override void Join(EventLog log)
    {
        base.Join(log);
        log.Folds.Add<T>(EvolveWanted);
    }

    private protected sealed override T? Fold(T? snapshot, string id, StoredEvent e) => Evolve(snapshot, e);

    private protected sealed override void Sort(StoredEvent e, Page page) => page.Add(e.StreamId, e, isFirst: e.Version == 1);

    private protected sealed override long VersionAfter(long version, StoredEvent e) => e.Version;

    // Live it is given the whole stream, and must make of it what it makes of the events it names.
    private T? EvolveWanted(T? snapshot, StoredEvent e) =>
        Events.Count == 0 || Events.Contains(e.Data.GetType()) ? Evolve(snapshot, e) : snapshot;
}

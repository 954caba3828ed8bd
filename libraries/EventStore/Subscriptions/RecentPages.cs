using AlgoStack.EventStore.Streams;

namespace AlgoStack.EventStore.Subscriptions;

/// <summary>A stretch of the log: all events after one sequence up to another, both as positions of a follower.</summary>
internal sealed record LogPage(long After, long Through, IReadOnlyList<StoredEvent> Events)
{
    public LogPage From(long position) =>
        position == After ? this : new LogPage(position, Through, [.. Events.SkipWhile(e => e.Sequence <= position)]);
}

/// <summary>
/// The newest stretch of the log that this process has read, so that followers who keep pace with it read and parse each
/// event once between them. Whoever is further back reads for itself and holds nobody up.
/// </summary>
internal sealed class RecentPages : IDisposable
{
    private const int MostEvents = 4 * Shard.PageSize;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Queue<LogPage> _pages = new();
    private int _events;
    private long _after;

    /// <summary>A page that begins at <paramref name="position"/>: one that is kept, or what <paramref name="readAsync"/> finds.</summary>
    public async Task<LogPage> ReadAsync(long position, Func<Task<LogPage>> readAsync, CancellationToken cancellationToken)
    {
        if (position < Volatile.Read(ref _after)) return await readAsync();

        await _turn.WaitAsync(cancellationToken);
        try
        {
            foreach (var kept in _pages)
                if (kept.After <= position && position < kept.Through) return kept.From(position);

            var page = await readAsync();
            Keep(page);
            return page;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private void Keep(LogPage page)
    {
        // A rebuild that began at the front, or a follower that starts anew: pages must adjoin.
        if (_pages.Count > 0 && page.After != _pages.Last().Through)
        {
            _pages.Clear();
            _events = 0;
        }

        _pages.Enqueue(page);
        _events += page.Events.Count;
        while (_events > MostEvents && _pages.Count > 1) _events -= _pages.Dequeue().Events.Count;
        Volatile.Write(ref _after, _pages.Peek().After);
    }
}

using AlgoStack.EventStore.Streams;
using AlgoStack.EventStore.Subscriptions;
using Npgsql;

namespace AlgoStack.EventStore.Projections;

/// <summary>
/// Tables that follow the log. Inline, it is given the events of each commit in the commit's own transaction; async, it
/// is given pages of the log, and its progress moves in the transaction of its writes. The same code serves a rebuild.
/// </summary>
public abstract class Projection : LogFollower
{
    /// <summary>The tables it owns, emptied before a rebuild.</summary>
    public abstract IReadOnlyList<string> Tables { get; }

    /// <summary>
    /// Takes the next events, in the order of the log (inline: of the commit). It may be called again for the same events
    /// after an exception, whose writes were rolled back. Async, an exception that is not the server's passing trouble is
    /// a poison event: the projection stops before it.
    /// </summary>
    public abstract Task ApplyAsync(
        IReadOnlyList<StoredEvent> events, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken);

    /// <summary>Whether commits of different streams, which come side by side, may be applied side by side as well.</summary>
    internal virtual bool CanBeInline => true;

    /// <summary>Called once, before anything else.</summary>
    internal virtual void Join(EventLog log)
    {
    }
}

using AlgoStack.EventStore.Streams;
using Npgsql;

namespace AlgoStack.EventStore.Projections;

/// <summary>
/// Tables that follow the log. Inline, it is given the events of each commit in the commit's own transaction; async, it
/// is given pages of the log, and its progress moves in the transaction of its writes. The same code serves a rebuild.
/// </summary>
public abstract class Projection
{
    /// <summary>Kept in <c>mt_event_progression</c> as <c>{Name}:All</c>, so it is frozen once released.</summary>
    public abstract string Name { get; }

    /// <summary>The tables it owns, emptied before a rebuild.</summary>
    public abstract IReadOnlyList<string> Tables { get; }

    /// <summary>Takes the next events, in the order of the log. Those it does not care for are in there too.</summary>
    public abstract Task ApplyAsync(
        IReadOnlyList<StoredEvent> events, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken);
}

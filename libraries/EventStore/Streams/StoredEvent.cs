namespace AlgoStack.EventStore.Streams;

/// <summary>A committed event.</summary>
/// <param name="Sequence">Its place in the store's log; grows, may have gaps.</param>
/// <param name="Version">Its place in the stream, from 1 without gaps.</param>
/// <param name="Timestamp">When it was appended, by the clock of who appended it.</param>
/// <param name="TraceParent">W3C trace context of the work that appended it, if it was traced.</param>
/// <param name="CorrelationId">Of the session that appended it.</param>
/// <param name="CausationId">Of the session that appended it.</param>
public sealed record StoredEvent(
    long Sequence,
    Guid Id,
    string StreamId,
    long Version,
    object Data,
    string TypeName,
    DateTimeOffset Timestamp,
    string? TraceParent,
    string? CorrelationId = null,
    string? CausationId = null);

/// <summary>Where a stream stands.</summary>
public sealed record StreamState(string Id, long Version, DateTimeOffset Created, DateTimeOffset LastAppended, bool IsArchived);

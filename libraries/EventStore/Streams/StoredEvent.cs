namespace AlgoStack.EventStore.Streams;

/// <summary>A committed event.</summary>
/// <param name="Sequence">Its place in the store's log; grows, may have gaps.</param>
/// <param name="Version">Its place in the stream, from 1 without gaps.</param>
/// <param name="Timestamp">When it was appended, by the store's clock.</param>
/// <param name="TraceParent">W3C trace context of the work that appended it, if it was traced.</param>
public sealed record StoredEvent(
    long Sequence,
    Guid Id,
    string StreamId,
    long Version,
    object Data,
    string TypeName,
    DateTimeOffset Timestamp,
    string? TraceParent);

/// <summary>Where a stream stands.</summary>
public sealed record StreamState(string Id, long Version, DateTimeOffset Created, DateTimeOffset LastAppended, bool IsArchived);

/// <summary>Somebody appended first: the stream is not at the version that was expected.</summary>
public sealed class ConcurrencyException(string streamId, long expected, long found)
    : Exception($"Stream {streamId}: expected version {expected}, found {found}.")
{
    public string StreamId { get; } = streamId;

    public long Expected { get; } = expected;

    public long Found { get; } = found;
}

/// <summary>The stream is closed for good.</summary>
public sealed class StreamArchivedException(string streamId) : Exception($"Stream {streamId} is archived and takes no more events.");

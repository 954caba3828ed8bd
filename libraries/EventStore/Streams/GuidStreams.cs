namespace AlgoStack.EventStore.Streams;

/// <summary>The calls of a session for a store whose streams are identified by Guid; in another they are refused.</summary>
public static class GuidStreams
{
    /// <inheritdoc cref="EventSession.StartStream(string, IEnumerable{object})"/>
    public static void StartStream(this EventSession session, Guid streamId, params IEnumerable<object> events) =>
        session.StartStream(Id(session, streamId), events);

    /// <inheritdoc cref="EventSession.Append(string, IEnumerable{object})"/>
    public static void Append(this EventSession session, Guid streamId, params IEnumerable<object> events) =>
        session.Append(Id(session, streamId), events);

    /// <inheritdoc cref="EventSession.Append(string, long, IEnumerable{object})"/>
    public static void Append(this EventSession session, Guid streamId, long expectedVersion, IEnumerable<object> events) =>
        session.Append(Id(session, streamId), expectedVersion, events);

    /// <inheritdoc cref="EventSession.ArchiveStream"/>
    public static void ArchiveStream(this EventSession session, Guid streamId) => session.ArchiveStream(Id(session, streamId));

    /// <inheritdoc cref="EventSession.FetchStreamStateAsync"/>
    public static Task<StreamState?> FetchStreamStateAsync(this EventSession session, Guid streamId, CancellationToken cancellationToken = default) =>
        session.FetchStreamStateAsync(Id(session, streamId), cancellationToken);

    /// <inheritdoc cref="EventSession.FetchStreamAsync"/>
    public static Task<IReadOnlyList<StoredEvent>> FetchStreamAsync(
        this EventSession session,
        Guid streamId,
        long? version = null,
        DateTimeOffset? timestamp = null,
        long fromVersion = 1,
        CancellationToken cancellationToken = default) =>
        session.FetchStreamAsync(Id(session, streamId), version, timestamp, fromVersion, cancellationToken);

    /// <inheritdoc cref="EventSession.AggregateStreamAsync{T}"/>
    public static Task<T?> AggregateStreamAsync<T>(
        this EventSession session, Guid streamId, long? version = null, DateTimeOffset? timestamp = null, CancellationToken cancellationToken = default)
        where T : class => session.AggregateStreamAsync<T>(Id(session, streamId), version, timestamp, cancellationToken);

    /// <inheritdoc cref="EventSession.FetchForWriting{T}(string, CancellationToken)"/>
    public static Task<WritableStream<T>> FetchForWriting<T>(this EventSession session, Guid streamId, CancellationToken cancellationToken = default)
        where T : class => session.FetchForWriting<T>(Id(session, streamId), cancellationToken);

    /// <inheritdoc cref="EventSession.FetchForWriting{T}(string, long, CancellationToken)"/>
    public static Task<WritableStream<T>> FetchForWriting<T>(
        this EventSession session, Guid streamId, long expectedVersion, CancellationToken cancellationToken = default)
        where T : class => session.FetchForWriting<T>(Id(session, streamId), expectedVersion, cancellationToken);

    private static string Id(EventSession session, Guid streamId) => session.StreamIdentity.Check(streamId);
}

namespace AlgoStack.EventStore.Streams;

/// <summary>A stream read to be written: what is appended here is refused if anybody else appends first.</summary>
public sealed class WritableStream<T>
    where T : class
{
    private readonly EventSession _session;

    internal WritableStream(EventSession session, string id, long version, T aggregate)
    {
        _session = session;
        Id = id;
        Version = version;
        Aggregate = aggregate;
    }

    public string Id { get; }

    /// <summary>The version read; 0 when the stream does not exist.</summary>
    public long Version { get; }

    public T Aggregate { get; }

    public void Append(IEnumerable<object> events) => _session.Append(Id, Version, events);
}

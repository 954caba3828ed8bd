namespace AlgoStack.EventStore.Streams;

/// <summary>The events a session has taken and not yet written, in the order they were given.</summary>
internal sealed class PendingEvents(EventTypes types)
{
    private readonly List<PendingEvent> _events = [];
    private readonly Dictionary<string, PendingStream> _streams = new(StringComparer.Ordinal);

    public int Count => _events.Count;

    /// <summary>UTF-8 of their JSON.</summary>
    public long Bytes { get; private set; }

    public IReadOnlyList<PendingEvent> Events => _events;

    public IReadOnlyCollection<PendingStream> Streams => _streams.Values;

    /// <exception cref="ArgumentException">The stream was given another expected version before.</exception>
    public void Add(string streamId, long? expected, IEnumerable<object> events, EventOrigin origin, DateTimeOffset now)
    {
        if (!_streams.TryGetValue(streamId, out var stream))
        {
            stream = new PendingStream(streamId, expected);
            _streams.Add(streamId, stream);
        }
        else if (expected is not null && expected != stream.Expected)
        {
            var before = stream.Expected is { } version ? $"version {version}" : "any version";
            throw new ArgumentException($"Stream {streamId}: this session appends to it at {before} already, and now at {expected}.", nameof(expected));
        }

        foreach (var data in events)
        {
            var json = EventJson.Write(data, streamId, types);
            _events.Add(new PendingEvent(Guid.CreateVersion7(now), stream, data, json, origin));
            Bytes += json.Length;
            stream.Count++;
        }
    }

    public bool Touches(string streamId) => _streams.ContainsKey(streamId);

    public void Clear()
    {
        _events.Clear();
        _streams.Clear();
        Bytes = 0;
    }
}

internal sealed record PendingEvent(Guid Id, PendingStream Stream, object Data, byte[] Json, EventOrigin Origin);

internal sealed class PendingStream(string id, long? expected)
{
    public string Id { get; } = id;

    public long? Expected { get; } = expected;

    /// <summary>How many events of its session go to it.</summary>
    public int Count { get; set; }
}

/// <summary>What a session stores beside those of its events that have one origin.</summary>
internal readonly record struct EventMetadata(
    DateTimeOffset At, string? CorrelationId, string? CausationId, string? UserName, byte[]? HeadersJson);

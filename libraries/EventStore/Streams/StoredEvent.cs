using System.Collections.Immutable;
using System.Text.Json;

namespace AlgoStack.EventStore.Streams;

/// <summary>A committed event.</summary>
/// <param name="Sequence">Its place in the store's log; grows, may have gaps.</param>
/// <param name="Version">Its place in the stream, from 1 without gaps.</param>
/// <param name="Timestamp">When it was appended, by the clock of who appended it.</param>
/// <param name="CorrelationId">Of the session that appended it.</param>
/// <param name="CausationId">Of the session that appended it.</param>
/// <param name="UserName">Of the session that appended it.</param>
public sealed record StoredEvent(
    long Sequence,
    Guid Id,
    string StreamId,
    long Version,
    object Data,
    string TypeName,
    DateTimeOffset Timestamp,
    string? CorrelationId = null,
    string? CausationId = null,
    string? UserName = null)
{
    /// <summary>Headers of the session that appended it, parsed at each call. What is no string comes as its JSON.</summary>
    public IReadOnlyDictionary<string, string> Headers => HeadersJson is null
        ? ImmutableDictionary<string, string>.Empty
        : JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(HeadersJson)!
            .ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.Ordinal);

    /// <summary>W3C trace context of the work that appended it, if it was traced.</summary>
    public string? TraceParent => HeadersJson is null ? null : ReadTraceParent(HeadersJson);

    /// <summary>As stored: most who take an event never look at them.</summary>
    internal byte[]? HeadersJson { get; init; }

    private static string? ReadTraceParent(byte[] headers)
    {
        var reader = new Utf8JsonReader(headers);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals(EventSession.TraceParentHeader)) continue;

            reader.Read();
            return reader.GetString();
        }

        return null;
    }
}

/// <summary>Where a stream stands.</summary>
/// <param name="IsArchived">It takes no more events.</param>
public sealed record StreamState(string Id, long Version, DateTimeOffset Created, DateTimeOffset LastAppended, bool IsArchived);

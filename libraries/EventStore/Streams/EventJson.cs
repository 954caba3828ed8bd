using System.Text.Json;
using System.Text.Json.Nodes;

namespace AlgoStack.EventStore.Streams;

/// <summary>An event as it is sent. What the server could not store is refused here, by name, before anything is sent.</summary>
internal static class EventJson
{
    /// <summary>In UTF-8. jsonb takes up to 256 MB in one value; a quarter leaves the server room to parse it.</summary>
    public const int MostBytes = 64 * 1024 * 1024;

    /// <exception cref="UnknownEventTypeException">The type is not registered.</exception>
    /// <exception cref="UnstorableEventException">It cannot be written as JSON, or jsonb does not take it.</exception>
    /// <exception cref="EventTooLargeException">It is over <see cref="MostBytes"/>.</exception>
    public static byte[] Write(object data, string streamId, EventTypes types)
    {
        var json = Serialize(data, streamId, types);
        if (json.Length > MostBytes) throw new EventTooLargeException(types.NameOf(data.GetType()), streamId, json.Length, MostBytes);

        return FindNul(json) is { } path
            ? throw new UnstorableEventException(types.NameOf(data.GetType()), streamId, $"{path} holds NUL (U+0000), which PostgreSQL does not store.", null)
            : json;
    }

    /// <summary>Where a text in the JSON holds NUL, as <c>$.Lines[0].Name</c>, or null.</summary>
    public static string? FindNul(ReadOnlySpan<byte> json) =>
        // The look for the escape is quick and finds almost always nothing; it may also be a backslash and "u0000".
        json.IndexOf(@"\u0000"u8) < 0 ? null : FindNul(JsonNode.Parse(json));

    private static byte[] Serialize(object data, string streamId, EventTypes types)
    {
        try
        {
            return types.Serialize(data);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException or InvalidOperationException)
        {
            throw new UnstorableEventException(types.NameOf(data.GetType()), streamId, $"it cannot be written as JSON: {e.Message}", e);
        }
    }

    private static string? FindNul(JsonNode? node) => node switch
    {
        JsonObject properties => properties
            .Select(p => p.Key.Contains('\0', StringComparison.Ordinal) ? $"A name in {node.GetPath()}" : FindNul(p.Value))
            .FirstOrDefault(path => path is not null),
        JsonArray items => items.Select(FindNul).FirstOrDefault(path => path is not null),
        JsonValue value when value.GetValueKind() == JsonValueKind.String && value.GetValue<string>().Contains('\0', StringComparison.Ordinal) => value.GetPath(),
        _ => null,
    };
}

using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace AlgoStack.EventStore.Streams;

/// <summary>
/// The events of a store by the names they are stored under. A name is frozen once released: a renamed class keeps its
/// name, because the log is read for ever.
/// </summary>
public sealed class EventTypes
{
    private readonly FrozenDictionary<string, JsonTypeInfo> _byName;
    private readonly FrozenDictionary<Type, (string Name, string ClrName, JsonTypeInfo Json)> _byType;

    public EventTypes(IReadOnlyDictionary<string, Type> types, JsonSerializerOptions json)
    {
        json.MakeReadOnly(populateMissingResolver: true);
        Json = json;
        _byName = types.ToFrozenDictionary(t => t.Key, t => json.GetTypeInfo(t.Value), StringComparer.Ordinal);
        _byType = types.ToFrozenDictionary(t => t.Value, t => (t.Key, $"{t.Value.FullName}, {t.Value.Assembly.GetName().Name}", json.GetTypeInfo(t.Value)));
    }

    public JsonSerializerOptions Json { get; }

    /// <summary>Every name and its type, by name.</summary>
    public IEnumerable<KeyValuePair<string, Type>> All =>
        _byName.OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => KeyValuePair.Create(t.Key, t.Value.Type));

    /// <exception cref="UnknownEventTypeException">The type is not registered.</exception>
    public string NameOf(Type type) => Find(type).Name;

    /// <summary><c>Namespace.Type, Assembly</c>, as Marten notes it beside each event; nothing here reads it.</summary>
    internal string ClrNameOf(Type type) => Find(type).ClrName;

    public bool Knows(string name) => _byName.ContainsKey(name);

    /// <summary>UTF-8 JSON, as stored.</summary>
    /// <exception cref="UnknownEventTypeException">The type is not registered.</exception>
    public byte[] Serialize(object data) => JsonSerializer.SerializeToUtf8Bytes(data, Find(data.GetType()).Json);

    /// <param name="where">Named in the error.</param>
    /// <exception cref="UnknownEventTypeException">No type is registered under the name.</exception>
    /// <exception cref="UnreadableEventException">The JSON is not of that type.</exception>
    public object Deserialize(string name, ReadOnlySpan<byte> json, in EventPlace where)
    {
        if (!_byName.TryGetValue(name, out var type))
        {
            throw new UnknownEventTypeException($"Event '{name}' at {where}: no type is registered under that name.");
        }

        try
        {
            return JsonSerializer.Deserialize(json, type)
                ?? throw new UnreadableEventException($"Event '{name}' at {where}: expected an object, found null.", null);
        }
        // A constructor that refuses its arguments is as good a reason as JSON that does not fit.
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException or FormatException or InvalidOperationException)
        {
            throw new UnreadableEventException($"Event '{name}' at {where} cannot be read as {type.Type.Name}: {e.Message}", e);
        }
    }

    /// <summary>
    /// Names and shapes of all events as text, for a golden file: what is in it was stored, so a line may be added and none
    /// may change.
    /// </summary>
    public string Describe() => EventShapes.Describe(All, Json);

    private (string Name, string ClrName, JsonTypeInfo Json) Find(Type type) => _byType.TryGetValue(type, out var found)
        ? found
        : throw new UnknownEventTypeException($"Event type {type} is not registered with the store.");
}

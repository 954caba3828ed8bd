using System.Collections.Frozen;
using System.Text.Json;

namespace AlgoStack.EventStore.Streams;

/// <summary>
/// The events of a store by the names they are stored under. A name is frozen once released: a renamed class keeps its
/// name, because the log is read for ever.
/// </summary>
public sealed class EventTypes
{
    private readonly FrozenDictionary<string, Type> _byName;
    private readonly FrozenDictionary<Type, string> _byType;

    public EventTypes(IReadOnlyDictionary<string, Type> types, JsonSerializerOptions json)
    {
        _byName = types.ToFrozenDictionary(StringComparer.Ordinal);
        _byType = types.ToFrozenDictionary(t => t.Value, t => t.Key);
        Json = json;
    }

    public JsonSerializerOptions Json { get; }

    /// <summary>Every name and its type, by name.</summary>
    public IEnumerable<KeyValuePair<string, Type>> All => _byName.OrderBy(t => t.Key, StringComparer.Ordinal);

    /// <exception cref="UnknownEventTypeException">The type is not registered.</exception>
    public string NameOf(Type type) => _byType.TryGetValue(type, out var name)
        ? name
        : throw new UnknownEventTypeException($"Event type {type} is not registered with the store.");

    public bool Knows(string name) => _byName.ContainsKey(name);

    public string Serialize(object data) => JsonSerializer.Serialize(data, data.GetType(), Json);

    /// <param name="where">Named in the error: stream and version, or sequence.</param>
    /// <exception cref="UnknownEventTypeException">No type is registered under the name.</exception>
    /// <exception cref="UnreadableEventException">The JSON is not of that type.</exception>
    public object Deserialize(string name, string json, string where)
    {
        if (!_byName.TryGetValue(name, out var type))
        {
            throw new UnknownEventTypeException($"Event '{name}' at {where}: no type is registered under that name.");
        }

        try
        {
            return JsonSerializer.Deserialize(json, type, Json)
                ?? throw new UnreadableEventException($"Event '{name}' at {where}: expected an object, found null.", null);
        }
        catch (JsonException e)
        {
            throw new UnreadableEventException($"Event '{name}' at {where} cannot be read as {type.Name}: {e.Message}", e);
        }
    }
}

public sealed class UnknownEventTypeException(string message) : Exception(message);

public sealed class UnreadableEventException(string message, Exception? inner) : Exception(message, inner);

using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace AlgoStack.EventStore.Streams;

/// <summary>
/// The events of a store by the names they are stored under. A name is frozen once released: a renamed class keeps its
/// name, because the log is read for ever. What was stored in an older shape is read as the event it is today.
/// </summary>
public sealed class EventTypes
{
    private readonly FrozenDictionary<string, StoredShape> _byName;
    private readonly FrozenDictionary<Type, (string Name, string ClrName, JsonTypeInfo Json)> _byType;

    /// <exception cref="EventConfigurationException">An old shape does not lead to an event, or a version is left out.</exception>
    public EventTypes(EventStoreOptions options)
    {
        Json = options.Json;
        Json.MakeReadOnly(populateMissingResolver: true);
        var old = UpcasterChains.Build(options.Events, options.Upcasters)
            .Select(u => KeyValuePair.Create(u.Key, new StoredShape(Json.GetTypeInfo(u.Value[0].From), u.Value[^1].To, u.Value)));
        _byName = options.Events
            .Select(e => KeyValuePair.Create(e.Key, new StoredShape(Json.GetTypeInfo(e.Value), e.Value, [])))
            .Concat(old)
            .ToFrozenDictionary(StringComparer.Ordinal);
        _byType = options.Events.ToFrozenDictionary(t => t.Value, t => (t.Key, $"{t.Value.FullName}, {t.Value.Assembly.GetName().Name}", Json.GetTypeInfo(t.Value)));
    }

    public JsonSerializerOptions Json { get; }

    /// <summary>Every name and the type it is stored in the shape of, by name.</summary>
    public IEnumerable<KeyValuePair<string, Type>> All =>
        _byName.OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => KeyValuePair.Create(t.Key, t.Value.Json.Type));

    /// <exception cref="UnknownEventTypeException">The type is not registered.</exception>
    public string NameOf(Type type) => Find(type).Name;

    /// <summary>Every name under which there may be events that are read as the type.</summary>
    /// <exception cref="UnknownEventTypeException">The type is not registered.</exception>
    public IEnumerable<string> NamesOf(Type type) => _byName.Where(n => n.Value.Event == Find(type).Json.Type).Select(n => n.Key);

    /// <summary>Whether it is an event of today, and not a shape that is only read.</summary>
    public bool IsAppended(Type type) => _byType.ContainsKey(type);

    /// <summary><c>Namespace.Type, Assembly</c>, as Marten notes it beside each event; nothing here reads it.</summary>
    internal string ClrNameOf(Type type) => Find(type).ClrName;

    public bool Knows(string name) => _byName.ContainsKey(name);

    /// <summary>UTF-8 JSON, as stored.</summary>
    /// <exception cref="UnknownEventTypeException">The type is not registered.</exception>
    public byte[] Serialize(object data) => JsonSerializer.SerializeToUtf8Bytes(data, Find(data.GetType()).Json);

    /// <param name="where">Named in the error.</param>
    /// <exception cref="UnknownEventTypeException">No type is registered under the name.</exception>
    /// <exception cref="UnreadableEventException">The JSON is not of that type, or cannot be upcast.</exception>
    public object Deserialize(string name, ReadOnlySpan<byte> json, in EventPlace where)
    {
        if (!_byName.TryGetValue(name, out var shape))
        {
            throw new UnknownEventTypeException($"Event '{name}' at {where}: no type is registered under that name.");
        }

        object data;
        try
        {
            data = JsonSerializer.Deserialize(json, shape.Json)
                ?? throw new UnreadableEventException($"Event '{name}' at {where}: expected an object, found null.", null);
        }
        // A constructor that refuses its arguments is as good a reason as JSON that does not fit.
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException or FormatException or InvalidOperationException)
        {
            throw new UnreadableEventException($"Event '{name}' at {where} cannot be read as {shape.Json.Type.Name}: {e.Message}", e);
        }

        foreach (var upcaster in shape.Upcasters) data = Upcast(data, upcaster, name, where);
        return data;
    }

    /// <summary>
    /// Names and shapes of all events as text, for a golden file: what is in it was stored, so a line may be added and none
    /// may change.
    /// </summary>
    public string Describe() => EventShapes.Describe(All, Json);

    private object Upcast(object data, Upcaster upcaster, string name, in EventPlace where)
    {
        try
        {
            return upcaster.Upcast(data, Json) ?? throw new InvalidOperationException("It makes null of it.");
        }
#pragma warning disable CA1031 // The function is the service's own: whatever it throws, the event is what cannot be read.
        catch (Exception e)
#pragma warning restore CA1031
        {
            throw new UnreadableEventException(
                $"Event '{name}' at {where} cannot be upcast from {upcaster.From.Name} to {upcaster.To.Name}: {e.Message}", e);
        }
    }

    private (string Name, string ClrName, JsonTypeInfo Json) Find(Type type) => _byType.TryGetValue(type, out var found)
        ? found
        : throw new UnknownEventTypeException($"Event type {type} is not registered with the store.");
}

/// <summary>What is stored under a name, and how it becomes an event.</summary>
internal sealed record StoredShape(JsonTypeInfo Json, Type Event, IReadOnlyList<Upcaster> Upcasters);

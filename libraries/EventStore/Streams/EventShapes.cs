using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace AlgoStack.EventStore.Streams;

/// <summary>Event types as text: a line an event, below it a line a property, enums with their numbers.</summary>
internal static class EventShapes
{
    public static string Describe(IEnumerable<KeyValuePair<string, Type>> events, JsonSerializerOptions json)
    {
        var text = new StringBuilder();
        foreach (var (name, type) in events)
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}\n");
            AppendProperties(text, type, json, new Stack<Type>([type]));
        }

        return text.ToString();
    }

    private static void AppendProperties(StringBuilder text, Type type, JsonSerializerOptions json, Stack<Type> within)
    {
        foreach (var property in json.GetTypeInfo(type).Properties.OrderBy(p => p.Name, StringComparer.Ordinal))
        {
            var inner = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            var optional = inner == property.PropertyType ? "" : "?";
            text.Append(' ', 2 * within.Count).Append(CultureInfo.InvariantCulture, $"{property.Name}: {NameOf(inner, json)}{optional}\n");

            var element = ElementOf(inner, json);
            // A type within itself is described once.
            if (json.GetTypeInfo(element).Kind != JsonTypeInfoKind.Object || within.Contains(element)) continue;

            within.Push(element);
            AppendProperties(text, element, json, within);
            within.Pop();
        }
    }

    private static string NameOf(Type type, JsonSerializerOptions json)
    {
        var element = ElementOf(type, json);
        if (element != type) return $"{NameOf(element, json)}[]";
        if (!type.IsEnum) return type.Name;

        var values = Enum.GetValues(type).Cast<Enum>().Select(v => $"{v:D} {v}");
        return $"{type.Name} ({string.Join(", ", values)})";
    }

    private static Type ElementOf(Type type, JsonSerializerOptions json) => json.GetTypeInfo(type).ElementType ?? type;
}

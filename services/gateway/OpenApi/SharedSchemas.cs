using System.Text.Json.Nodes;

namespace AlgoStack.Gateway.OpenApi;

/// <summary>Schemas of several documents in one: those that are the same are there once, those that only share a name get their service's in front.</summary>
internal static class SharedSchemas
{
    public const string Prefix = "#/components/schemas/";

    private const string Reference = "$ref";

    /// <summary>Takes them from the documents, whose references it changes with the names.</summary>
    public static JsonObject Unite(IReadOnlyList<(string Service, JsonObject Document)> parts)
    {
        var held = parts
            .SelectMany(part => SchemasOf(part.Document).Select(schema => (part.Service, schema.Key, Value: schema.Value!)))
            .GroupBy(schema => schema.Key, StringComparer.Ordinal)
            .Where(group => group.Count() > 1)
            .ToDictionary(group => group.Key, group => group.Select(schema => schema.Value).ToList(), StringComparer.Ordinal);
        var differing = held.Where(h => h.Value.Skip(1).Any(other => !JsonNode.DeepEquals(h.Value[0], other))).Select(h => h.Key).ToHashSet(StringComparer.Ordinal);
        // What names something that is not the same is not the same, however it reads.
        while (held.Any(h => !differing.Contains(h.Key) && References(h.Value[0]).Any(r => differing.Contains(NameOf(r))) && differing.Add(h.Key)))
        {
        }

        var united = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var (service, document) in parts)
        {
            foreach (var reference in References(document).Where(r => differing.Contains(NameOf(r))).ToList())
                reference[Reference] = Prefix + Renamed(service, NameOf(reference));
            foreach (var (name, schema) in SchemasOf(document)) united.TryAdd(differing.Contains(name) ? Renamed(service, name) : name, schema!.DeepClone());
        }

        return new JsonObject(united);
    }

    private static string Renamed(string service, string name) => DocumentParts.Words(service) + name;

    private static JsonObject SchemasOf(JsonObject document) => document["components"]?["schemas"]?.AsObject() ?? [];

    private static string NameOf(JsonObject reference) => reference[Reference]!.GetValue<string>()[Prefix.Length..];

    private static IEnumerable<JsonObject> References(JsonNode? node) => node switch
    {
        JsonObject o when o[Reference] is JsonValue value && value.TryGetValue<string>(out var to) && to.StartsWith(Prefix, StringComparison.Ordinal) => [o],
        JsonObject o => o.SelectMany(property => References(property.Value)),
        JsonArray a => a.SelectMany(References),
        _ => [],
    };
}

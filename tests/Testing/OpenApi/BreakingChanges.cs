using System.Text.Json.Nodes;

namespace AlgoStack.Testing.OpenApi;

/// <summary>
/// What of an OpenAPI document a caller of an earlier one cannot go on with. An answer may gain members and values of an enumeration: callers
/// pass over what they do not know. A request may gain what need not be sent.
/// </summary>
public static class BreakingChanges
{
    /// <returns>One line for each, empty where there is none.</returns>
    public static IReadOnlyList<string> Between(JsonObject before, JsonObject after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var found = new List<string>();
        var schemas = new SchemaChanges(before, after, found);
        var known = OperationsOf(after);
        foreach (var (name, was) in OperationsOf(before))
        {
            if (!known.TryGetValue(name, out var now))
            {
                found.Add($"{name} is gone");
                continue;
            }

            CompareParameters(name, was, now, schemas, found);
            CompareBody(name, was, now, schemas, found);
            CompareAnswers(name, was, now, schemas, found);
            CompareDemands(name, was, now, found);
        }

        return [.. found.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>By method and path; those known by several paths are there under each.</summary>
    private static Dictionary<string, JsonObject> OperationsOf(JsonObject document)
    {
        var operations = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var (path, item) in Members(document["paths"]))
        {
            foreach (var (method, operation) in Members(item))
            {
                foreach (var known in Texts(operation!["x-aliases"]).Prepend(path)) operations.TryAdd($"{method.ToUpperInvariant()} {known}", operation.AsObject());
            }
        }

        return operations;
    }

    private static void CompareParameters(string name, JsonObject was, JsonObject now, SchemaChanges schemas, List<string> found)
    {
        var before = ParametersOf(was);
        var after = ParametersOf(now);
        foreach (var (parameter, old) in before)
        {
            if (!after.TryGetValue(parameter, out var kept))
            {
                found.Add($"{name}: {parameter} is gone");
                continue;
            }

            if (!IsTrue(old["required"]) && IsTrue(kept["required"])) found.Add($"{name}: {parameter} must be there now");
            schemas.CompareSent($"{name}: {parameter}", old["schema"], kept["schema"]);
        }

        foreach (var (parameter, added) in after)
        {
            if (!before.ContainsKey(parameter) && IsTrue(added["required"])) found.Add($"{name}: {parameter} is new and must be there");
        }
    }

    // What a path's parameter is called is nobody's concern.
    private static Dictionary<string, JsonNode> ParametersOf(JsonObject operation) => Items(operation["parameters"])
        .ToDictionary(p => $"{p["in"]} parameter {p["name"]}", StringComparer.Ordinal);

    private static void CompareBody(string name, JsonObject was, JsonObject now, SchemaChanges schemas, List<string> found)
    {
        var (before, after) = (was["requestBody"], now["requestBody"]);
        if (!IsTrue(before?["required"]) && IsTrue(after?["required"])) found.Add($"{name}: a body must be there now");
        foreach (var (type, content) in Members(before?["content"]))
        {
            if (after?["content"]?[type] is { } kept) schemas.CompareSent($"{name}: body", content!["schema"], kept["schema"]);
            else found.Add($"{name}: a body of {type} is not taken any more");
        }
    }

    private static void CompareAnswers(string name, JsonObject was, JsonObject now, SchemaChanges schemas, List<string> found)
    {
        foreach (var (status, answer) in Members(was["responses"]).Where(r => r.Key[0] == '2'))
        {
            if (now["responses"]?[status] is not { } kept)
            {
                found.Add($"{name}: {status} is not answered any more");
                continue;
            }

            foreach (var (type, content) in Members(answer!["content"]))
            {
                if (kept["content"]?[type] is { } still) schemas.CompareAnswered($"{name}: {status}", content!["schema"], still["schema"]);
                else found.Add($"{name}: {status} is not answered as {type} any more");
            }
        }
    }

    private static void CompareDemands(string name, JsonObject was, JsonObject now, List<string> found)
    {
        if (now["security"] is null || was["security"] is null) return;

        var more = RolesOf(now).Except(RolesOf(was), StringComparer.Ordinal).ToList();
        if (more.Count > 0) found.Add($"{name}: demands {string.Join(", ", more)} now");
        else if (Items(was["security"]).Count == 0 && Items(now["security"]).Count > 0) found.Add($"{name}: demands a token now");
    }

    private static HashSet<string> RolesOf(JsonObject operation) =>
        Items(operation["security"]).SelectMany(way => Members(way)).SelectMany(way => Texts(way.Value)).ToHashSet(StringComparer.Ordinal);

    internal static bool IsTrue(JsonNode? node) => node is JsonValue value && value.TryGetValue<bool>(out var yes) && yes;

    internal static IReadOnlyList<KeyValuePair<string, JsonNode?>> Members(JsonNode? node) => node is JsonObject o ? [.. o] : [];

    internal static IReadOnlyList<JsonNode> Items(JsonNode? node) => node is JsonArray a ? [.. a.OfType<JsonNode>()] : [];

    internal static IEnumerable<string> Texts(JsonNode? node) => Items(node).Select(item => item.ToString());
}

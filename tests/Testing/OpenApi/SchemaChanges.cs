using System.Globalization;
using System.Text.Json.Nodes;

namespace AlgoStack.Testing.OpenApi;

/// <summary>Compares two schemas of one value. What is sent may not be taken from less; what is answered may not become less.</summary>
internal sealed class SchemaChanges(JsonObject before, JsonObject after, List<string> found)
{
    private const string Reference = "$ref";
    private const string Anything = "anything";

    private static readonly string[] Alternatives = ["oneOf", "anyOf"];

    /// <summary>Pairs that were compared, or are being: schemas contain themselves.</summary>
    private readonly HashSet<(string Where, string Was, string Now)> _seen = [];

    public void CompareSent(string where, JsonNode? was, JsonNode? now) => Compare(where, was, now, isSent: true);

    public void CompareAnswered(string where, JsonNode? was, JsonNode? now) => Compare(where, was, now, isSent: false);

    private void Compare(string where, JsonNode? was, JsonNode? now, bool isSent)
    {
        if (was?[Reference] is { } name && !_seen.Add(($"{isSent} {where.Split(':')[0]}", name.ToString(), now?[Reference]?.ToString() ?? where))) return;

        var (old, current) = (Resolve(before, was), Resolve(after, now));
        CompareTypes(where, old, current, isSent);
        CompareEnumerations(where, old, current, isSent);
        if (isSent) CompareBounds(where, old, current);
        CompareProperties(where, old, current, isSent);
        if (old["items"] is { } item) Compare($"{where}[]", item, current["items"], isSent);
        if (old["additionalProperties"] is JsonObject value) Compare($"{where}.*", value, current["additionalProperties"], isSent);
        foreach (var keyword in Alternatives) CompareAlternatives(where, old, current, keyword, isSent);
    }

    private void CompareTypes(string where, JsonObject was, JsonObject now, bool isSent)
    {
        var (old, current) = (TypesOf(was), TypesOf(now));
        // An integer is a number, too.
        var (narrow, wide) = isSent ? (old, current) : (current, old);
        var lost = narrow.Where(type => !wide.Contains(type) && !wide.Contains(Anything) && !(type == "integer" && wide.Contains("number"))).ToList();
        if (lost.Count > 0)
        {
            found.Add(isSent
                ? $"{where}: {string.Join(", ", lost)} is not taken any more, but {string.Join(", ", current)}"
                : $"{where}: may be {string.Join(", ", lost)} now, was {string.Join(", ", old)}");
        }

        if (was["format"]?.ToString() is { } format && now["format"]?.ToString() is { } other && format != other && lost.Count == 0)
            found.Add($"{where}: was {format}, is {other} now");
    }

    // Null is told by the type.
    private void CompareEnumerations(string where, JsonObject was, JsonObject now, bool isSent)
    {
        if (now["enum"] is null) return;

        var current = BreakingChanges.Texts(now["enum"]).ToHashSet(StringComparer.Ordinal);
        if (was["enum"] is null)
        {
            if (isSent) found.Add($"{where}: is one of {string.Join(", ", current)} now, was any");
            return;
        }

        var gone = BreakingChanges.Texts(was["enum"]).Where(value => !current.Contains(value)).ToList();
        if (gone.Count > 0) found.Add($"{where}: {string.Join(", ", gone)} is no value any more");
    }

    private void CompareBounds(string where, JsonObject was, JsonObject now)
    {
        foreach (var least in new[] { "minimum", "exclusiveMinimum", "minLength", "minItems" })
        {
            if (NumberOf(now[least]) is { } limit && !(NumberOf(was[least]) >= limit) && limit > LeastOf(least)) found.Add($"{where}: {least} is {now[least]} now");
        }

        foreach (var most in new[] { "maximum", "exclusiveMaximum", "maxLength", "maxItems" })
        {
            if (NumberOf(now[most]) is { } limit && !(NumberOf(was[most]) <= limit)) found.Add($"{where}: {most} is {now[most]} now");
        }

        if (now["pattern"]?.ToString() is { } pattern && was["pattern"]?.ToString() != pattern) found.Add($"{where}: must match {pattern} now");
    }

    private void CompareProperties(string where, JsonObject was, JsonObject now, bool isSent)
    {
        var (old, current) = (was["properties"], now["properties"]);
        var (oldNeeds, needs) = (NeedsOf(was), NeedsOf(now));
        foreach (var (name, schema) in BreakingChanges.Members(old))
        {
            if (current?[name] is { } kept) Compare($"{where}.{name}", schema, kept, isSent);
            else found.Add($"{where}.{name} is gone");
        }

        if (isSent)
        {
            foreach (var name in needs.Except(oldNeeds, StringComparer.Ordinal))
                found.Add(old?[name] is null ? $"{where}.{name} is new and must be there" : $"{where}.{name} must be there now");
        }
        else
        {
            foreach (var name in oldNeeds.Except(needs, StringComparer.Ordinal).Where(name => current?[name] is not null)) found.Add($"{where}.{name} may be absent now");
        }
    }

    // Alternatives have no names but their references and types; they are told apart by these.
    private void CompareAlternatives(string where, JsonObject was, JsonObject now, string keyword, bool isSent)
    {
        var (old, current) = (Named(was[keyword]), Named(now[keyword]));
        foreach (var (name, schema) in old)
        {
            if (current.TryGetValue(name, out var kept)) Compare(where, schema, kept, isSent);
            else found.Add($"{where}: {name} is no alternative any more");
        }

        if (!isSent && old.Count > 0 && current.Keys.Except(old.Keys, StringComparer.Ordinal).ToList() is { Count: > 0 } added)
            found.Add($"{where}: may be {string.Join(", ", added)} now");
    }

    private static Dictionary<string, JsonNode> Named(JsonNode? alternatives) => BreakingChanges.Items(alternatives)
        .GroupBy(a => a[Reference]?.ToString().Split('/')[^1] ?? a["type"]?.ToJsonString() ?? Anything, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);

    private static HashSet<string> NeedsOf(JsonObject schema) => BreakingChanges.Texts(schema["required"]).ToHashSet(StringComparer.Ordinal);

    private static string[] TypesOf(JsonObject schema) => schema["type"] switch
    {
        JsonArray several => [.. BreakingChanges.Texts(several)],
        { } one => [one.ToString()],
        null => Alternatives.Any(schema.ContainsKey) || schema.ContainsKey("enum") ? ["one of several"] : [Anything],
    };

    private static double? NumberOf(JsonNode? node) =>
        double.TryParse(node?.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    // Nothing is shorter than 0.
    private static double LeastOf(string keyword) => keyword is "minLength" or "minItems" ? 0 : double.NegativeInfinity;

    private static JsonObject Resolve(JsonObject document, JsonNode? schema)
    {
        while (schema?[Reference]?.ToString() is { } reference) schema = reference.Split('/').Skip(1).Aggregate((JsonNode?)document, (node, part) => node?[part]);
        return schema as JsonObject ?? [];
    }
}

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using FluentAssertions;

namespace AlgoStack.Testing.OpenApi;

/// <summary>
/// <c>docs/openapi/NAME.json</c> is what the last release promised. What is promised is kept; what is new is written there with
/// <c>ALGOSTACK_WIRE=write</c>, unless something is broken. Who means to break a promise takes the file away first, for all to see.
/// </summary>
public static class CommittedDocument
{
    private const string Variable = "ALGOSTACK_WIRE";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="document">As it is answered.</param>
    public static void ShouldHold(JsonElement document, string name)
    {
        var path = Path.Combine(Repository.Root, "docs", "openapi", $"{name}.json");
        var now = JsonNode.Parse(document.GetRawText())!.AsObject();
        // Each build has another; what is promised goes by the 1 in /api/v1.
        now["info"]!["version"] = "1";
        var before = File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path))!.AsObject() : null;
        if (before is not null) BreakingChanges.Between(before, now).Should().BeEmpty("docs/openapi/{0}.json promised otherwise", name);
        if (JsonNode.DeepEquals(before, now)) return;

        (Environment.GetEnvironmentVariable(Variable) is "write").Should().BeTrue(
            "docs/openapi/{0}.json is not what is answered; nothing is broken, so write it with {1}=write ({2})", name, Variable, FirstDifference(before, now, "") ?? "it is not there");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, now.ToJsonString(Indented).ReplaceLineEndings("\n") + "\n");
    }

    private static string? FirstDifference(JsonNode? before, JsonNode? now, string where)
    {
        if (JsonNode.DeepEquals(before, now)) return null;

        if (before is JsonObject was && now is JsonObject current)
        {
            return was.Select(m => m.Key).Union(current.Select(m => m.Key), StringComparer.Ordinal)
                .Select(key => FirstDifference(was[key], current[key], $"{where}/{key}")).FirstOrDefault(difference => difference is not null);
        }

        return where;
    }
}

using System.Text.Json;

namespace AlgoStack.Testing.Fuzzing;

/// <summary>One operation of an OpenAPI document, as far as it can be called wrongly.</summary>
/// <param name="Body">The schema of its JSON body, if it takes one.</param>
/// <param name="Statuses">Those it says it answers, <c>4XX</c> among them.</param>
/// <param name="ForPeople">Whether it lets in nobody but who signed in.</param>
internal sealed record ApiOperation(
    string Method, string Path, IReadOnlyList<ApiParameter> Parameters, JsonElement? Body, IReadOnlySet<string> Statuses, bool ForPeople)
{
    public static IReadOnlyList<ApiOperation> ReadAll(JsonElement document) =>
    [
        .. document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(operation => Read(operation.Name, path.Name, operation.Value))),
    ];

    public override string ToString() => $"{Method} {Path}";

    public bool Allows(int status) => Statuses.Contains($"{status}") || Statuses.Contains($"{status / 100}XX");

    private static ApiOperation Read(string method, string path, JsonElement operation) => new(
        method.ToUpperInvariant(),
        path,
        operation.TryGetProperty("parameters", out var parameters)
            ? [.. parameters.EnumerateArray().Select(p => new ApiParameter(p.GetProperty("name").GetString()!, p.GetProperty("in").GetString()!, p.GetProperty("schema")))]
            : [],
        operation.TryGetProperty("requestBody", out var body) && body.GetProperty("content").TryGetProperty("application/json", out var json) ? json.GetProperty("schema") : null,
        operation.GetProperty("responses").EnumerateObject().Select(r => r.Name).ToHashSet(StringComparer.Ordinal),
        operation.GetProperty("security").EnumerateArray().SelectMany(way => way.EnumerateObject()).SelectMany(way => way.Value.EnumerateArray()).Any(role => role.GetString() == "person"));
}

/// <param name="In"><c>path</c>, <c>query</c> or <c>header</c>.</param>
internal sealed record ApiParameter(string Name, string In, JsonElement Schema);

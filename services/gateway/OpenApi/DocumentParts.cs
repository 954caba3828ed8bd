using System.Globalization;
using System.Text.Json.Nodes;
using AlgoStack.Gateway.Forwarding;
using AlgoStack.Gateway.Sessions;
using AlgoStack.ServiceDefaults;

namespace AlgoStack.Gateway.OpenApi;

/// <summary>Makes one document of several.</summary>
internal static class DocumentParts
{
    private const string Gateway = "gateway";
    private const string Cookie = "cookie";
    private const string Versioned = "/api/v1/";
    private const string RefToResponse = "#/components/responses/";

    /// <summary>What may be refused everywhere, by status; the first two where something is demanded of who asks.</summary>
    private static readonly (string Status, string Name, string Description)[] Refusals =
    [
        ("401", "Unauthorized", "There is no token, or none that is good; `code` begins with `token_`."),
        ("403", "Forbidden", "The token does not let its holder do this (`scope_missing`), or a request with cookies is not the console's own."),
        ("429", "TooManyRequests", "Asked too often; `Retry-After` says when to come again."),
        ("503", "Unavailable", "Something this needs is away; worth trying again."),
        ("4XX", "Refused", "Anything else that is wrong with the request; `code` says what."),
    ];

    /// <param name="services">Documents by the services' names, paths as the services know them.</param>
    public static JsonObject Compose(JsonObject own, IReadOnlyList<(string Service, JsonObject Document)> services)
    {
        (string Service, JsonObject Document)[] parts = [(Gateway, own), .. services];
        var schemas = SharedSchemas.Unite(parts);
        var publicPaths = new PublicPaths(PathsOf(own).Select(path => path.Key));
        var paths = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var (service, document) in parts)
        {
            foreach (var (path, item) in PathsOf(document))
            {
                var known = service == Gateway ? [path] : publicPaths.Of(service, path);
                // What is not passed on is not for callers.
                if (known.Count > 0) AddOperations(paths, known, item!.AsObject());
            }
        }

        return new JsonObject
        {
            ["openapi"] = own["openapi"]!.DeepClone(),
            ["info"] = new JsonObject
            {
                ["title"] = "AlgoStack",
                ["description"] = "Everything that AlgoStack answers at its one address. Live push is a WebSocket at `/api/v1/ws` and a SignalR hub at `/api/v1/hub`.",
                ["version"] = own["info"]!["version"]!.DeepClone(),
            },
            ["paths"] = new JsonObject(paths),
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas,
                ["responses"] = new JsonObject(Refusals.Select(r => KeyValuePair.Create(r.Name, (JsonNode?)Response(r.Description)))),
                ["securitySchemes"] = new JsonObject
                {
                    [TokenCheck.Scheme] = own["components"]!["securitySchemes"]![TokenCheck.Scheme]!.DeepClone(),
                    [Cookie] = new JsonObject
                    {
                        ["type"] = "apiKey",
                        ["in"] = "cookie",
                        ["name"] = SessionCookies.Access,
                        ["description"] = "The access token, in a browser that signed in at the console.",
                    },
                },
            },
        };
    }

    private static JsonObject PathsOf(JsonObject document) => document["paths"]!.AsObject();

    private static void AddOperations(SortedDictionary<string, JsonNode?> paths, IReadOnlyList<string> known, JsonObject item)
    {
        var whole = paths.TryGetValue(known[0], out var there) ? there!.AsObject() : [];
        paths[known[0]] = whole;
        foreach (var (method, node) in item)
        {
            var operation = node!.DeepClone().AsObject();
            operation["operationId"] ??= NameOf(method, known[0]);
            operation["tags"] = new JsonArray(TagOf(known[0]));
            if (known.Count > 1) operation["x-aliases"] = new JsonArray([.. known.Skip(1).Select(alias => JsonValue.Create(alias))]);
            var demands = operation["security"] is JsonArray { Count: > 0 } security ? security : null;
            if (demands?[0]?[TokenCheck.Scheme] is { } roles) demands.Add(new JsonObject { [Cookie] = roles.DeepClone() });
            var responses = operation["responses"]!.AsObject();
            foreach (var (status, name, _) in Refusals)
            {
                if (demands is not null || status is not ("401" or "403")) responses.TryAdd(status, new JsonObject { ["$ref"] = RefToResponse + name });
            }

            whole.Add(method, operation);
        }
    }

    private static JsonObject Response(string description) => new()
    {
        ["description"] = description,
        ["content"] = new JsonObject
        {
            ["application/problem+json"] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = SharedSchemas.Prefix + "ProblemDetails" } },
        },
    };

    private static string TagOf(string path) => Segments(path)[0];

    /// <summary><c>GetSessionsByIdBars</c> of <c>get /api/v1/sessions/{id}/bars</c>.</summary>
    private static string NameOf(string method, string path) =>
        string.Concat([Capital(method), .. Segments(path).Select(s => s[0] == '{' ? "By" + Words(s.Trim('{', '}', '*')) : Words(s))]);

    private static string[] Segments(string path) =>
        (path.StartsWith(Versioned, StringComparison.Ordinal) ? path[Versioned.Length..] : path).Split('/', StringSplitOptions.RemoveEmptyEntries);

    internal static string Words(string text) => string.Concat(text.Split(['-', '_', '.'], StringSplitOptions.RemoveEmptyEntries).Select(Capital));

    private static string Capital(string word) => char.ToUpper(word[0], CultureInfo.InvariantCulture) + word[1..];
}
